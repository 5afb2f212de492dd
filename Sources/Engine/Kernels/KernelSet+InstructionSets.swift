// The three compilations of Sources/Kernels, name by name: the one place where their modules are told apart.
import KernelsPortable
import KernelsV3
import KernelsV4

extension KernelSet {
  static let v4 = KernelSet(
    choice: .v4, lanes: KernelsV4.lanes, outerRows: KernelsV4.outerRows,
    outerVectors: KernelsV4.outerVectors,
    multiplyGathered: KernelsV4.multiplyGathered,
    accumulateOuterProducts: KernelsV4.accumulateOuterProducts,
    depthwiseGathered: KernelsV4.depthwiseGathered,
    accumulateDepthwise: KernelsV4.accumulateDepthwise,
    chunkMoments: KernelsV4.chunkMoments,
    scaleShiftActivate: KernelsV4.scaleShiftActivate,
    chunkGradientSums: KernelsV4.chunkGradientSums,
    normalizationGradient: KernelsV4.normalizationGradient,
    addActivate: KernelsV4.addActivate,
    activateAll: KernelsV4.activateAll,
    activationGradient: KernelsV4.activationGradient,
    addInto: KernelsV4.addInto,
    momentumStep: KernelsV4.momentumStep,
    maxPoolGathered: KernelsV4.maxPoolGathered,
    maxPoolGradientGathered: KernelsV4.maxPoolGradientGathered,
    sumPixels: KernelsV4.sumPixels,
    spreadPixels: KernelsV4.spreadPixels)

  static let v3 = KernelSet(
    choice: .v3, lanes: KernelsV3.lanes, outerRows: KernelsV3.outerRows,
    outerVectors: KernelsV3.outerVectors,
    multiplyGathered: KernelsV3.multiplyGathered,
    accumulateOuterProducts: KernelsV3.accumulateOuterProducts,
    depthwiseGathered: KernelsV3.depthwiseGathered,
    accumulateDepthwise: KernelsV3.accumulateDepthwise,
    chunkMoments: KernelsV3.chunkMoments,
    scaleShiftActivate: KernelsV3.scaleShiftActivate,
    chunkGradientSums: KernelsV3.chunkGradientSums,
    normalizationGradient: KernelsV3.normalizationGradient,
    addActivate: KernelsV3.addActivate,
    activateAll: KernelsV3.activateAll,
    activationGradient: KernelsV3.activationGradient,
    addInto: KernelsV3.addInto,
    momentumStep: KernelsV3.momentumStep,
    maxPoolGathered: KernelsV3.maxPoolGathered,
    maxPoolGradientGathered: KernelsV3.maxPoolGradientGathered,
    sumPixels: KernelsV3.sumPixels,
    spreadPixels: KernelsV3.spreadPixels)

  static let portable = KernelSet(
    choice: .portable, lanes: KernelsPortable.lanes, outerRows: KernelsPortable.outerRows,
    outerVectors: KernelsPortable.outerVectors,
    multiplyGathered: KernelsPortable.multiplyGathered,
    accumulateOuterProducts: KernelsPortable.accumulateOuterProducts,
    depthwiseGathered: KernelsPortable.depthwiseGathered,
    accumulateDepthwise: KernelsPortable.accumulateDepthwise,
    chunkMoments: KernelsPortable.chunkMoments,
    scaleShiftActivate: KernelsPortable.scaleShiftActivate,
    chunkGradientSums: KernelsPortable.chunkGradientSums,
    normalizationGradient: KernelsPortable.normalizationGradient,
    addActivate: KernelsPortable.addActivate,
    activateAll: KernelsPortable.activateAll,
    activationGradient: KernelsPortable.activationGradient,
    addInto: KernelsPortable.addInto,
    momentumStep: KernelsPortable.momentumStep,
    maxPoolGathered: KernelsPortable.maxPoolGathered,
    maxPoolGradientGathered: KernelsPortable.maxPoolGradientGathered,
    sumPixels: KernelsPortable.sumPixels,
    spreadPixels: KernelsPortable.spreadPixels)
}
