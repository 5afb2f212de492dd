/// The instructions from a loop's head to its last jump back.
struct Loop: Sendable {
  let body: ArraySlice<Instruction>

  var addresses: ClosedRange<Int> {
    body[body.startIndex].address...body[body.endIndex - 1].address
  }
}

extension Routine {
  /// Loops that hold no other loop.
  ///
  /// A loop is what lies between a jump backwards and where it goes; jumps to one head are one loop, since
  /// each branch of a body may have its own. A block that the compiler put elsewhere is not seen.
  var innermostLoops: [Loop] {
    var ends: [Int: Int] = [:]
    for instruction in instructions {
      guard let head = instruction.jumpTarget, head <= instruction.address else { continue }
      ends[head] = max(ends[head] ?? 0, instruction.address)
    }
    let loops = ends.map { $0.key...$0.value }.sorted { $0.lowerBound < $1.lowerBound }
    return loops.filter { loop in
      !loops.contains { $0 != loop && loop.contains($0.lowerBound) && loop.contains($0.upperBound) }
    }.compactMap { loop in
      let body = instructions.drop { $0.address < loop.lowerBound }
        .prefix { $0.address <= loop.upperBound }
      return body.isEmpty ? nil : Loop(body: body)
    }
  }
}
