import Foundation
import Reports

/// A report of a whole run with figures like those of a real one, the same every time.
enum SampleReport {
  static let maxima = [256, 256, 256, 512, 512, 512, 512]

  static var whole: ReportContents {
    var report = ReportContents(
      runName: "cifar10-resnet-half", networkName: "cbm_resnet", datasetName: "CIFAR-10")
    report.started = "2026-03-14 09:12 UTC"
    report.updated = "2026-03-14 10:04 UTC"
    report.command =
      "mpirun -n 4 vernier run cluster-configs/cifar10-resnet.yaml --set search.population=50"
    report.configuration = """
      run:
        name: cifar10-resnet-half
        seed: 7
      network: cbm_resnet
      search:
        budget: 0.5   # of the base network's MACs
        population: 50
        generations: 20
      """
    report.environment = [
      Fact("ranks × threads", "4 × 2"), Fact("processor", "2 × 16 cores, x86-64-v4"),
      Fact("MPI", "Open MPI 4.1.4"), Fact("vernier", "0.1.0, Swift 6.3.1"),
    ]
    report.reproducibility = [
      Fact("seed", "7"), Fact("supernet parameters", "xxh3:9f2b6c1d8e4a7035"),
      Fact("winner parameters", "xxh3:04d1c7fa52be9968"),
      Fact("logical shards", "8, the same bits on 1 to 8 ranks"),
    ]
    report.groups = zip(["stem", "block1", "block2", "down", "stage2", "block4", "block5"], maxima)
      .map(GroupWidth.init)
    report.curves = curves
    report.search = search
    report.networks = networks
    report.testImages = 10_000
    report.phases = [
      PhaseTime(name: "supernet", seconds: 1562, imagesPerSecond: 1894),
      PhaseTime(name: "search", seconds: 731, imagesPerSecond: 5210),
      PhaseTime(name: "retraining", seconds: 804, imagesPerSecond: 2433),
      PhaseTime(name: "report", seconds: 0.8),
    ]
    return report
  }

  static let networks = [
    NetworkResult(
      role: .base, name: "Base network", macs: 1_436_226_560, parameters: 15_356_170,
      channels: maxima, supernetAccuracy: 0.8802, testAccuracy: 0.9362),
    NetworkResult(
      role: .uniform, name: "Uniform scaling", macs: 716_903_424, parameters: 7_684_113,
      channels: maxima.map { $0 * 181 / 256 }, supernetAccuracy: 0.8668, testAccuracy: 0.9325),
    NetworkResult(
      role: .winner, name: "Vernier’s choice", macs: 715_849_728, parameters: 6_902_410,
      channels: [192, 192, 256, 512, 384, 256, 256], supernetAccuracy: 0.8788,
      testAccuracy: 0.9366),
  ]

  /// 1000 candidates that improve over twenty generations.
  static var search: SearchResult {
    var noise = Noise(state: 42)
    var candidates: [ReportCandidate] = []
    for generation in 0..<20 {
      for _ in 0..<50 {
        let macs = 575e6 + 141e6 * sqrt(noise.uniform())
        let progress = 1 - exp(-Double(generation) / 5)
        let accuracy =
          0.845 + 0.0185 * progress + 0.009 * (macs - 575e6) / 141e6
          + (0.006 - 0.0035 * progress) * noise.normal()
        candidates.append(
          ReportCandidate(
            macs: Int(macs), parameters: nil,
            accuracy: (min(0.8786, accuracy) * 5000).rounded() / 5000,
            generation: generation,
            bins: (0..<7).map { _ in 1 + Int(noise.uniform() * 4) }))
      }
    }
    candidates.append(
      ReportCandidate(
        macs: 715_849_728, parameters: 6_012_345, accuracy: 0.8788, generation: 19,
        bins: [3, 3, 4, 4, 3, 2, 2]))
    return SearchResult(
      candidates: candidates, window: 574_490_624...718_113_280,
      mostParameters: 7_500_000, winner: candidates.count - 1)
  }

  static var curves: [TrainingCurve] {
    let retrain = "Training from scratch"
    return [
      curve(
        "Supernet training", .supernet, .training, end: 0.42, top: 0.86, epochs: 30, count: 900),
      curve("Supernet training", .supernet, .heldOut, end: 0.47, top: 0.845, epochs: 30, count: 30),
      curve(retrain, .base, .training, end: 0.02, top: 0.996, epochs: 60, count: 61),
      curve(retrain, .uniform, .training, end: 0.14, top: 0.952, epochs: 60, count: 62),
      curve(retrain, .winner, .training, end: 0.07, top: 0.981, epochs: 60, count: 63),
    ]
  }

  private static func curve(
    _ phase: String, _ role: NetworkRole, _ images: TrainingCurve.ImageSet, end: Double,
    top: Double, epochs: Double, count: Int
  ) -> TrainingCurve {
    var noise = Noise(state: UInt64(count) + UInt64(top * 1000))
    let points = (1...count).map { index in
      let time = Double(index) / Double(count)
      let rest = exp(-4 * time) * (1 - 0.3 * time)
      return CurvePoint(
        step: index * 20, epoch: time * epochs,
        loss: end + (2.2 - end) * rest + 0.03 * rest.squareRoot() * noise.normal(),
        accuracy: top - (top - 0.1) * rest + 0.01 * rest.squareRoot() * noise.normal())
    }
    return TrainingCurve(phase: phase, role: role, images: images, points: points)
  }
}

/// A small generator of its own (Steele's SplitMix64), so that the sample never changes.
struct Noise {
  var state: UInt64

  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((bits ^ (bits >> 31)) >> 11) * 0x1p-53
  }

  mutating func normal() -> Double {
    (0..<12).map { _ in uniform() }.reduce(-6, +)
  }
}
