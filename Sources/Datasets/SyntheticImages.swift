import Foundation
import Randomness

/// Coloured stripes under noise, one direction and colour a class: images to learn without any file.
///
/// Image and label are a function of (seed, split, index) alone; classes look the same in every split.
public struct SyntheticImages: Dataset {
  /// What every image has.
  public let shape: ImageShape
  /// `class-0`, `class-1` and so on.
  public let classes: [String]
  /// How many images there are.
  public let count: Int
  private let seed: UInt64
  private let split: Split
  private let patterns: [Pattern]

  /// Describes `count` images; they are drawn when read.
  public init(shape: ImageShape, classes: Int, count: Int, seed: UInt64, split: Split = .train) {
    self.shape = shape
    self.classes = (0..<classes).map { "class-\($0)" }
    self.count = count
    self.seed = seed
    self.split = split
    patterns = (0..<classes).map {
      Pattern(of: $0, among: classes, channels: shape.channels, seed: seed)
    }
  }

  /// Classes take turns.
  public func label(of index: Int) -> Int { index % classes.count }

  /// Draws image `index`.
  public func read(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) {
    precondition(pixels.count == shape.valueCount, "a buffer of exactly one image")
    let pattern = patterns[label(of: index)]
    var stream = RandomStream(
      seed: seed, purpose: .testing, step: 1 + (Split.allCases.firstIndex(of: split) ?? 0),
      index: index)
    let phase = stream.uniform()
    var place = 0
    for row in 0..<shape.height {
      for column in 0..<shape.width {
        let stripe = pattern.brightness(row: row, column: column, phase: phase)
        for contrast in pattern.contrasts {
          let noise = stream.uniform() - 0.5
          pixels[place] = UInt8(127.5 + 80 * contrast * stripe + 95 * noise)
          place += 1
        }
      }
    }
  }

  /// The place of the image, as no file holds it.
  public func name(of index: Int) -> String { "synthetic \(split.rawValue) image \(index)" }
}

/// What the images of one class have in common.
private struct Pattern {
  private static let period: Float = 6
  let contrasts: [Float]
  private let across: Float
  private let down: Float

  init(of label: Int, among classes: Int, channels: Int, seed: UInt64) {
    var stream = RandomStream(seed: seed, purpose: .testing, index: label)
    contrasts = (0..<channels).map { _ in 0.4 + 0.6 * stream.uniform() }
    let angle = Double.pi * Double(label) / Double(classes)
    across = Self.coarse(cos(angle))
    down = Self.coarse(sin(angle))
  }

  /// Drops the digits in which the C libraries of two machines may differ.
  private static func coarse(_ value: Double) -> Float { Float((value * 4096).rounded() / 4096) }

  /// A triangle wave from -1 to 1.
  func brightness(row: Int, column: Int, phase: Float) -> Float {
    let turns = (across * Float(column) + down * Float(row)) / Self.period + phase
    return 4 * abs(turns - turns.rounded(.down) - 0.5) - 1
  }
}
