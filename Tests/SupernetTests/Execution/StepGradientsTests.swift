import Engine
import Randomness
import Supernet
import TestSupport
import Testing

/// Whatever earlier steps have left, a step's gradients are the sums over its own subnets.
@Suite struct StepGradientsTests {
  @Test(arguments: try SmallNetwork.graphs())
  func stepsAddUpTheirSubnetsAndNothingElse(network: SmallNetwork) {
    let subnets = network.subnets
    // Wider after narrower, narrower after wider, and the same again.
    let steps = [[1, 2], [4], [0], [4, 2, 1], [3], [3, 2], [1]].map { $0.map { subnets[$0] } }
    withWorkbench(KernelSet.runnable[0], threads: 2) { bench in
      let executor = network.executor(bench)
      let gradients = StepGradients(
        shards: SmallNetwork.shards, of: network.space, layout: network.layout,
        context: bench.context)
      for step in steps {
        let twins = (0..<SmallNetwork.shards).map { _ in
          bench.block([Float](repeating: 0, count: network.layout.count))
        }
        gradients.begin()
        for subnet in step {
          network.train(subnet, into: gradients.add(subnet), with: executor, bench)
          network.train(subnet, into: .added(to: twins), with: executor, bench)
        }
        let ranges = gradients.finish()
        #expect(ranges == network.layout.touchedRanges(of: step, in: network.space))
        for (block, twin) in zip(gradients.blocks, twins) {
          #expect(ranges.joined().allSatisfy { block[$0] == twin[$0] })
        }
        #expect((0..<network.layout.count).allSatisfy { gradients.blocks[0][$0] == twins[0][$0] })
        // What the reduction makes of them is no business of the next step.
        for block in gradients.blocks { for element in ranges.joined() { block[element] = .nan } }
        if step.count == 2 {
          // Nor is a step that is given up.
          gradients.begin()
          network.train(subnets[0], into: gradients.add(subnets[0]), with: executor, bench)
        }
      }
    }
  }

  @Test func rangesAreSubtractedElementByElement() {
    var stream = RandomStream(seed: 6, purpose: .testing)
    for _ in 0..<500 {
      let (ranges, others) = (ranges(&stream), ranges(&stream))
      let rest = ranges.subtracting(others)
      #expect(Array(rest.joined()) == ranges.joined().filter { !others.joined().contains($0) })
      #expect(rest.allSatisfy { !$0.isEmpty })
    }
  }

  /// Up to four ascending, disjoint ranges.
  private func ranges(_ stream: inout RandomStream) -> [Range<Int>] {
    var start = 0
    return (0..<stream.integer(below: 5)).map { _ in
      let first = start + stream.integer(below: 4)
      start = first + 1 + stream.integer(below: 5)
      return first..<start
    }
  }
}
