extension Communicator {
  /// The exit code that all ranks leave with.
  ///
  /// A failure outweighs `temporary` ("checkpointed, please requeue"), which outweighs success: a
  /// job that cannot succeed must not be requeued for ever. Of several failures the lowest rank's
  /// counts.
  public func agreedExitCode(_ own: Int32, temporary: Int32 = 75) throws(ClusterError) -> Int32 {
    let codes = try gather([own])
    let failure = codes.first { $0 != 0 && $0 != temporary }
    return failure ?? codes.first { $0 == temporary } ?? 0
  }
}
