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

  /// Adds the dense gradient of one tap, rows of `columns` floats, to its place in a full filter's gradient.
  package func scatterAdd(
    _ dense: UnsafePointer<Float>, tap: Int, columns: Int, to full: UnsafeMutablePointer<Float>,
    kernels: KernelSet
  ) {
    for (k, channel) in inputs.channels.enumerated() {
      outputs.add(
        dense + k * columns, to: full + (tap * fullInputs + channel) * fullOutputs, kernels: kernels
      )
    }
  }
}
