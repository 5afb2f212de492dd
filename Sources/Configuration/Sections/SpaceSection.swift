extension RunConfiguration {
  /// Which widths there are.
  public struct Space: Codable, Hashable, Sendable {
    /// How the channels of a layer are cut into bins.
    public var cut: Cut
    /// Bins of every layer, cut equally.
    public var bins: Int
    /// Channels of a bin, cut by cost.
    public var leastChannels, mostChannels: Int
    /// The least bins of a layer.
    public var lowest: Int
    /// Width groups with choices of their own, by name.
    public var groups: [String: GroupChoices]
  }

  /// How the channels of a layer are cut into bins.
  public enum Cut: String, Codable, CaseIterable, Sendable {
    /// Every layer into the same number.
    case equal
    /// Finely where a channel costs many multiply-accumulates.
    case byCost = "by-cost"
  }

  /// What a width group has of its own.
  public struct GroupChoices: Codable, Hashable, Sendable {
    /// Bins it is cut into.
    public var bins: Int?
    /// The least and the most it takes of them.
    public var lowest, highest: Int?
  }
}

extension RunConfiguration.Cut: Choice {}

extension Condition<RunConfiguration.Space> {
  fileprivate static let equal = Condition(words: "cut equal") { $0.cut == .equal }
  fileprivate static let byCost = Condition(words: "cut by-cost") { $0.cut == .byCost }
}

extension RunConfiguration.Space: Section {
  static let fields: [Field<Self>] = [
    .value(
      "cut", \.cut, example: "by-cost",
      "equal: every layer into as many bins; by-cost: into finer ones where a channel costs more MACs"
    ),
    .value(
      "bins", \.bins, .from(2, to: 256), unit: "widths a layer", example: "8",
      "a layer takes 1, 2, ... of so many equal parts of its channels", when: .equal),
    .value(
      "least_channels", \.leastChannels, .positive, unit: "channels", example: "2",
      "of a bin, in the layers whose channels cost most", when: .byCost),
    .value(
      "most_channels", \.mostChannels, .positive, unit: "channels", example: "32",
      "of a bin, in the layers whose channels cost least", when: .byCost),
    .value(
      "lowest", \.lowest, .positive, unit: "bins a layer", example: "2",
      "the fewest a layer takes; with bcnetv2 the base that every layer has twice"),
    .map(
      "groups", \.groups,
      of: RunConfiguration.GroupChoices(bins: nil, lowest: nil, highest: nil), named: "name"),
  ]

  /// Refuses choices for width groups that the network does not have.
  ///
  /// - Parameters:
  ///   - names: the width groups of the network, in its order.
  ///   - network: what it is called.
  public func checkGroups(
    among names: [String], of network: String
  ) throws(ConfigurationError) {
    guard let unknown = groups.keys.sorted().first(where: { !names.contains($0) }) else { return }
    let hint = NearestName.of(unknown, among: names).map { "did you mean '\($0)'? The" } ?? "the"
    throw ConfigurationError(
      .key("space.groups"),
      "\(network) has no width group '\(unknown)'; \(hint) width groups are "
        + names.joined(separator: ", "))
  }
}

extension RunConfiguration.GroupChoices: Section {
  static let fields: [Field<Self>] = [
    .optional(
      "bins", \.bins, .from(1, to: 256), unit: "widths", example: "8",
      "equal parts of the channels of the width group that `vernier cost` calls so",
      default: "as space.cut says"),
    .optional(
      "lowest", \.lowest, .positive, unit: "bins", example: "2", "the fewest that this group takes",
      default: "space.lowest"),
    .optional(
      "highest", \.highest, .positive, unit: "bins", example: "3", "the most that this group takes",
      default: "all of its bins"),
  ]
}
