import Engine
import TestSupport
import Testing

@Suite struct FeatureMapTests {
  @Test(arguments: [(1, 16), (16, 16), (17, 32), (72, 80)])
  func pixelsAreWholeVectors(channels: Int, pixelStride: Int) {
    let shape = FeatureMap.Shape(images: 2, height: 3, width: 5, channels: channels)
    #expect(shape.pixelStride == pixelStride)
    #expect(shape.imagePixels == 15)
    #expect(shape.pixels == 30)
    #expect(shape.elements == 30 * pixelStride)
  }

  @Test(arguments: [1, 16, 17]) func densePixelsComeBack(channels: Int) {
    let shape = FeatureMap.Shape(images: 2, height: 2, width: 3, channels: channels)
    let values = seededNumbers(12 * channels, seed: 1)
    withWorkbench(KernelSet.runnable[0]) { bench in
      let map = bench.map(DenseMap(shape, values))
      expectEqualBits(map.dense(), values, "dense")
      map.expectZeroPadding("filled map")
      let copy = bench.blankMap(shape)
      map.copy(to: copy)
      expectEqualBits(copy.raw, map.raw, "copy")
      copy.clear()
      #expect(copy.raw.allSatisfy { $0 == 0 })
      expectEqualBits(map.dense(), values, "source of the copy")
    }
  }

  @Test func viewsReadTheirPlace() throws {
    let context = EngineContext(kernels: try KernelSet.select(), threads: ThreadPool(threads: 1))
    let shape = FeatureMap.Shape(images: 1, height: 1, width: 2, channels: 3)
    let storage = AlignedStorage<Float>(count: 96)
    var plan = MemoryPlan()
    _ = plan.reserve(40)
    let place = plan.reserve(shape.elements)
    [1, 2, 3, 4, 5, 6].withUnsafeBufferPointer {
      FeatureMap(shape, in: storage, at: place).fill(fromDense: $0, in: context)
    }
    #expect(storage.withElements { Array($0[48..<51]) } == [1, 2, 3])
    #expect(storage.withElements { Array($0[64..<67]) } == [4, 5, 6])
    #expect(storage.withElements { $0.prefix(48).allSatisfy { $0 == 0 } })
  }

  @Test func denseMapsHaveNoPadding() throws {
    let context = EngineContext(kernels: try KernelSet.select(), threads: ThreadPool(threads: 2))
    let shape = FeatureMap.Shape(images: 2, height: 1, width: 2, channels: 3, isDense: true)
    let storage = AlignedStorage<Float>(count: shape.elements)
    let values = (1...12).map { Float($0) }
    let map = FeatureMap(shape, in: storage)
    values.withUnsafeBufferPointer { map.fill(fromDense: $0, in: context) }
    #expect(storage.withElements { Array($0) } == values)
    #expect(map.dense() == values)
  }

  @Test func storageThatIsTooSmallIsRefused() async {
    await #expect(processExitsWith: .failure) {
      let shape = FeatureMap.Shape(images: 1, height: 1, width: 2, channels: 3)
      _ = FeatureMap(shape, in: AlignedStorage<Float>(count: 31))
    }
    await #expect(processExitsWith: .failure) {
      _ = FeatureMap.Shape(images: 0, height: 1, width: 1, channels: 1)
    }
  }
}
