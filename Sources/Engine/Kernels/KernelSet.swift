import CPUShims

/// Which compilation of the kernels to run.
public enum KernelChoice: String, CaseIterable, Codable, Sendable {
  /// The widest that this processor runs.
  case auto
  /// x86-64-v4: AVX-512.
  case v4
  /// x86-64-v3: AVX2 and FMA.
  case v3
  /// No assumption about the processor; multiplies and adds are rounded apart.
  case portable
}

/// The processor lacks the instructions of the kernels that were asked for.
public struct UnsupportedKernels: Error, CustomStringConvertible, Sendable {
  /// What was asked for.
  public let choice: KernelChoice

  /// One sentence.
  public var description: String {
    "this processor cannot run the \(choice.rawValue) kernels; choose auto or portable"
  }
}

/// The kernels of one instruction set: picked once at start, then called through these values.
///
/// The functions' contracts stand where they are defined, in `Sources/Kernels`.
public struct KernelSet: Sendable {
  /// Which compilation it is; never `auto`.
  public let choice: KernelChoice
  /// Floats in a vector register.
  package let lanes: Int
  /// Vectors that a weight panel covers at most.
  package let panelVectors: Int
  /// Input channels and vectors of output channels that one outer product covers.
  package let outerRows, outerVectors: Int

  package typealias Pointer = UnsafePointer<Float>
  package typealias MutablePointer = UnsafeMutablePointer<Float>
  package typealias Indices = UnsafePointer<Int32>

  package let multiplyGathered:
    @Sendable (
      Pointer, Int, Indices, Indices, Indices, Int, Int, Pointer, Int, Pointer?, Pointer?, Int,
      MutablePointer, Int, Indices, Int, Pointer, Int
    ) -> Void
  package let accumulateOuterProducts:
    @Sendable (
      Pointer, Int, Int, Pointer, Int, Int, Indices, Int, Int, MutablePointer, Bool, Pointer, Int
    ) -> Void
  package let cutRows: @Sendable (Pointer, Int, Int, Int, MutablePointer, Int) -> Void
  package let winogradInput:
    @Sendable (Pointer, Int, Int, Int, Int, MutablePointer, Int, Int) -> Void
  package let winogradOutput:
    @Sendable (
      Pointer, Int, Int, Int, Int, Pointer?, Pointer?, Int, Int, Int, MutablePointer, Int, Int
    ) -> Void
  package let winogradGradient:
    @Sendable (Pointer, Int, Int, Int, Int, Int, Int, MutablePointer, Int, Int) -> Void
  package let winogradWeights: @Sendable (Pointer, Int, Bool, Int, MutablePointer, Int) -> Void
  package let winogradWeightGradient: @Sendable (Pointer, Int, Int, MutablePointer, Int) -> Void
  package let depthwiseRows:
    @Sendable (
      Pointer, Int, Int, Int, Pointer, Int, Pointer?, Pointer?, Int, Int, Int, MutablePointer, Int,
      Int, Int
    ) -> Void
  package let depthwiseBackward:
    @Sendable (
      Pointer, Int, Int, Int, Pointer, Pointer, Int, Int, Int, Int, Int, MutablePointer?, Int,
      MutablePointer?
    ) -> Void
  package let copyPixels: @Sendable (Pointer, Int, Int, Int, MutablePointer, Int) -> Void
  package let streamPixels: @Sendable (Pointer, Int, Int, Int, MutablePointer, Int) -> Void
  package let chunkMoments:
    @Sendable (Pointer, Int, Int, Int, MutablePointer, MutablePointer) -> Void
  package let scaleShiftActivate:
    @Sendable (Pointer, Int, Int, Int, Pointer, Pointer, Int, MutablePointer, Int) -> Void
  package let chunkGradientSums:
    @Sendable (
      Pointer, Int, Pointer, Int, Int, Int, Pointer, Pointer, Pointer, Int, MutablePointer,
      MutablePointer
    ) -> Void
  package let normalizationGradient:
    @Sendable (
      Pointer, Pointer, Int, Int, Int, Pointer, Pointer, Pointer, Pointer, Pointer, Int,
      MutablePointer, Int
    ) -> Void
  package let addActivate:
    @Sendable (
      Pointer, Int, Pointer, Pointer, Pointer, Pointer, Pointer, Pointer, Int, Int, Int,
      MutablePointer, Bool
    ) -> Void
  package let activateAll: @Sendable (Pointer, Int, Int, MutablePointer) -> Void
  package let activationGradient: @Sendable (Pointer, Pointer, Int, Int, MutablePointer) -> Void
  package let addInto: @Sendable (MutablePointer, Pointer, Int) -> Void
  package let momentumStep:
    @Sendable (MutablePointer, MutablePointer, Pointer, Int, Float, Float, Float, Bool) -> Void
  package let maxPoolGathered:
    @Sendable (Pointer, MutablePointer, Int, Indices, Indices, Int, Indices, Int) -> Void
  package let maxPoolGradientGathered:
    @Sendable (
      Pointer, Pointer, Pointer, MutablePointer, Int, Indices, Indices, Int, Indices, Int
    ) -> Void
  package let sumPixels: @Sendable (Pointer, Int, Int, Float, MutablePointer) -> Void
  package let spreadPixels: @Sendable (Pointer, Int, Int, Float, MutablePointer) -> Void

  /// The weight panels of so many channels.
  package func panels(columns: Int) -> [ChannelSpan] {
    tiles(floats: roundedUp(columns, to: 16), most: panelVectors)
  }

  /// The columns of outer products with pixels of so many floats.
  func outerTiles(floats: Int) -> [ChannelSpan] { tiles(floats: floats, most: outerVectors) }

  /// Cuts floats into tiles of at most so many vectors, the last never one vector wide where it can share with the one
  /// in front.
  private func tiles(floats: Int, most: Int) -> [ChannelSpan] {
    let vectors = floats / lanes
    var tiles: [ChannelSpan] = []
    var start = 0
    while start < vectors {
      let left = vectors - start
      let count = left == most + 1 ? (left + 1) / 2 : min(most, left)
      tiles.append(ChannelSpan(start: start * lanes, count: count * lanes))
      start += count
    }
    return tiles
  }

  /// Picks kernels that this processor runs.
  ///
  /// - Throws: `UnsupportedKernels` when it cannot run those asked for.
  public static func select(_ choice: KernelChoice = .auto) throws(UnsupportedKernels) -> KernelSet
  {
    switch choice {
    case .v4 where cpu_runs_v4(), .auto where cpu_runs_v4(): return .v4
    case .v3 where cpu_runs_v3(), .auto where cpu_runs_v3(): return .v3
    case .portable, .auto: return .portable
    case .v4, .v3: throw UnsupportedKernels(choice: choice)
    }
  }
}
