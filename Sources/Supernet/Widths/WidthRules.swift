/// Which widths the groups of a network have, said before the network is known.
public struct WidthRules: Hashable, Sendable {
  /// How the channels of a group are cut into bins.
  public enum Cut: Hashable, Sendable {
    /// Every group into the same number of bins.
    case equal(bins: Int)
    /// Into finer bins where a channel costs more: CafeNet's (Su et al., ICLR 2021) sensitive bins.
    ///
    /// A bin has between `leastChannels` and `mostChannels` channels, but for the factor that makes it divide the group.
    case byCost(leastChannels: Int, mostChannels: Int)
  }

  /// What one group has of its own; nil where it is as the others are.
  public struct Exception: Hashable, Sendable {
    /// Bins the group is cut into.
    public let bins: Int?
    /// The least and the most bins a width keeps.
    public let lowest, highest: Int?

    /// A group's own rules.
    public init(bins: Int? = nil, lowest: Int? = nil, highest: Int? = nil) {
      self.bins = bins
      self.lowest = lowest
      self.highest = highest
    }
  }

  /// How channels are cut.
  public let cut: Cut
  /// The least bins a width keeps.
  public let lowest: Int
  /// Groups with rules of their own, by name.
  public let exceptions: [String: Exception]

  /// The same rules for every group but some.
  public init(cut: Cut, lowest: Int = 1, exceptions: [String: Exception] = [:]) {
    self.cut = cut
    self.lowest = lowest
    self.exceptions = exceptions
  }

  /// The widths of each group of a network.
  ///
  /// - Throws: `SearchSpaceError.unevenBins` where no bin that a group's cost allows divides it; whether the widths
  ///   fit the group is for ``SearchSpace`` to say.
  public func ranges(of architecture: Architecture) throws(SearchSpaceError) -> [BinRange] {
    let groups = architecture.widthGroups
    let sensitivities = cut.needsCosts ? architecture.sensitivities : []
    var ranges: [BinRange] = []
    for (place, group) in groups.enumerated() {
      let own = exceptions[group.name] ?? Exception()
      let total: Int
      if let bins = own.bins {
        total = bins
      } else {
        switch cut {
        case .equal(let bins): total = bins
        case .byCost(let least, let most):
          let size = SensitiveBinSize(
            sensitivity: sensitivities[place], greatest: sensitivities.max() ?? 1,
            bounds: least...most)
          total = group.channels / (try size.dividing(group))
        }
      }
      ranges.append(BinRange(lowest: own.lowest ?? lowest, highest: own.highest, total: total))
    }
    return ranges
  }
}

extension WidthRules.Cut {
  fileprivate var needsCosts: Bool {
    switch self {
    case .equal: false
    case .byCost: true
    }
  }
}
