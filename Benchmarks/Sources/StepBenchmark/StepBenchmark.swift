import ArgumentParser
import Engine
import Foundation
import Supernet

/// Times whole training steps, ours and PyTorch's in turn, on the same processors.
///
/// Both sides run one step (zero gradients, forward, cross-entropy, backward, SGD with momentum) of the same
/// sliced network on the same number of threads; one side sleeps while the other works. Prints one JSON line
/// for each width with medians and the ratio of images per second.
@main
struct StepBenchmark: ParsableCommand {
  @Option(help: "cbm-resnet or cbm-mobilenet.") var network = "cbm-resnet"
  @Option(help: "Widths as fractions, multiples of a quarter.") var widths = "1.0,0.5,0.25"
  @Option(help: "Images of a step.") var batch = 64
  @Option(help: "Threads of each side.") var threads = 2
  @Option(help: "Steps counted for each side and width, after one that is not.") var rounds = 7
  @Option(help: "Logical shards on our side.") var shards = 1
  @Option(help: "left or right slices on our side.") var side = "left"
  @Option(help: "A Python with PyTorch; without it only our side runs.") var peer: String?
  @Option(help: "PyTorch's memory format: nhwc or nchw.") var layout = "nhwc"
  @Option(help: "Kernels: auto, v4, v3 or portable.") var kernels: String = "auto"

  func run() throws {
    let ours = try Ours(self)
    let theirs = try peer.map {
      try Peer(python: $0, network: network, batch: batch, threads: threads, layout: layout)
    }
    let peak = MachineProbe(kernels: ours.context.kernels, threads: ours.context.threads)
      .multiplyAddGigaflops()
    for width in widths.split(separator: ",").compactMap({ Double($0) }) {
      var rows: [[Double]] = [[], []]
      for round in 0...rounds {
        let own = ours.step(width: width, side: side)
        let other = try theirs?.step(width: width)
        if round > 0 {
          rows[0].append(own)
          if let other { rows[1].append(other) }
        }
      }
      report(width, rows, theirs?.version, macs: ours.macs(width: width), peak: peak)
    }
  }

  /// A step is about three passes over the network's MACs: forward, gradients of data, gradients of filters.
  private func report(
    _ width: Double, _ rows: [[Double]], _ version: String?, macs: Int, peak: Double
  ) {
    let gigaflops = 6e-9 * Double(macs * batch) / median(rows[0])
    var line: [String: Any] = [
      "macs": macs, "peak_gflops": peak, "ours_gflops": gigaflops,
      "ours_percent_of_peak": 100 * gigaflops / peak,
      "network": network, "width": width, "batch": batch, "threads": threads, "shards": shards,
      "side": side, "kernels": kernels, "ours_seconds": rows[0],
      "ours_images_s": Double(batch) / median(rows[0]),
    ]
    if let version, !rows[1].isEmpty {
      line["peer"] = "\(version) \(layout)"
      line["peer_seconds"] = rows[1]
      line["peer_images_s"] = Double(batch) / median(rows[1])
      line["ratio"] = median(rows[1]) / median(rows[0])
    }
    let data = try? JSONSerialization.data(withJSONObject: line, options: [.sortedKeys])
    FileHandle.standardOutput.write((data ?? Data()) + Data("\n".utf8))

  }
}

/// One network of ours, ready to step.
final class Ours {
  let space: SearchSpace
  let layout: ParameterLayout
  let executor: Executor
  let context: EngineContext
  let parameters, momenta: AlignedStorage<Float>
  let gradients: [AlignedStorage<Float>]
  let pixels: [Float]
  let labels: [Int32]

  init(_ options: StepBenchmark) throws {
    let architecture = try Architecture.named(
      options.network, image: FeatureShape(channels: 3, height: 32, width: 32), classes: 10)
    space = try SearchSpace(architecture, bins: 4)
    layout = ParameterLayout(architecture)
    guard let choice = KernelChoice(rawValue: options.kernels) else {
      throw ValidationError("--kernels is auto, v4, v3 or portable")
    }
    context = EngineContext(
      kernels: try KernelSet.select(choice), threads: ThreadPool(threads: options.threads))
    executor = Executor(space: space, layout: layout, context: context)
    parameters = AlignedStorage(count: layout.count)
    momenta = AlignedStorage(count: layout.count)
    gradients = (0..<options.shards).map { [layout] _ in AlignedStorage(count: layout.count) }
    parameters.withMutableElements { [layout] in layout.initialize($0, seed: 1) }
    pixels = (0..<options.batch * 3 * 32 * 32).map { Float($0 % 255) / 127 - 1 }
    labels = (0..<options.batch).map { Int32($0 % 10) }
  }

  func macs(width: Double) -> Int { CostModel(space).macs(of: widths(width)) }

  private func widths(_ fraction: Double) -> Widths {
    Widths(bins: space.bins.map { max(1, Int((Double($0) * fraction).rounded())) })
  }

  func step(width: Double, side: String) -> Double {
    let widths = widths(width)
    let subnet = side == "right" ? space.rightSubnet(of: widths) : space.leftSubnet(of: widths)
    let clock = ContinuousClock()
    let duration = clock.measure {
      let blocks = gradients.map { block in
        block.withMutableElements { elements in
          elements.update(repeating: 0)
          return elements.baseAddress!
        }
      }
      parameters.withMutableElements { weights in
        pixels.withUnsafeBufferPointer { pixels in
          _ = executor.train(
            subnet, on: LabelledImages(pixels: pixels, labels: labels),
            parameters: weights.baseAddress!, gradients: blocks,
            lossScale: 1 / Double(labels.count), smoothing: 0)
        }
        momenta.withMutableElements { momenta in
          for tensor in layout.tensors {
            MomentumSGD(momentum: 0.9, nesterov: false).step(
              weights: weights.baseAddress!, momenta: momenta.baseAddress!, gradients: blocks[0],
              range: tensor.range, rate: 0.01, decay: 5e-4, in: context)
          }
        }
      }
    }
    return duration / .seconds(1)
  }
}

/// PyTorch in a process of its own, stepping on command.
final class Peer {
  private(set) var version: String
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var buffered = Data()

  init(python: String, network: String, batch: Int, threads: Int, layout: String) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Peer/training_step.py").standardized
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [script.path, network, "\(batch)", "\(threads)", layout]
    // Memory kept between steps: without this PyTorch spends much of a step on page faults.
    process.environment = ProcessInfo.processInfo.environment.merging([
      "MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "1000000000000",
      "MALLOC_TOP_PAD_": "1000000000",
    ]) { $1 }
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    version = ""
    let line = try Peer.readLine(output, &buffered)
    version = line
  }

  deinit { try? input.fileHandleForWriting.close() }

  func step(width: Double) throws -> Double {
    try input.fileHandleForWriting.write(contentsOf: Data("\(width)\n".utf8))
    guard let seconds = Double(try Peer.readLine(output, &buffered)) else {
      throw ValidationError("the peer did not answer with seconds")
    }
    return seconds
  }

  private static func readLine(_ pipe: Pipe, _ buffered: inout Data) throws -> String {
    while true {
      if let end = buffered.firstIndex(of: 10) {
        let line = String(decoding: buffered[buffered.startIndex..<end], as: UTF8.self)
        buffered = Data(buffered[(end + 1)...])
        return line
      }
      let more = pipe.fileHandleForReading.availableData
      guard !more.isEmpty else { throw ValidationError("the peer ended") }
      buffered.append(more)
    }
  }
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
