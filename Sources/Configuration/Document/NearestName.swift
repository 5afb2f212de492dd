/// The name a person most probably meant.
enum NearestName {
  /// The closest of `names`, or nil when none is close: at most one edit in three letters.
  static func of(_ written: String, among names: [String]) -> String? {
    let scored = names.map { (name: $0, edits: edits(from: written.lowercased(), to: $0)) }
    let best = scored.min { $0.edits < $1.edits }
    let limit = max(1, written.count / 3)
    return best.flatMap { $0.edits <= limit ? $0.name : nil }
  }

  /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
  private static func edits(from first: String, to second: String) -> Int {
    let from = Array(first)
    let to = Array(second)
    var rows = [Array(0...to.count)]
    for row in 1..<(from.count + 1) {
      var next = [row]
      for column in 1..<(to.count + 1) {
        let replaced = rows[row - 1][column - 1] + (from[row - 1] == to[column - 1] ? 0 : 1)
        var least = min(replaced, rows[row - 1][column] + 1, next[column - 1] + 1)
        if row > 1, column > 1, from[row - 1] == to[column - 2], from[row - 2] == to[column - 1] {
          least = min(least, rows[row - 2][column - 2] + 1)
        }
        next.append(least)
      }
      rows.append(next)
    }
    return rows[from.count][to.count]
  }
}
