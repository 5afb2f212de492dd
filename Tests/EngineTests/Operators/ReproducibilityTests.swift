import Engine
import TestSupport
import Testing

/// Bits depend on an image and its shard alone: neither on threads nor on what else is in the batch.
@Suite struct ReproducibilityTests {
  private static let everyImage = 0..<OperatorSample.images

  @Test(arguments: OperatorSample.all) func threadsDoNotMatter(sample: OperatorSample) {
    for kernels in KernelSet.runnable {
      let (maps, blocks) = results(of: sample, kernels, threads: 1)
      for threads in [2, 3] {
        let (otherMaps, otherBlocks) = results(of: sample, kernels, threads: threads)
        let setting = "\(kernels.choice), \(threads) threads"
        for (index, (map, other)) in zip(maps, otherMaps).enumerated() {
          expectEqualBits(other, map, "\(setting), map \(index)")
        }
        for (shard, (block, other)) in zip(blocks, otherBlocks).enumerated() {
          expectEqualBits(other, block, "\(setting), gradient of shard \(shard)")
        }
      }
    }
  }

  private func results(
    of sample: OperatorSample, _ kernels: KernelSet, threads: Int
  ) -> (maps: [[Float]], blocks: [[Float]]) {
    withWorkbench(kernels, threads: threads, convolution: sample.convolution) { bench in
      let outcome = sample.run(bench, Self.everyImage)
      for map in outcome.maps { map.expectZeroPadding("\(kernels.choice)") }
      return (outcome.maps.map(\.raw), outcome.blocks)
    }
  }

  /// All shards in one call give what each gives in a call of its own.
  @Test(arguments: OperatorSample.all) func shardsDoNotSeeEachOther(sample: OperatorSample) {
    let size = OperatorSample.imagesPerShard
    for kernels in KernelSet.runnable {
      withWorkbench(kernels, threads: 2, convolution: sample.convolution) { bench in
        let together = sample.run(bench, Self.everyImage)
        for shard in 0..<OperatorSample.images / size {
          let alone = sample.run(bench, shard * size..<(shard + 1) * size)
          for (map, whole) in zip(alone.maps, together.maps) {
            for image in 0..<size {
              expectEqualBits(
                map.raw(image: image), whole.raw(image: shard * size + image),
                "\(kernels.choice), image \(image) of shard \(shard)")
            }
          }
          if let block = alone.blocks.first {
            expectEqualBits(
              block, together.blocks[shard], "\(kernels.choice), gradient of shard \(shard)")
          }
        }
      }
    }
  }

  @Test func optimiserDoesNotSeeThreads() {
    let count = 50_001
    for kernels in KernelSet.runnable {
      let weights = [1, 2, 3].map { threads in
        withWorkbench(kernels, threads: threads) { bench in
          let block = bench.block(seededNumbers(count, seed: 1))
          MomentumSGD(momentum: 0.9, nesterov: true).step(
            weights: block, momenta: bench.block(seededNumbers(count, seed: 2)),
            gradients: bench.block(seededNumbers(count, seed: 3)), range: 0..<count, rate: 0.1,
            decay: 1e-4, in: bench.context)
          return Array(UnsafeBufferPointer(start: block, count: count))
        }
      }
      expectEqualBits(weights[1], weights[0], "\(kernels.choice), 2 threads")
      expectEqualBits(weights[2], weights[0], "\(kernels.choice), 3 threads")
    }
  }
}
