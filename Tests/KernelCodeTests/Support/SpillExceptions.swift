/// Kernels whose hot loops may keep vectors on the stack: the one list of them.
///
/// Winograd's transforms turn a tile's columns, keep them in a small array, and turn its rows: 36 vectors are more
/// than there are registers.
let spillExceptions: [SpillException] = [
  "winogradInput", "winogradOutput", "winogradGradient", "winogradWeights",
  "winogradWeightGradient",
].map { SpillException(kernel: $0, reason: "keeps a tile between its columns and its rows") }

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
