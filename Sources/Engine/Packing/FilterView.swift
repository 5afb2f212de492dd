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

  /// Writes a shard's gradient to its places in the full filter's, by all threads.
  ///
  /// - Parameter row: where the outputs of a tap and an input (the slice's first is 0) lie; in the given memory, padded to
  ///   a multiple of 16, where they have to be put together.
  func scatter(
    to gradients: ParameterGradients, shard: Int, in context: EngineContext,
    row: (_ tap: Int, _ input: Int, _ memory: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>
  ) {
    let channels = inputs.channels
    let rowsPerJob = max(1, BlockSizes.scatteredFloats / outputs.count)
    let jobsPerTap = (channels.count + rowsPerJob - 1) / rowsPerJob
    let memory = context.workerScratch(.workerProducts, roundedUp(outputs.count, to: 16))
    context.threads.forEachWithWorker(taps * jobsPerTap) { job, worker in
      let (tap, part) = job.quotientAndRemainder(dividingBy: jobsPerTap)
      for input in part * rowsPerJob..<min((part + 1) * rowsPerJob, channels.count) {
        gradients.write(
          row(tap, input, memory(worker)), to: outputs,
          at: (tap * fullInputs + channels[input]) * fullOutputs, ofShard: shard,
          kernels: context.kernels)
      }
    }
  }
}
