import Foundation

/// What networks of a space reach when each is trained on its own: a published table such as Channel-Bench-Macro
/// (Su et al., "BCNetV2", TPAMI 2022).
///
/// The file is JSON, an object with an entry a network. A key has one digit a width group, its bins; an entry has the
/// test accuracies of some runs in percent (`acc`, or `test_acc`), their mean (`mean` or `mean_acc`), the
/// multiply-accumulates of an image (`flops`) and the parameters (`params`). The table may hold any part of the space.
public struct AccuracyTable: Sendable {
  /// One network.
  public struct Entry: Hashable, Sendable {
    /// One bin a width group, from 1.
    public let bins: [Int]
    /// Test top-1 in percent, a run each.
    public let accuracies: [Double]
    /// Their mean in percent, as published.
    public let mean: Double
    /// Multiply-accumulates of an image, and parameters.
    public let macs, parameters: Int

    /// A network whose runs reached these accuracies.
    public init(bins: [Int], accuracies: [Double], mean: Double, macs: Int, parameters: Int) {
      self.bins = bins
      self.accuracies = accuracies
      self.mean = mean
      self.macs = macs
      self.parameters = parameters
    }
  }

  /// In the order of their bins.
  public let entries: [Entry]

  private let places: [[Int]: Int]

  /// Reads the JSON of a table.
  ///
  /// - Throws: ``AccuracyTableError`` naming the key and the field that is wrong.
  public init(json: Data) throws(AccuracyTableError) {
    let raw: [String: RawEntry]
    do {
      raw = try JSONDecoder().decode([String: RawEntry].self, from: json)
    } catch {
      throw AccuracyTableError(error)
    }
    var entries: [Entry] = []
    for (key, entry) in raw {
      let bins = key.compactMap(\.wholeNumberValue)
      guard bins.count == key.count, !bins.contains(0), !bins.isEmpty else {
        throw AccuracyTableError(
          description: "key \"\(key)\" is no network; a key has a digit from 1 for every layer")
      }
      entries.append(
        Entry(
          bins: bins, accuracies: entry.accuracies, mean: entry.mean, macs: entry.flops,
          parameters: entry.params))
    }
    guard let length = entries.first?.bins.count else {
      throw AccuracyTableError(description: "the table has no entry")
    }
    if let other = entries.first(where: { $0.bins.count != length }) {
      throw AccuracyTableError(
        description:
          "keys have \(length) and \(other.bins.count) digits; all networks have as many layers")
    }
    self.init(entries: entries)
  }

  /// A table of these networks, no two of them alike.
  public init(entries: [Entry]) {
    self.entries = entries.sorted { $0.bins.lexicographicallyPrecedes($1.bins) }
    places = Dictionary(
      uniqueKeysWithValues: self.entries.enumerated().map { ($1.bins, $0) })
  }

  /// The network with these bins, if the table has it.
  public subscript(bins: [Int]) -> Entry? { places[bins].map { entries[$0] } }

  /// Width groups of a network.
  public var groups: Int { entries.first?.bins.count ?? 0 }

  private struct RawEntry: Decodable {
    let accuracies: [Double]
    let mean: Double
    let flops, params: Int

    private enum Field: String, CodingKey {
      case acc
      case testAccuracies = "test_acc"
      case mean
      case meanAccuracy = "mean_acc"
      case flops, params
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Field.self)
      accuracies = try fields.decode(
        [Double].self, forKey: fields.contains(.testAccuracies) ? .testAccuracies : .acc)
      mean = try fields.decode(
        Double.self, forKey: fields.contains(.meanAccuracy) ? .meanAccuracy : .mean)
      flops = try fields.decode(Int.self, forKey: .flops)
      params = try fields.decode(Int.self, forKey: .params)
      guard !accuracies.isEmpty else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "no run is listed"))
      }
    }
  }
}

/// A table that cannot be read, in one sentence.
public struct AccuracyTableError: Error, Hashable, CustomStringConvertible, Sendable {
  /// What is wrong, and what would be right.
  public let description: String

  init(description: String) {
    self.description = description
  }

  fileprivate init(_ error: any Error) {
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.first.map { "entry \"\($0.stringValue)\"" } ?? "the table"
    }
    description =
      switch error {
      case DecodingError.keyNotFound(let field, let context):
        "\(place(context)) has no \"\(field.stringValue)\""
      case DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty:
        "\(place(context)): \"\(context.codingPath.last?.stringValue ?? "")\" is no such value"
      case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
        "\(place(context)): \(context.debugDescription)"
      default: "the table is no JSON object with an entry for every network"
      }
  }
}
