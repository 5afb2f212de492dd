/// The least losses with which each width of each group was trained.
///
/// A step's loss is that of one network over the global batch; it counts for all of its widths, group by group. What a
/// group's width is worth shows in the mean of its least losses: BCNet's prior is made of these means (Su et al., CVPR
/// 2021). As in its first code every width has a list of its own, so that none that was trained is without evidence; its
/// second code keeps the least of all networks together (``Settings/Competition``).
public struct LossRecords: Hashable, Codable, Sendable {
  /// Which losses are kept.
  public struct Settings: Hashable, Codable, Sendable {
    /// Losses kept, the least ones, of each width or of all networks; at least 1.
    public let kept: Int
    /// Of all steps the last ones that count, as a fraction above 0 and at most 1: losses fall while a network learns, so
    /// early ones would only tell when a width was trained.
    public let part: Double
    /// Among which losses the least are kept.
    public let competition: Competition

    /// Among which losses the least are kept.
    public enum Competition: String, Codable, Sendable {
      /// Those of one width.
      case eachWidth
      /// Those of all networks, so that each group has `kept` altogether, as BCNetV2's released code has it (`bcnet.py`);
      /// of equal losses any may go.
      case allNetworks
    }

    /// By default the 100 least of the last tenth.
    public init(kept: Int = 100, part: Double = 0.1, competition: Competition = .eachWidth) {
      precondition(kept >= 1 && part > 0 && part <= 1, "something is kept, of some steps")
      self.kept = kept
      self.part = part
      self.competition = competition
    }

    /// From a checkpoint; one that does not name the competition is of the time when each width had its own.
    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      kept = try values.decode(Int.self, forKey: .kept)
      part = try values.decode(Double.self, forKey: .part)
      competition = try values.decodeIfPresent(Competition.self, forKey: .competition) ?? .eachWidth
    }

    /// Whether a step counted from 0 is one of the last `part` of all; the very last step always is.
    public func covers(step: Int, of totalSteps: Int) -> Bool {
      step >= totalSteps - max(1, Int((part * Double(totalSteps)).rounded()))
    }
  }

  /// Which losses are kept.
  public let settings: Settings
  /// The bins that each group may keep.
  public let choices: [ClosedRange<Int>]
  /// The losses kept, ascending: [group][bins - least bins].
  public private(set) var losses: [[[Double]]]

  /// No losses yet.
  public init(of space: SearchSpace, settings: Settings) {
    self.settings = settings
    choices = space.choices
    losses = choices.map { Array(repeating: [], count: $0.count) }
  }

  /// Whether no width has any.
  public var isEmpty: Bool { losses.joined().allSatisfy(\.isEmpty) }

  /// Counts a network's loss for all of its widths.
  ///
  /// - Precondition: the widths belong to the space.
  public mutating func add(_ loss: Double, of widths: Widths) {
    if settings.competition == .allNetworks, isFull, loss >= greatest { return }
    for (group, kept) in widths.bins.enumerated() {
      losses[group][kept - choices[group].lowerBound].insert(loss, keeping: settings.kept)
      if settings.competition == .allNetworks {
        losses[group].removeGreatest(beyond: settings.kept)
      }
    }
  }

  /// The mean of the losses kept of each width, [group][bins - least bins]; nil for widths without any.
  public var means: [[Double?]] {
    losses.map { group in
      group.map { $0.isEmpty ? nil : $0.reduce(0, +) / Double($0.count) }
    }
  }

  /// As `means`, where a width without any counts as bad, so that nothing unknown looks good: as the worst of its group,
  /// or where all networks compete as the 10 of BCNetV2's released code, since those that are kept are all good.
  public var estimates: [[Double]] {
    means.map { group in
      let worst = group.compactMap(\.self).max() ?? 0
      let unknown = settings.competition == .allNetworks ? 10 : worst
      return group.map { $0 ?? unknown }
    }
  }

  /// Whether as many networks are kept as may be; where all compete, every group has the same ones.
  private var isFull: Bool { losses[0].reduce(0) { $0 + $1.count } == settings.kept }
  private var greatest: Double { losses[0].compactMap(\.last).max() ?? .infinity }
}

extension LossRecords {
  /// All losses as one list, as long as any other of the same settings and choices: what ranks send each other.
  ///
  /// Places that are not filled hold infinity.
  public var words: [Double] {
    get {
      losses.joined().flatMap {
        $0 + Array(repeating: .infinity, count: settings.kept - $0.count)
      }
    }
    set {
      var place = 0
      for group in losses.indices {
        for width in losses[group].indices {
          losses[group][width] = newValue[place..<place + settings.kept].filter(\.isFinite)
          place += settings.kept
        }
      }
    }
  }
}

extension [Double] {
  /// Puts a value into its place in an ascending list, of which only the first `count` stay.
  fileprivate mutating func insert(_ value: Double, keeping count: Int) {
    let place = firstIndex { $0 > value } ?? self.count
    if place == count { return }
    insert(value, at: place)
    if self.count > count { removeLast() }
  }
}

extension [[Double]] {
  /// Takes the greatest value out of ascending lists that hold more than `count` together; of equal ones the first.
  fileprivate mutating func removeGreatest(beyond count: Int) {
    guard reduce(0, { $0 + $1.count }) > count else { return }
    let greatest = indices.max { (self[$0].last ?? -.infinity) < (self[$1].last ?? -.infinity) }
    if let greatest { self[greatest].removeLast() }
  }
}
