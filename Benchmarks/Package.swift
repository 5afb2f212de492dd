// swift-tools-version: 6.2
import PackageDescription

/// One benchmark; all of them share the machine's peak, the peer's process and the lines of output.
func benchmark(_ name: String, uses products: String...) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      "BenchmarkSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ] + products.map { .product(name: $0, package: "vernier") })
}

let package = Package(
  name: "vernier-benchmarks",
  dependencies: [
    .package(name: "vernier", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .target(name: "PeakLoops"),
    .target(
      name: "BenchmarkSupport",
      dependencies: [
        "PeakLoops", .product(name: "Engine", package: "vernier"),
        .product(name: "Supernet", package: "vernier"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    benchmark("PeakBenchmark", uses: "Engine"),
    benchmark("StepBenchmark", uses: "Engine", "Supernet", "Cluster"),
    benchmark("ScoringBenchmark", uses: "Engine", "Supernet"),
    benchmark(
      "CandidateBenchmark", uses: "Engine", "Supernet", "Cluster", "Datasets", "Search",
      "Training"),
    benchmark("ConvolutionBenchmark", uses: "Engine"),
  ],
  swiftLanguageModes: [.v6]
)
