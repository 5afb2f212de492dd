import Engine
import Randomness

/// CafeNet (Su et al., ICLR 2021): a width keeps base channels from the left, and some free ones of a zone around its
/// edge.
///
/// Of c bins the first `c - offset` are the base; `offset` more come from the zone of `2 * offset` bins around c,
/// anywhere in it. A step looks at some random assignments of free bins and trains the best (min-min); a score is that
/// of the best of some assignments. The definition is a reconstruction, since neither the paper's text nor its code
/// could be read (docs/methods.md).
public struct LocallyFree: WeightSharing {
  /// Bins that are free, and half the size of their zone; at least 1.
  public let offset: Int
  /// Assignments that a step, or a score, looks at; at least 1.
  public let assignments: Int

  /// The published illustration has an offset of 1.
  public init(offset: Int = 1, assignments: Int = 2) {
    precondition(offset >= 1 && assignments >= 1, "something is free, and something is tried")
    self.offset = offset
    self.assignments = assignments
  }

  /// Each assignment alone.
  public func trainingCandidates(
    of widths: Widths, in space: SearchSpace, using stream: inout RandomStream
  ) -> [Realization] {
    subnets(of: widths, in: space, using: &stream).map {
      Realization(widths: widths, subnets: [$0], combination: .best)
    }
  }

  /// The best of the assignments.
  public func scoringRealization(
    of widths: Widths, in space: SearchSpace, using stream: inout RandomStream
  ) -> Realization {
    Realization(
      widths: widths, subnets: subnets(of: widths, in: space, using: &stream), combination: .best)
  }

  /// Different assignments; fewer where chance repeats itself, as it must where little is free.
  private func subnets(
    of widths: Widths, in space: SearchSpace, using stream: inout RandomStream
  ) -> [Subnet] {
    var found: [Subnet] = []
    for _ in 0..<assignments {
      let subnet = Subnet(
        slices: widths.bins.indices.map { group in
          slice(of: widths.bins[group], group, in: space, using: &stream)
        })
      if !found.contains(subnet) { found.append(subnet) }
    }
    return found
  }

  private func slice(
    of kept: Int, _ group: Int, in space: SearchSpace, using stream: inout RandomStream
  ) -> ChannelSlice {
    let total = space.ranges[group].total
    let base = max(0, kept - offset)
    let zone = base..<min(total, kept + offset)
    let order = stream.permutation(of: zone.count)
    let free = order.prefix(kept - base).map { zone.lowerBound + $0 }
    return space.slice(ofBins: Array(0..<base) + free.sorted(), group: group)
  }
}

extension SearchSpace {
  /// Refuses groups whose bins are not all of one size, so that any of them could take another's place.
  func checkEqualBins() throws(SearchSpaceError) {
    for (group, range) in zip(groups, ranges)
    where !group.channels.isMultiple(of: range.total) {
      throw .unequalBins(group: group.name, channels: group.channels, bins: range.total)
    }
  }

  /// The channels of some bins of a group, ascending: as many as any other bins of that number, which
  /// needs bins of one size.
  ///
  /// - Precondition: the group's channels are a multiple of its bins.
  func slice(ofBins bins: [Int], group: Int) -> ChannelSlice {
    let channels = groups[group].channels
    let size = channels / ranges[group].total
    precondition(size * ranges[group].total == channels, "bins of one size")
    var spans: [ChannelSpan] = []
    for bin in bins {
      if let last = spans.last, last.end == bin * size {
        spans[spans.count - 1] = ChannelSpan(start: last.start, count: last.count + size)
      } else {
        spans.append(ChannelSpan(start: bin * size, count: size))
      }
    }
    return ChannelSlice(spans: spans)
  }
}
