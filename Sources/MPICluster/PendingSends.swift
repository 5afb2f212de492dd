import Cluster
import MPIShims

/// Messages whose sender has gone on while MPI still reads their bytes.
struct PendingSends {
  private struct PendingSend {
    let bytes: UnsafeMutableRawBufferPointer
    var operation: Operation
  }

  private var sends: [PendingSend] = []

  /// The rank that the oldest unfinished message goes to; nil when all are done.
  var firstPeer: Int? { sends.first?.operation.peer }

  mutating func start(
    _ message: [UInt8], to peer: Int, tag: Int, on communicator: mpi_communicator
  ) throws(ClusterError) {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: message.count, alignment: 1)
    bytes.copyBytes(from: message)
    let operation = try Operation("MPI_Isend", peer: peer) {
      mpi_start_send(communicator, bytes.baseAddress, bytes.count, Int32(peer), Int32(tag), &$0)
    }
    sends.append(PendingSend(bytes: bytes, operation: operation))
  }

  /// Frees those that are done.
  mutating func poll() throws(ClusterError) {
    for index in sends.indices { try sends[index].operation.poll() }
    for send in sends where send.operation.isDone { send.bytes.deallocate() }
    sends.removeAll { $0.operation.isDone }
  }
}
