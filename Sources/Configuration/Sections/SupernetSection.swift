extension RunConfiguration {
  /// The network whose weights all widths share.
  public struct Supernet: Codable, Hashable, Sendable {
    /// Which channels a width stands for.
    public var sharing: Sharing
    /// How it is trained.
    public var recipe: Recipe
  }

  /// How widths share weights.
  public enum Sharing: String, Codable, CaseIterable, Sendable {
    /// From both sides, with exact complements.
    case bcnet
    /// From both sides of a layer whose least width is there twice.
    case bcnetv2
    /// From the left side.
    case ua
  }

  /// Batch statistics are measured again for every candidate, before it is scored.
  public struct Calibration: Codable, Hashable, Sendable {
    /// Training images, without augmentation; the same for every candidate.
    public var images: Int
    /// Images of one forward pass.
    public var batch: Int
  }

  /// The networks trained from scratch at the end.
  public struct Retrain: Codable, Hashable, Sendable {
    /// How they are trained, all alike.
    public var recipe: Recipe
    /// What the winner is compared with.
    public var also: [ReferenceNetwork]
  }

  /// A network the winner is compared with.
  public enum ReferenceNetwork: String, Codable, CaseIterable, Sendable {
    /// The full network.
    case base
    /// Every layer equally narrow, at the winner's budget.
    case uniform
  }
}

extension RunConfiguration.Sharing: Choice {}
extension RunConfiguration.ReferenceNetwork: Choice {}

extension RunConfiguration.Supernet: Section {
  static let fields: [Field<Self>] =
    [
      .value(
        "sharing", \.sharing, example: "ua",
        "bcnet: a width is both sides of a layer, trained and scored as a pair; bcnetv2: the same of "
          + "a layer that has the least width twice; ua: its left side")
    ] + RunConfiguration.Recipe.fields.map { $0.lifted(through: \.recipe) }
}

extension RunConfiguration.Calibration: Section {
  static let fields: [Field<Self>] = [
    .value(
      "images", \.images, .positive, unit: "images", example: "2048",
      "of the training set, without augmentation, for every candidate's batch statistics"),
    .value(
      "batch", \.batch, .positive, unit: "images", example: "64",
      "of one forward pass; divides calibration.images, so that every batch weighs the same"),
  ]
}

extension RunConfiguration.Retrain: Section {
  static let fields: [Field<Self>] =
    RunConfiguration.Recipe.fields.map { $0.lifted(through: \.recipe) } + [
      .value(
        "also", \.also, .distinct, example: "[uniform]",
        "reference networks for the final table, trained by the same recipe")
    ]
}

extension Limit where Value == [RunConfiguration.ReferenceNetwork] {
  fileprivate static let distinct = Limit(words: " without repetition") {
    Set($0).count == $0.count
  }
}
