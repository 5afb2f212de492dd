/// A number of channels: a constant, or the width of a group.
enum ChannelCount: Hashable {
  case fixed(Int)
  case group(Int)

  func value(for channels: [Int]) -> Int {
    switch self {
    case .fixed(let count): count
    case .group(let place): channels[place]
    }
  }
}

/// A coefficient times up to two group widths: what every cost of a layer is.
///
/// A network has few different pairs of groups, so that its cost is a short sum whatever its depth.
public struct CostTerm: Hashable, Sendable {
  /// Times the widths of the groups.
  public private(set) var coefficient: Int
  /// None, one or two places of the space's groups, ascending; the same one twice for a square.
  public let groups: [Int]

  init(_ coefficient: Int, _ factors: ChannelCount...) {
    self.coefficient = coefficient
    var groups: [Int] = []
    for factor in factors {
      switch factor {
      case .fixed(let count): self.coefficient *= count
      case .group(let place): groups.append(place)
      }
    }
    self.groups = groups.sorted()
  }

  /// The same sum with one term for each product of groups, in the order of first appearance.
  static func merged(_ terms: [CostTerm]) -> [CostTerm] {
    var places: [[Int]: Int] = [:]
    var merged: [CostTerm] = []
    for term in terms {
      if let place = places[term.groups] {
        merged[place].coefficient += term.coefficient
      } else {
        places[term.groups] = merged.count
        merged.append(term)
      }
    }
    return merged
  }

  fileprivate func value(for channels: [Int]) -> Int {
    groups.reduce(coefficient) { $0 * channels[$1] }
  }
}

extension [CostTerm] {
  /// The sum for the given width of each group.
  func total(for channels: [Int]) -> Int {
    reduce(0) { $0 + $1.value(for: channels) }
  }
}
