/// Kernels whose hot loops may keep vectors on the stack: the one list of them.
let spillExceptions: [SpillException] = []

extension SpillException {
  /// Exceptions that excuse nothing, or nothing any more.
  static func stale(_ exceptions: [SpillException], spills: [Spill]) -> [SpillException] {
    exceptions.filter { exception in !spills.contains { $0.kernelName == exception.kernel } }
  }

  /// Spills without an exception.
  static func unexcused(_ exceptions: [SpillException], spills: [Spill]) -> [Spill] {
    spills.filter { spill in !exceptions.contains { $0.kernel == spill.kernelName } }
  }
}
