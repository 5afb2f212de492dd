import Glibc

/// Something that did not happen in time.
public struct Overdue: Error, CustomStringConvertible {
  /// What, and for how long it was waited for.
  public let description: String

  /// An error with this sentence.
  public init(description: String) { self.description = description }
}

/// Looks again and again until something is so.
///
/// - Parameters:
///   - seconds: patience.
///   - microseconds: the pause between two looks.
///   - what: what should be so, for the error's sentence.
/// - Throws: `Overdue` when it is not so in time, and what `isSo` throws.
public func waitUntil(
  atMost seconds: Double = 120, lookingEvery microseconds: UInt32 = 2000,
  _ what: @autoclosure () -> String, _ isSo: () throws -> Bool
) throws {
  let start = ContinuousClock.now
  while try !isSo() {
    guard start.duration(to: .now) < .seconds(seconds) else {
      throw Overdue(description: "after \(seconds) s it is still not so that \(what())")
    }
    usleep(microseconds)
  }
}
