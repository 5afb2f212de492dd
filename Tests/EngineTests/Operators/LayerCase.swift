import Engine
import Randomness
import TestSupport
import Testing

/// How a slice of a full layer lies in it.
enum SliceKind: CaseIterable {
  case all, left, right, twoSpans

  /// Channels of the full layer of which `kept` are used.
  func fullChannels(keeping kept: Int) -> Int { self == .all ? kept : kept + 5 }

  /// The slice; a single channel cannot be two spans and lies in the middle.
  func slice(keeping kept: Int) -> ChannelSlice {
    switch self {
    case .all, .left: return ChannelSlice(0..<kept)
    case .right: return ChannelSlice(5..<5 + kept)
    case .twoSpans where kept == 1: return ChannelSlice(2..<3)
    case .twoSpans:
      let first = kept / 2
      return ChannelSlice(spans: [
        ChannelSpan(start: 1, count: first), ChannelSpan(start: first + 4, count: kept - first),
      ])
    }
  }
}

/// One layer with a window, and the images it gets.
struct LayerCase: CustomTestStringConvertible, Sendable {
  var images = 2
  var height = 9
  var width = 5
  var kernel = 3
  var stride = 1
  var inputs = 3
  var outputs = 17
  var inputSlice = SliceKind.all
  var outputSlice = SliceKind.all
  var seed = 0

  var testDescription: String {
    """
    \(images) images \(height)x\(width), kernel \(kernel), stride \(stride), \
    \(inputs) \(inputSlice) -> \(outputs) \(outputSlice)
    """
  }

  var filter: FilterView {
    FilterView(
      kernel: kernel, fullInputs: inputSlice.fullChannels(keeping: inputs),
      fullOutputs: outputSlice.fullChannels(keeping: outputs),
      inputs: inputSlice.slice(keeping: inputs), outputs: outputSlice.slice(keeping: outputs))
  }
  var inputShape: FeatureMap.Shape {
    FeatureMap.Shape(images: images, height: height, width: width, channels: inputs)
  }
  var denseInputShape: FeatureMap.Shape {
    FeatureMap.Shape(images: images, height: height, width: width, channels: inputs, isDense: true)
  }
  var outputShape: FeatureMap.Shape {
    FeatureMap.Shape(
      images: images, height: (height - 1) / stride + 1, width: (width - 1) / stride + 1,
      channels: outputs)
  }
  /// Products of one pass, at most.
  var products: Int {
    outputShape.pixels * min(kernel, height) * min(kernel, width) * inputs * outputs
  }
  var weightCount: Int { kernel * kernel * filter.fullInputs * filter.fullOutputs }

  /// Every kernel, stride and map, each with seeded channels, slices and images that a naive operator can do.
  static let seeded: [LayerCase] = {
    var cases: [LayerCase] = []
    for kernel in [1, 3, 5, 7] {
      for stride in [1, 2] {
        for (height, width) in [(1, 1), (2, 3), (7, 7), (9, 5), (16, 16)] {
          cases.append(
            drawn(
              LayerCase(
                height: height, width: width, kernel: kernel, stride: stride, seed: cases.count)))
        }
      }
    }
    return cases
  }()

  private static func drawn(_ start: LayerCase) -> LayerCase {
    var stream = RandomStream(seed: 11, purpose: .testing, step: start.seed)
    var layer = start
    let channels = [1, 3, 16, 17, 33, 56, 72]
    repeat {
      layer.images = 1 + stream.integer(below: 5)
      layer.inputs = channels[stream.integer(below: channels.count)]
      layer.outputs = channels[stream.integer(below: channels.count)]
      layer.inputSlice = SliceKind.allCases[stream.integer(below: 4)]
      layer.outputSlice = SliceKind.allCases[stream.integer(below: 4)]
    } while layer.products > 80_000 || layer.weightCount > 40_000
    return layer
  }
}

@Suite struct LayerCaseTests {
  @Test func seededCasesMissNothing() {
    let cases = LayerCase.seeded
    #expect(Set(cases.map(\.images)) == [1, 2, 3, 4, 5])
    #expect(Set(cases.map(\.inputs)) == [1, 3, 16, 17, 33, 56, 72])
    #expect(Set(cases.map(\.outputs)) == [1, 3, 16, 17, 33, 56, 72])
    #expect(Set(cases.map(\.inputSlice)) == Set(SliceKind.allCases))
    #expect(Set(cases.map(\.outputSlice)) == Set(SliceKind.allCases))
  }
}

/// `sum over i of a[i] * b[i]`.
func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

/// `sum over i of a[i] * b[i]`, as the twin of a result in single precision.
func dot(_ a: [Float], _ b: [Double]) -> Double { dot(a.map(Double.init), b) }
