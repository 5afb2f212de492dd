import Cluster
import MPIShims

/// Throws what the library says about a code that is not success.
func check(_ code: Int32, _ call: String) throws(ClusterError) {
  if code == 0 { return }
  throw .library(call: call, reason: text { mpi_describe_error(code, $0, $1) })
}

/// The string that a C function writes.
func text(_ write: (UnsafeMutablePointer<CChar>?, Int) -> Void) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 8192) { buffer in
    write(buffer.baseAddress, buffer.count)
    return String(cString: buffer.baseAddress!)
  }
}
