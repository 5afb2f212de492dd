import Randomness

/// Images set aside from the training set, as many of each class as of any other.
///
/// The choice is a function of (seed, labels, number) alone.
public struct ValidationSplit: Equatable, Sendable {
  /// What is left, ascending.
  public let training: [Int]
  /// What is set aside, one image of every class in turn, so that any prefix is balanced too.
  public let heldOut: [Int]

  /// Splits a dataset by its labels.
  public init(of dataset: any Dataset, heldOut: Int, seed: UInt64) throws(DatasetError) {
    try self.init(
      labels: (0..<dataset.count).map(dataset.label(of:)), heldOut: heldOut, seed: seed)
  }

  /// Splits images known by their labels.
  ///
  /// - Parameter heldOut: how many to set aside; every class keeps at least one image to train on.
  public init(labels: [Int], heldOut: Int, seed: UInt64) throws(DatasetError) {
    let members = Self.shuffledMembers(labels, seed: seed)
    let available = labels.count - members.count
    guard (0...available).contains(heldOut) else {
      throw .invalid(
        problem: "\(heldOut) images cannot be held out of \(labels.count) in \(members.count) "
          + "classes: 0 to \(available) leave one of each class to train on")
    }
    let taken = Self.taking(heldOut, from: members, seed: seed)
    let isHeldOut = Set(taken)
    self.heldOut = taken
    training = labels.indices.filter { !isHeldOut.contains($0) }
  }

  /// The images of each class that has any, in random order.
  private static func shuffledMembers(_ labels: [Int], seed: UInt64) -> [[Int]] {
    let classes = Dictionary(grouping: labels.indices, by: { labels[$0] })
    return classes.sorted { $0.key < $1.key }.map { label, images in
      var stream = RandomStream(seed: seed, purpose: .validationSplit, index: label)
      return stream.permutation(of: images.count).map { images[$0] }
    }
  }

  /// Round after round, one image of every class that has more than one left.
  private static func taking(_ count: Int, from members: [[Int]], seed: UInt64) -> [Int] {
    var taken: [Int] = []
    var round = 0
    while taken.count < count {
      var stream = RandomStream(seed: seed, purpose: .validationSplit, step: 1, index: round)
      let willing = stream.permutation(of: members.count).filter { members[$0].count > round + 1 }
      taken += willing.prefix(count - taken.count).map { members[$0][round] }
      round += 1
    }
    return taken
  }
}
