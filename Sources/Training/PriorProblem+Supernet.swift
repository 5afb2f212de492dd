import Search
import Supernet

extension CostModel {
  /// The multiply-accumulates as a search can reason about them.
  public var product: ProductCost {
    ProductCost(
      terms: macTerms.map {
        ProductCost.Term(coefficient: Double($0.coefficient), groups: $0.groups)
      }, factors: space.groups.indices.map { space.channels(ofGroup: $0).map(Double.init) })
  }
}

extension PriorProblem {
  /// What a trained supernet says of its widths.
  ///
  /// - Parameters:
  ///   - records: of its training.
  ///   - budget: multiply-accumulates for one image, above 0.
  public init(_ records: LossRecords, cost: CostModel, budget: Int) {
    // Where all networks compete, a width without records is common, and BCNetV2's released code gives it 10.
    self.init(
      losses: records.means, unknown: records.settings.competition == .allNetworks ? 10 : nil,
      cost: cost.product, budget: Double(budget))
  }
}

extension LossRecords {
  /// What each width is worth, the higher the better: minus its mean loss, a group's share of it (AOWS, section 3.2).
  ///
  /// A width without losses is as bad as the worst of its group.
  public var worth: [[Double]] {
    means.map { group in
      let worst = group.compactMap(\.self).max() ?? 0
      return group.map { -($0 ?? worst) / Double(means.count) }
    }
  }
}
