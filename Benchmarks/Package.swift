// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "vernier-benchmarks",
  dependencies: [
    .package(name: "vernier", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "StepBenchmark",
      dependencies: [
        .product(name: "Engine", package: "vernier"),
        .product(name: "Supernet", package: "vernier"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
