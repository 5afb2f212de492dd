import Datasets
import Testing

private let shape = ImageShape(channels: 3, height: 24, width: 20)

private func images(seed: UInt64 = 1, split: Split = .train) -> SyntheticImages {
  SyntheticImages(shape: shape, classes: 4, count: 200, seed: seed, split: split)
}

/// The sum of differences between neighbours: along rows, along columns.
private func roughness(_ pixels: [UInt8]) -> (along: Int, down: Int) {
  var (along, down) = (0, 0)
  func at(_ row: Int, _ column: Int) -> Int { Int(pixels[(row * shape.width + column) * 3]) }
  for row in 1..<shape.height {
    for column in 1..<shape.width {
      along += abs(at(row, column) - at(row, column - 1))
      down += abs(at(row, column) - at(row - 1, column))
    }
  }
  return (along, down)
}

@Suite struct SyntheticImagesTests {
  @Test func imagesAreAFunctionOfSeedSplitAndIndex() throws {
    #expect(try pixels(of: images(), 5) == pixels(of: images(), 5))
    #expect(try pixels(of: images(), 5) != pixels(of: images(), 9))
    #expect(try pixels(of: images(), 5) != pixels(of: images(seed: 2), 5))
    #expect(try pixels(of: images(), 5) != pixels(of: images(split: .test), 5))
  }

  @Test func classesTakeTurns() {
    #expect((0..<6).map(images().label(of:)) == [0, 1, 2, 3, 0, 1])
    #expect(images().classes == ["class-0", "class-1", "class-2", "class-3"])
    #expect(images(split: .val).name(of: 7) == "synthetic val image 7")
  }

  /// Class 0 of 4 has upright stripes and class 2 lying ones, in every image of every split.
  @Test(arguments: Split.allCases)
  func theDirectionOfTheStripesTellsTheClass(split: Split) throws {
    for index in stride(from: 0, to: 200, by: 4) {
      let upright = try roughness(pixels(of: images(split: split), index))
      let lying = try roughness(pixels(of: images(split: split), index + 2))
      #expect(upright.along > upright.down && lying.down > lying.along, "image \(index)")
    }
  }

  @Test func theWholeRangeOfBytesIsUsed() throws {
    let bytes = try (0..<200).flatMap { try pixels(of: images(), $0) }
    #expect(bytes.min()! < 20 && bytes.max()! > 235)
  }
}
