/// What was decided, written down before it is acted upon: one record a line, each with its own digest.
///
///     {"xxh3":"<16 digits>","record":<JSON>}
///
/// The digest is XXH3-64 over the bytes of the record with the line's number as seed, so that a line that is
/// lost or moved is noticed as well as one that is altered. A crash can only tear the last line: one that is
/// torn or not as it was written is removed, and everything before it counts. Damage anywhere else is an error.
public final class Journal<Record: Codable & Sendable> {
  /// The records that were there when it was opened.
  public let recovered: [Record]
  /// A sentence when a torn last line was removed.
  public let warning: String?

  private let file: LineFile
  private var count: Int

  /// Goes on with the journal at `path`, or starts one.
  public init(_ path: String, files: any FileLayer = POSIXFiles()) throws(RunError) {
    file = LineFile(path, files: files)
    let (lines, torn) = try file.contents()
    let payloads = try intactPayloads(of: lines, path: path)
    recovered = try decodeRecords(payloads, path: path)
    count = payloads.count
    if torn.isEmpty && payloads.count == lines.count {
      warning = nil
    } else {
      try file.rewrite(Array(lines.prefix(payloads.count)))
      warning =
        "\(path) ended in a torn line after record \(payloads.count); that line was removed"
    }
  }

  /// Writes one record; when this returns it would survive a loss of power.
  public func append(_ record: Record) throws(RunError) {
    let payload = try encodeJSON(record, for: file.path)
    try file.append(JournalLine.encode(payload, number: count + 1), durable: true)
    count += 1
  }

  /// The records of a journal that another process may be writing; a torn last line is left out.
  public static func records(at path: String) throws(RunError) -> [Record] {
    let lines = try LineFile(path, files: POSIXFiles()).contents().lines
    return try decodeRecords(try intactPayloads(of: lines, path: path), path: path)
  }
}

/// The bytes of the records up to a torn last line.
private func intactPayloads(
  of lines: [ArraySlice<UInt8>], path: String
) throws(RunError) -> [ArraySlice<UInt8>] {
  var payloads: [ArraySlice<UInt8>] = []
  for (index, line) in lines.enumerated() {
    if let payload = JournalLine.decode(line, number: index + 1) {
      payloads.append(payload)
    } else if index + 1 < lines.count {
      throw .damaged(path: path, reason: "line \(index + 1) of \(lines.count) is not as written")
    }
  }
  return payloads
}

private func decodeRecords<Record: Decodable>(
  _ payloads: [ArraySlice<UInt8>], path: String
) throws(RunError) -> [Record] {
  var records: [Record] = []
  for payload in payloads {
    guard let record = decodeJSON(Record.self, from: payload) else {
      throw .damaged(
        path: path, reason: "line \(records.count + 1) is whole but no \(Record.self)")
    }
    records.append(record)
  }
  return records
}

/// The frame around a record: fixed text, so that the digest covers the record's very bytes.
enum JournalLine {
  private static let opening = Array(#"{"xxh3":""#.utf8)
  private static let middle = Array(#"","record":"#.utf8)
  private static let closing = Array("}".utf8)
  private static let payloadStart = opening.count + 16 + middle.count

  static func encode(_ payload: [UInt8], number: Int) -> [UInt8] {
    opening + Array(digest64(payload[...], seed: number).utf8) + middle + payload + closing
  }

  /// The record's bytes; `nil` when the line is not what `encode` made for this number.
  static func decode(_ line: ArraySlice<UInt8>, number: Int) -> ArraySlice<UInt8>? {
    guard line.count > payloadStart else { return nil }
    let payload = line.dropFirst(payloadStart).dropLast(closing.count)
    return encode(Array(payload), number: number).elementsEqual(line) ? payload : nil
  }
}
