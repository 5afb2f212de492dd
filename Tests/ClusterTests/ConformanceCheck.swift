import Cluster
import Testing

/// One promise of `Communicator`, tried by all ranks of a job together.
///
/// A check throws instead of recording an issue: ranks that are threads or processes have no test
/// to record it in.
struct ConformanceCheck: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let run: @Sendable (any Communicator) throws -> Void

  init(_ promise: String, _ run: @escaping @Sendable (any Communicator) throws -> Void) {
    testDescription = promise
    self.run = run
  }
}

struct ConformanceFailure: Error, CustomStringConvertible {
  let description: String
}

extension Communicator {
  /// Throws, with this rank's name, when two values differ.
  func expect<Value: Equatable>(
    _ found: Value, equals wanted: Value, _ what: @autoclosure () -> String
  ) throws {
    guard found != wanted else { return }
    throw ConformanceFailure(
      description: "rank \(rank) of \(size): \(what()) is \(found) instead of \(wanted)")
  }

  /// The cluster error that `body` throws; throws itself when there is none.
  func error(from body: () throws(ClusterError) -> Void) throws -> ClusterError {
    do throws(ClusterError) {
      try body()
    } catch {
      return error
    }
    throw ConformanceFailure(description: "rank \(rank) of \(size): an error was expected")
  }

  func send(_ bytes: [UInt8], to peer: Int, tag: Int) throws(ClusterError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(ClusterError) in
      try send(UnsafeRawBufferPointer(buffer), to: peer, tag: tag)
    }
  }

  func receive(_ count: Int, from peer: Int, tag: Int) throws(ClusterError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(ClusterError) in
      try receive(into: UnsafeMutableRawBufferPointer(buffer), from: peer, tag: tag)
    }
    return bytes
  }
}
