import Glibc

/// Networks whose worth is a sum of one term for each group's bins, and whose cost is a sum of products over pairs of
/// groups: what AOWS (Berman et al., "Adaptive and Optimal network Width Search", CVPR 2020, section 3) finds optimal
/// widths in.
///
/// The graph of the pairs is a chain where layers follow each other, and then this is Viterbi's algorithm; sums of
/// residual stages make stars and triangles of it. Groups are eliminated one after another, the one with the smallest
/// table first, which is exact for any graph (Dechter, "Bucket elimination", 1999).
public struct WidthField: Sendable {
  /// The bins that each group may take.
  public let choices: [ClosedRange<Int>]
  /// What each group's bins are worth, the higher the better: [group][bins - least bins].
  public let worth: [[Double]]
  /// What a network costs.
  public let cost: ProductCost

  private let order: [Int]

  /// Entries of the largest table that elimination may need.
  private static let largestTable = 1 << 22
  /// Halvings of the penalty's interval; AOWS takes 12.
  private static let bisections = 30

  /// A field over these groups.
  ///
  /// - Throws: ``WidthFieldError`` when exact elimination needs too large a table.
  public init(
    choices: [ClosedRange<Int>], worth: [[Double]], cost: ProductCost
  ) throws(WidthFieldError) {
    precondition(
      choices.map(\.count) == worth.map(\.count)
        && choices.map(\.count) == cost.factors.map(\.count),
      "a number for every width")
    self.choices = choices
    self.worth = worth
    self.cost = cost
    order = try Self.order(choices.map(\.count), pairs: cost.pairs)
  }

  /// Says before anything is known of worth whether these groups can be searched exactly.
  ///
  /// - Throws: ``WidthFieldError`` when elimination needs too large a table.
  public static func checkSize(
    choices: [ClosedRange<Int>], cost: ProductCost
  ) throws(WidthFieldError) {
    _ = try order(choices.map(\.count), pairs: cost.pairs)
  }

  /// The network with the most worth minus `penalty` times its cost; of equal ones the narrowest from the first group
  /// eliminated on.
  public func best(penalty: Double) -> [Int] {
    var tables = energies(penalty: penalty, temperature: 1)
    var decisions: [(group: Int, choice: Table)] = []
    for group in order {
      let joined = Table.sum(tables.filter { $0.groups.contains(group) }, choices.map(\.count))
      tables.removeAll { $0.groups.contains(group) }
      let (best, choice) = joined.maximum(over: group)
      decisions.append((group, choice))
      tables.append(best)
    }
    var places = choices.map { _ in 0 }
    for (group, choice) in decisions.reversed() { places[group] = Int(choice[places]) }
    return zip(choices, places).map { $0.lowerBound + $1 }
  }

  /// The network of most worth whose cost is at most a budget, as far as a penalty on the cost finds it: AOWS's
  /// bisection, whose answer is optimal among networks of its cost.
  ///
  /// - Returns: the network, and the least penalty found that makes networks so cheap; none when no penalty does.
  public func best(atMost budget: Double) -> (bins: [Int], penalty: Double)? {
    if let free = affordable(0, budget) { return (free, 0) }
    // Penalties in worth a budget, so that they do not depend on the cost's unit.
    var (low, high) = (0.0, 10 / budget)
    var found = affordable(high, budget)
    for _ in 0..<60 where found == nil {
      (low, high) = (high, 2 * high)
      found = affordable(high, budget)
    }
    guard var best = found else { return nil }
    for _ in 0..<Self.bisections {
      let middle = (low + high) / 2
      if let next = affordable(middle, budget) {
        high = middle
        if value(next) > value(best) { best = next }
      } else {
        low = middle
      }
    }
    return (best, high)
  }

  /// How likely each group takes each of its bins, where a network's likelihood is the exponential of its worth minus
  /// `penalty` times its cost, divided by `temperature`: [group][bins - least bins].
  public func marginals(penalty: Double, temperature: Double) -> [[Double]] {
    precondition(temperature > 0, "a temperature is above zero")
    let sizes = choices.map(\.count)
    var tables = energies(penalty: penalty, temperature: temperature)
    // Of each group, how likely its bins are for given bins of the groups that are eliminated later.
    var conditionals: [(group: Int, table: Table)] = []
    for group in order {
      let joined = Table.sum(tables.filter { $0.groups.contains(group) }, sizes)
      tables.removeAll { $0.groups.contains(group) }
      let rest = joined.logarithmOfSum(over: group)
      conditionals.append((group, Table.difference(joined, rest)))
      tables.append(rest)
    }
    // Backwards, those later groups' joint likelihood is known: some table that was made before holds them all.
    var joints: [Table] = []
    var found = sizes.map { _ in [Double]() }
    for (group, conditional) in conditionals.reversed() {
      let others = conditional.groups.filter { $0 != group }
      let known = joints.first { Set(others).isSubset(of: $0.groups) }
      let joint = known.map { Table.sum([conditional, $0.kept(others)], sizes) } ?? conditional
      joints.append(joint)
      found[group] = joint.kept([group]).values.map { exp($0) }
    }
    return found
  }

  /// The worth of some bins.
  func value(_ bins: [Int]) -> Double {
    zip(zip(bins, choices), worth).reduce(0) { $0 + $1.1[$1.0.0 - $1.0.1.lowerBound] }
  }

  private func affordable(_ penalty: Double, _ budget: Double) -> [Int]? {
    let bins = best(penalty: penalty)
    return cost.value(places(bins)) <= budget ? bins : nil
  }

  private func places(_ bins: [Int]) -> [Int] { zip(bins, choices).map { $0 - $1.lowerBound } }

  /// The terms of (worth - penalty * cost) / temperature.
  private func energies(penalty: Double, temperature: Double) -> [Table] {
    let sizes = choices.map(\.count)
    let single = worth.indices.map { group in
      Table([group], sizes) { worth[group][$0[0]] / temperature }
    }
    let paid = cost.terms.filter { !$0.groups.isEmpty }.map { term in
      let groups = Array(Set(term.groups)).sorted()
      return Table(groups, sizes) { places in
        let product = term.groups.reduce(term.coefficient) { product, group in
          product * cost.factors[group][places[groups.firstIndex(of: group) ?? 0]]
        }
        return -penalty * product / temperature
      }
    }
    return single + paid
  }

  /// Always the group whose elimination needs the smallest table; the first of equal ones.
  private static func order(
    _ sizes: [Int], pairs: [[Int]]
  ) throws(WidthFieldError) -> [Int] {
    var neighbours = sizes.map { _ in Set<Int>() }
    for pair in pairs {
      neighbours[pair[0]].insert(pair[1])
      neighbours[pair[1]].insert(pair[0])
    }
    var left = Set(sizes.indices)
    var order: [Int] = []
    while !left.isEmpty {
      func table(_ group: Int) -> Int {
        neighbours[group].reduce(sizes[group]) { min($0, largestTable + 1) * sizes[$1] }
      }
      let group = left.min { (table($0), $0) < (table($1), $1) } ?? 0
      if table(group) > largestTable {
        throw WidthFieldError(groups: neighbours[group].count + 1, limit: largestTable)
      }
      order.append(group)
      left.remove(group)
      for one in neighbours[group] {
        neighbours[one].formUnion(neighbours[group])
        neighbours[one].subtract([one, group])
      }
    }
    return order
  }
}

/// Groups that depend on each other too much for an exact search.
public struct WidthFieldError: Error, Hashable, CustomStringConvertible, Sendable {
  /// Groups that would have to be looked at together.
  public let groups: Int
  /// Combinations that may be looked at.
  public let limit: Int

  /// One sentence.
  public var description: String {
    "the costs of \(groups) width groups hang together in more than \(limit) combinations of bins, too "
      + "many for an exact search; use fewer bins, or another search.method or supernet.sampler"
  }
}

/// Numbers for all combinations of some groups' bins.
private struct Table {
  /// Ascending.
  let groups: [Int]
  /// How many bins each of them may take.
  let sizes: [Int]
  /// The last group's bins are neighbours.
  private(set) var values: [Double]

  /// - Parameter value: of the places of the groups' bins.
  init(_ groups: [Int], _ allSizes: [Int], _ value: ([Int]) -> Double) {
    self.groups = groups
    sizes = groups.map { allSizes[$0] }
    var values: [Double] = []
    var places = groups.map { _ in 0 }
    repeat { values.append(value(places)) } while Self.advance(&places, sizes)
    self.values = values
  }

  /// The sum of tables over all groups that any of them has.
  static func sum(_ tables: [Table], _ allSizes: [Int]) -> Table {
    let groups = Set(tables.flatMap(\.groups)).sorted()
    let positions = tables.map { table in table.groups.map { groups.firstIndex(of: $0) ?? 0 } }
    return Table(groups, allSizes) { places in
      zip(tables, positions).reduce(0) { sum, next in
        sum + next.0.values[next.0.index(next.1.map { places[$0] })]
      }
    }
  }

  /// Without a group: the largest number, and the place of its bins, the first of equal ones.
  func maximum(over group: Int) -> (best: Table, choice: Table) {
    var choice: [Double] = []
    let best = reduced(over: group) { column in
      let place = column.indices.dropFirst().reduce(0) { column[$1] > column[$0] ? $1 : $0 }
      choice.append(Double(place))
      return column[place]
    }
    var chosen = best
    chosen.values = choice
    return (best, chosen)
  }

  /// A table minus one over some of its groups.
  static func difference(_ table: Table, _ other: Table) -> Table {
    let positions = other.groups.map { table.groups.firstIndex(of: $0) ?? 0 }
    var difference = table
    var places = table.groups.map { _ in 0 }
    for index in table.values.indices {
      difference.values[index] -= other.values[other.index(positions.map { places[$0] })]
      _ = advance(&places, table.sizes)
    }
    return difference
  }

  /// Over some of its groups only: the logarithm of the sum of exponentials over the others.
  func kept(_ some: [Int]) -> Table {
    groups.filter { !some.contains($0) }.reduce(self) { $0.logarithmOfSum(over: $1) }
  }

  /// Without a group: the logarithm of the sum of exponentials.
  func logarithmOfSum(over group: Int) -> Table { reduced(over: group, Search.logarithmOfSum) }

  /// The number at the places of all groups' bins.
  subscript(places: [Int]) -> Double { values[index(groups.map { places[$0] })] }

  private func reduced(over group: Int, _ join: ([Double]) -> Double) -> Table {
    let position = groups.firstIndex(of: group) ?? 0
    var others = sizes
    others.remove(at: position)
    var rest = groups
    rest.remove(at: position)
    var places = others.map { _ in 0 }
    var joined: [Double] = []
    repeat {
      joined.append(
        join(
          (0..<sizes[position]).map { place in
            var full = places
            full.insert(place, at: position)
            return values[index(full)]
          }))
    } while Self.advance(&places, others)
    return Table(groups: rest, sizes: others, values: joined)
  }

  private init(groups: [Int], sizes: [Int], values: [Double]) {
    self.groups = groups
    self.sizes = sizes
    self.values = values
  }

  private func index(_ places: [Int]) -> Int {
    zip(places, sizes).reduce(0) { $0 * $1.1 + $1.0 }
  }

  private static func advance(_ places: inout [Int], _ sizes: [Int]) -> Bool {
    for position in places.indices.reversed() {
      places[position] += 1
      if places[position] < sizes[position] { return true }
      places[position] = 0
    }
    return false
  }
}
