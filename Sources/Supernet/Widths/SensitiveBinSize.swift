/// How many channels a bin of a group has when dear channels are cut finely and cheap ones coarsely.
///
/// The rule is that of the code of CafeNet's group: with e multiply-accumulates for one more channel, and e_max in
/// the dearest group, 2^ceil(log2(e_max / e)) channels between two bounds, times 9/8 or 5/4 where only that divides
/// the group (docs/methods.md).
struct SensitiveBinSize {
  /// Channels of a bin before it is made to divide the group.
  let channels: Int

  init(sensitivity: Int, greatest: Int, bounds: ClosedRange<Int>) {
    var size = 1
    while size < bounds.upperBound, size * sensitivity < greatest { size *= 2 }
    channels = min(max(size, bounds.lowerBound), bounds.upperBound)
  }

  /// Itself and its multiples by 9/8 and 5/4, as far as they are whole.
  private var candidates: [Int] {
    [(1, 1), (9, 8), (5, 4)].compactMap { numerator, denominator in
      (channels * numerator).isMultiple(of: denominator)
        ? channels * numerator / denominator : nil
    }
  }

  /// The first of the candidates that divides the group's channels.
  func dividing(_ group: WidthGroup) throws(SearchSpaceError) -> Int {
    if let size = candidates.first(where: { group.channels.isMultiple(of: $0) }) { return size }
    throw .unevenBins(group: group.name, channels: group.channels, sizes: candidates)
  }
}

extension Architecture {
  /// The multiply-accumulates that one more channel of each width group costs at full width.
  var sensitivities: [Int] {
    let cost = CostModel(.singleton(self))
    let full = widthGroups.map(\.channels)
    return full.indices.map { group in
      var wider = full
      wider[group] += 1
      return cost.macs(ofChannels: wider) - cost.macs(ofChannels: full)
    }
  }
}
