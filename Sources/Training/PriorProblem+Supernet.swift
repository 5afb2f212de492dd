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
    self.init(losses: records.means, cost: cost.product, budget: Double(budget))
  }
}
