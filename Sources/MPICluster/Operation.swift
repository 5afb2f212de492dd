import Cluster
import MPIShims

/// An MPI operation that has started and is polled until it is done.
struct Operation {
  private var request: mpi_request = 0
  private let call: String
  private let expectedBytes: Int?
  /// The rank at the other end, nil for a collective.
  let peer: Int?
  private(set) var isDone = false

  /// Starts an operation.
  ///
  /// - Parameters:
  ///   - call: MPI's name for it.
  ///   - peer: the rank at the other end.
  ///   - expectedBytes: for a receive, what must come.
  ///   - start: the function of the shim that begins it.
  init(
    _ call: String, peer: Int? = nil, expectedBytes: Int? = nil,
    start: (inout mpi_request) -> Int32
  ) throws(ClusterError) {
    self.call = call
    self.peer = peer
    self.expectedBytes = expectedBytes
    try check(start(&request), call)
  }

  /// Looks whether it is done, which also lets MPI move every other operation on.
  mutating func poll() throws(ClusterError) {
    var envelope = mpi_envelope()
    try check(mpi_test(&request, &isDone, &envelope), call)
    guard isDone, let expectedBytes, let peer else { return }
    guard envelope.byte_count == expectedBytes && !envelope.truncated else {
      throw .wrongSize(expected: expectedBytes, received: envelope.byte_count, peer: peer)
    }
  }

  /// Gives a receive up, so that MPI does not write to its buffer later; nothing else can be given
  /// up.
  mutating func abandon() {
    if expectedBytes != nil && !isDone { _ = mpi_cancel(&request) }
  }
}
