// oneDNN's bare convolution primitives, one at a time, on command: a side of ConvolutionBenchmark.
//
// Argument: the file of shapes; threads are OMP_NUM_THREADS. Commands: "INDEX PASS FORMAT
// REPETITIONS", as in "3 backward-data any 10"; answered by the mean seconds of a pass, after one
// that is not counted. With the format "any" every operand lies as the primitive likes it best,
// with "nhwc" feature maps are channels last. Nothing is converted in the time. Written for oneDNN
// 2.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

using dnnl::memory;

struct Shape {
  memory::dim images, height, width, inputs, outputs, kernel, stride, groups;
};

// The line's first field names the set the shape belongs to.
static std::vector<Shape> read_shapes(const std::string &path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::vector<Shape> shapes;
  while (std::getline(file, line)) {
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream fields(line);
    std::string set;
    Shape s;
    fields >> set >> s.images >> s.height >> s.width >> s.inputs >> s.outputs >> s.kernel >>
        s.stride >> s.groups;
    if (!fields) {
      std::cerr << path << ": " << line << " is no set and eight numbers\n";
      std::exit(65);
    }
    shapes.push_back(s);
  }
  return shapes;
}

// A primitive with its operands.
class Pass {
 public:
  Pass(const Shape &shape, const std::string &name, const std::string &format)
      : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    const Descriptors d(shape, format);
    using dnnl::algorithm;
    const auto direct = algorithm::convolution_direct;
    const dnnl::convolution_forward::primitive_desc forward(
        {dnnl::prop_kind::forward_training, direct, d.input, d.weights, d.output, d.strides,
         d.padding, d.padding},
        engine_);
    if (name == "forward") {
      primitive_ = dnnl::convolution_forward(forward);
      operands_ = {{DNNL_ARG_SRC, filled(forward.src_desc())},
                   {DNNL_ARG_WEIGHTS, filled(forward.weights_desc())},
                   {DNNL_ARG_DST, filled(forward.dst_desc())}};
    } else if (name == "backward-data") {
      const dnnl::convolution_backward_data::primitive_desc backward(
          {direct, d.input, d.weights, d.output, d.strides, d.padding, d.padding}, engine_,
          forward);
      primitive_ = dnnl::convolution_backward_data(backward);
      operands_ = {{DNNL_ARG_DIFF_SRC, filled(backward.diff_src_desc())},
                   {DNNL_ARG_WEIGHTS, filled(backward.weights_desc())},
                   {DNNL_ARG_DIFF_DST, filled(backward.diff_dst_desc())}};
    } else {
      const dnnl::convolution_backward_weights::primitive_desc backward(
          {direct, d.input, d.weights, d.output, d.strides, d.padding, d.padding}, engine_,
          forward);
      primitive_ = dnnl::convolution_backward_weights(backward);
      operands_ = {{DNNL_ARG_SRC, filled(backward.src_desc())},
                   {DNNL_ARG_DIFF_WEIGHTS, filled(backward.diff_weights_desc())},
                   {DNNL_ARG_DIFF_DST, filled(backward.diff_dst_desc())}};
    }
  }

  void run() {
    primitive_.execute(stream_, operands_);
    stream_.wait();
  }

 private:
  struct Descriptors {
    memory::desc input, weights, output;
    memory::dims strides, padding;

    Descriptors(const Shape &s, const std::string &format)
        : strides{s.stride, s.stride}, padding{s.kernel / 2, s.kernel / 2} {
      const auto any = memory::format_tag::any;
      const auto maps = format == "nhwc" ? memory::format_tag::nhwc : any;
      const auto type = memory::data_type::f32;
      const memory::dim height = (s.height - 1) / s.stride + 1;
      const memory::dim width = (s.width - 1) / s.stride + 1;
      input = {{s.images, s.inputs, s.height, s.width}, type, maps};
      output = {{s.images, s.outputs, height, width}, type, maps};
      weights = s.groups == 1
                    ? memory::desc({s.outputs, s.inputs, s.kernel, s.kernel}, type, any)
                    : memory::desc({s.groups, s.outputs / s.groups, s.inputs / s.groups, s.kernel,
                                    s.kernel},
                                   type, any);
    }
  };

  memory filled(const memory::desc &description) {
    memory operand(description, engine_);
    auto *numbers = static_cast<float *>(operand.get_data_handle());
    for (size_t i = 0; i < description.get_size() / sizeof(float); i++) {
      numbers[i] = static_cast<float>(i % 251 + 1) / 251 - 0.5f;
    }
    return operand;
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  dnnl::primitive primitive_;
  std::unordered_map<int, memory> operands_;
};

int main(int argc, char **argv) {
  if (argc != 2) {
    std::cerr << "usage: convolutions SHAPES.csv\n";
    return 2;
  }
  const auto shapes = read_shapes(argv[1]);
  const auto *version = dnnl::version();
  std::cout << "oneDNN " << version->major << "." << version->minor << "." << version->patch
            << std::endl;
  // The same pass is asked for round after round.
  std::unique_ptr<Pass> pass;
  std::string made;
  size_t index;
  std::string name, format;
  int repetitions;
  while (std::cin >> index >> name >> format >> repetitions) {
    const auto wanted = std::to_string(index) + " " + name + " " + format;
    if (made != wanted) {
      pass = nullptr;
      pass = std::make_unique<Pass>(shapes.at(index), name, format);
      made = wanted;
    }
    pass->run();
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < repetitions; i++) pass->run();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::cout << time.count() / repetitions << std::endl;
  }
}
