import Datasets
import JPEGShims
import Testing

private let grey = ImageShape(channels: 1, height: 16, width: 16)
private let color = ImageShape(channels: 3, height: 16, width: 16)

/// A pixel for each place of a shape.
private func flat(_ pixel: [UInt8], _ shape: ImageShape) -> [UInt8] {
  (0..<shape.height * shape.width).flatMap { _ in pixel }
}

/// Dark on the left, light on the right, twice as wide as high.
private func halves(factor: Int) throws -> [UInt8] {
  let (width, height) = (32 * factor, 16 * factor)
  let pixels = (0..<width * height).map { $0 % width < width / 2 ? UInt8(40) : 220 }
  return try jpeg(pixels, width: width, height: height, jpeg_colors_grey)
}

private let greyHalves = (0..<256).map { $0 % 16 < 8 ? UInt8(40) : 220 }

@Suite struct PhotographTests {
  @Test func anImageOfTheRightSizeIsNotResampled() throws {
    let noise = (0..<color.valueCount).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31) }
    let file = try jpeg(noise, width: 16, height: 16, jpeg_colors_rgb)
    var image = JPEGImage()
    var problem = [CChar](repeating: 0, count: jpeg_problem_capacity)
    #expect(jpeg_decode(file, file.count, 3, 16, 16, &image, &problem))
    defer { jpeg_release(image.pixels) }
    let plain = Array(UnsafeBufferPointer(start: image.pixels, count: color.valueCount))
    #expect(try decoded(file, as: color) == plain)
  }

  @Test func greyFillsThreeChannels() throws {
    let ramp = (0..<256).map { UInt8($0) }
    let file = try jpeg(ramp, width: 16, height: 16, jpeg_colors_grey)
    let single = try decoded(file, as: grey)
    #expect(looksLike(single, ramp))
    #expect(try decoded(file, as: color) == single.flatMap { [$0, $0, $0] })
  }

  @Test func colorBecomesItsLuma() throws {
    let file = try flatJPEG([200, 100, 50], width: 16, height: 16, jpeg_colors_rgb)
    #expect(looksLike(try decoded(file, as: color), flat([200, 100, 50], color)))
    #expect(looksLike(try decoded(file, as: grey), flat([124], grey)))
  }

  /// Inks as Adobe writes them, 255 for none: red x black / 255 and so on.
  @Test(arguments: [jpeg_colors_cmyk, jpeg_colors_ycck])
  func printColorsBecomeScreenColors(colors: JPEGColors) throws {
    let file = try flatJPEG([200, 100, 50, 204], width: 16, height: 16, colors)
    #expect(looksLike(try decoded(file, as: color), flat([160, 80, 40], color)))
    #expect(looksLike(try decoded(file, as: grey), flat([99], grey)))
  }

  @Test func withoutAdobesMarkInksAreNotInverted() throws {
    var file = try flatJPEG([55, 155, 205, 51], width: 16, height: 16, jpeg_colors_cmyk)
    let mark = try #require((0..<file.count).first { file[$0...].starts(with: [0xFF, 0xEE]) })
    file.removeSubrange(mark..<mark + 16)
    #expect(looksLike(try decoded(file, as: color), flat([160, 80, 40], color)))
  }

  @Test(arguments: [(1, 1), (3, 7), (16, 15), (17, 16), (31, 33), (37, 201), (130, 129)])
  func everySizeIsFilledToTheEdges(width: Int, height: Int) throws {
    let file = try flatJPEG([200, 100, 50], width: width, height: height, jpeg_colors_rgb)
    #expect(looksLike(try decoded(file, as: color), flat([200, 100, 50], color)))
  }

  /// The middle of a wide image of two halves, at full and at each reduced decoding.
  @Test(arguments: [1, 2, 4, 8])
  func theCentreIsKept(factor: Int) throws {
    #expect(looksLike(try decoded(halves(factor: factor), as: grey), greyHalves))
  }

  /// Decoded at an eighth and then halved, which blurs the two columns at the edge.
  @Test func reducedDecodingAndResizingGoTogether() throws {
    let pixels = try decoded(halves(factor: 16), as: grey)
    let isSharp = { (place: Int) in ![7, 8].contains(place % 16) }
    #expect(
      looksLike(
        pixels.indices.filter(isSharp).map { pixels[$0] },
        greyHalves.indices.filter(isSharp).map { greyHalves[$0] }))
  }

  @Test func aJPEGCutAnywhereIsRefusedByName() throws {
    let noise = (0..<color.valueCount).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31) }
    let whole = try jpeg(noise, width: 16, height: 16, jpeg_colors_rgb)
    for count in 0..<whole.count {
      let error = #expect(throws: DatasetError.self) {
        try decoded(Array(whole.prefix(count)), as: color)
      }
      #expect(error?.exitCode == 65, "cut to \(count) bytes")
      #expect(error?.description.hasPrefix("test.jpg is not an intact JPEG (") == true)
    }
  }

  @Test func anEndInTheMiddleIsRefused() throws {
    var file = try flatJPEG([9, 99, 199], width: 64, height: 64, jpeg_colors_rgb)
    file.replaceSubrange(file.count - 12..<file.count - 10, with: [0xFF, 0xD9])
    #expect(throws: DatasetError.self) { try decoded(file, as: color) }
  }

  @Test func colorsWithoutAMeaningAreRefused() throws {
    let file = try flatJPEG([1, 2], width: 16, height: 16, jpeg_colors_unnamed)
    let error = #expect(throws: DatasetError.self) { try decoded(file, as: color) }
    #expect(error?.description.contains("Unsupported color conversion") == true)
  }

  @Test func harmlessOdditiesAreRead() throws {
    let plain = try flatJPEG([200, 100, 50], width: 16, height: 16, jpeg_colors_rgb)
    let wanted = try decoded(plain, as: color)
    var stray = plain
    stray.insert(contentsOf: [1, 2, 3], at: stray.count - 2)
    #expect(try decoded(stray, as: color) == wanted)
    var future = plain
    future[11] = 2  // the major version of JFIF
    #expect(try decoded(future, as: color) == wanted)
  }

  @Test func anUnknownAdobeTransformIsReadAsYCCK() throws {
    var file = try flatJPEG([200, 100, 50, 204], width: 16, height: 16, jpeg_colors_ycck)
    let mark = try #require((0..<file.count).first { file[$0...].starts(with: [0xFF, 0xEE]) })
    file[mark + 15] = 9
    #expect(looksLike(try decoded(file, as: color), flat([160, 80, 40], color)))
  }
}
