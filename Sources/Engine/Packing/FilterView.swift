/// A full-width filter as one subnet sees it.
///
/// The full filter is dense and row-major: [kernel][kernel][full inputs][full outputs] (HWIO).
public struct FilterView: Hashable, Sendable {
  /// The side of the window, odd.
  public let kernel: Int
  /// The channels of the full filter.
  public let fullInputs, fullOutputs: Int
  /// The channels in use.
  public let inputs, outputs: ChannelSlice

  /// The slice `inputs` x `outputs` of a filter of `fullInputs` x `fullOutputs` channels.
  public init(
    kernel: Int, fullInputs: Int, fullOutputs: Int, inputs: ChannelSlice, outputs: ChannelSlice
  ) {
    precondition(kernel % 2 == 1, "a kernel is odd")
    precondition(
      inputs.end <= fullInputs && outputs.end <= fullOutputs, "a slice lies inside its filter")
    self.kernel = kernel
    self.fullInputs = fullInputs
    self.fullOutputs = fullOutputs
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Positions of the window.
  package var taps: Int { kernel * kernel }

  /// Adds a dense filter gradient [taps][rows][columns] to its place in a full one.
  ///
  /// - Parameter rows, columns: floats between neighbours of the dense block, padding included.
  package func scatterAdd(
    _ dense: UnsafePointer<Float>, tap: Int, rows: Int, columns: Int,
    to full: UnsafeMutablePointer<Float>, kernels: KernelSet
  ) {
    var k = 0
    for input in inputs.spans {
      for channel in input.start..<input.end {
        var source = dense + (tap * rows + k) * columns
        let row = full + (tap * fullInputs + channel) * fullOutputs
        for span in outputs.spans {
          kernels.addInto(row + span.start, source, span.count)
          source += span.count
        }
        k += 1
      }
    }
  }
}
