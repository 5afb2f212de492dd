import BenchmarkSupport
import Foundation

/// One convolution: a row of a file in `Shapes`.
struct ConvolutionShape: Encodable {
  /// Where it comes from: a network, or "odd".
  let set: String
  /// The input: how many images, of how many rows, columns and channels.
  let images, height, width, inputs: Int
  /// Channels of the output.
  let outputs: Int
  /// The side of the window and its step; padding is kernel / 2.
  let kernel, stride: Int
  /// 1, or as many as there are channels: a depthwise convolution.
  let groups: Int

  var isDepthwise: Bool { groups > 1 }
  private var outputHeight: Int { (height - 1) / stride + 1 }
  private var outputWidth: Int { (width - 1) / stride + 1 }

  /// Multiply-accumulates of any of the three passes, those with padding included.
  var macs: Int {
    images * outputHeight * outputWidth * outputs * inputs / groups * kernel * kernel
  }

  /// All shapes, in the order of the file.
  static func all(of name: String) throws -> [ConvolutionShape] {
    let text = try String(contentsOf: file(name), encoding: .utf8)
    return try text.split(separator: "\n").dropFirst().map {
      try ConvolutionShape(line: $0, of: name)
    }
  }

  static func file(_ name: String) -> URL { BenchmarkFiles.folder("Shapes").appending(path: name) }

  private init(line: Substring, of name: String) throws {
    let fields = line.split(separator: ",")
    let numbers = fields.dropFirst().compactMap { Int($0) }
    guard fields.count == 9, numbers.count == 8 else {
      throw ShapeError(description: "\(name): \(line) is no set and eight numbers")
    }
    set = String(fields[0])
    (images, height, width, inputs) = (numbers[0], numbers[1], numbers[2], numbers[3])
    (outputs, kernel, stride, groups) = (numbers[4], numbers[5], numbers[6], numbers[7])
  }
}

/// A line of the shapes' file that cannot be read.
struct ShapeError: Error, CustomStringConvertible {
  let description: String
}
