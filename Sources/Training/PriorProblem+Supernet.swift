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
    self.init(losses: records.estimates, cost: cost.product, budget: Double(budget))
  }
}

extension LossRecords {
  /// What each width is worth, the higher the better: minus its mean loss, a group's share of it (AOWS, section 3.2).
  public var worth: [[Double]] {
    estimates.map { group in group.map { -$0 / Double(choices.count) } }
  }
}
