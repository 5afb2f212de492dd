import Configuration
import Search
import Supernet

extension CostModel {
  /// Both costs of the network of some bins, as a search asks for them.
  func both(ofBins bins: [Int]) -> NetworkCost {
    both(ofChannels: space.channels(of: Widths(bins: bins)))
  }

  /// Both costs of the network of some channels a group.
  func both(ofChannels channels: [Int]) -> NetworkCost {
    NetworkCost(macs: macs(ofChannels: channels), parameters: parameters(ofChannels: channels))
  }
}

extension RunConfiguration.Space {
  /// The same choices in the supernet's words.
  var rules: WidthRules {
    WidthRules(
      cut: cut == .equal
        ? .equal(bins: bins)
        : .byCost(leastChannels: leastChannels, mostChannels: mostChannels),
      lowest: lowest,
      exceptions: groups.mapValues {
        WidthRules.Exception(bins: $0.bins, lowest: $0.lowest, highest: $0.highest)
      })
  }
}

extension RunConfiguration.Budget {
  /// What a candidate may cost when the full network costs `full`.
  func window(full: NetworkCost) -> CostWindow {
    CostWindow(
      macs: macs(full: full.macs), mostParameters: mostParameters(full: full.parameters))
  }
}
