// swift-tools-version: 6.2
// The manifest is the map: one target per idea, arrows one way. docs/architecture.md gives the reasons.
import PackageDescription

/// One compilation of the kernels.
///
/// They are one source compiled three times, once per instruction set: each folder is a symbolic link to
/// Sources/Kernels. Clang's -march reaches Swift code generation through -Xcc; without it a fused multiply-add
/// is a library call per lane.
func kernels(
  _ name: String, march: String?, define: String, in folder: String = "Sources"
) -> Target {
  var flags = ["-Ounchecked"]
  if let march { flags += ["-Xcc", "-march=\(march)"] }
  return .target(
    name: name, dependencies: ["CPUShims"], path: "\(folder)/\(name)",
    swiftSettings: [.unsafeFlags(flags), .define(define)])
}

let package = Package(
  name: "vernier",
  products: [
    .executable(name: "vernier", targets: ["CommandLineTool"]),
    // For Benchmarks/, a package of its own.
    .library(name: "Engine", targets: ["Engine"]),
    .library(name: "Supernet", targets: ["Supernet"]),
    .library(name: "Cluster", targets: ["Cluster"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "Search", targets: ["Search"]),
    .library(name: "Training", targets: ["Training"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Doors to C libraries: system module maps and plain C functions over their macros.
    .systemLibrary(
      name: "COpenMPI", pkgConfig: "mpi-c", providers: [.apt(["libopenmpi-dev", "openmpi-bin"])]),
    .target(name: "MPIShims", dependencies: ["COpenMPI"]),
    .systemLibrary(
      name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"])]),
    .target(name: "JPEGShims", dependencies: ["CLibJPEG"]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .target(name: "CPUShims"),

    // Numbers.
    .target(name: "Randomness"),
    kernels("KernelsV4", march: "x86-64-v4", define: "KERNELS_V4"),
    kernels("KernelsV3", march: "x86-64-v3", define: "KERNELS_V3"),
    kernels("KernelsPortable", march: nil, define: "KERNELS_PORTABLE"),
    .target(
      name: "Engine", dependencies: ["CPUShims", "KernelsV4", "KernelsV3", "KernelsPortable"]),

    // One network of many widths, and the images it learns from.
    .target(name: "Supernet", dependencies: ["Engine", "Randomness"]),
    .target(name: "Datasets", dependencies: ["Randomness", "JPEGShims", "CZlib"]),

    // Ranks, files, candidates.
    .target(name: "Cluster"),
    .target(name: "MPICluster", dependencies: ["Cluster", "MPIShims"]),
    .target(name: "Runs", dependencies: ["CXXHash"]),
    .target(name: "Search", dependencies: ["Randomness"]),
    .target(name: "GroundTruth", dependencies: ["Randomness"]),

    // The loops, and what a person sees of them.
    .target(
      name: "Training",
      dependencies: ["Engine", "Supernet", "Datasets", "Cluster", "Runs", "Search", "Randomness"]),
    .target(
      name: "Configuration", dependencies: [.product(name: "Yams", package: "Yams")]),
    .target(name: "Reports"),
    .executableTarget(
      name: "CommandLineTool",
      dependencies: [
        "Engine", "Supernet", "Datasets", "Cluster", "MPICluster", "Runs", "Search", "GroundTruth",
        "Training", "Configuration", "Reports", "Randomness", "CPUShims",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Proof.
    .target(
      name: "TestSupport", dependencies: ["Engine", "Randomness"], path: "Tests/TestSupport"),
    .testTarget(name: "RandomnessTests", dependencies: ["Randomness"]),
    .testTarget(name: "EngineTests", dependencies: ["Engine", "TestSupport"]),
    .testTarget(name: "SupernetTests", dependencies: ["Supernet", "GroundTruth", "TestSupport"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "JPEGShims"]),
    .testTarget(name: "ClusterTests", dependencies: ["Cluster", "MPICluster", "TestSupport"]),
    .testTarget(name: "RunsTests", dependencies: ["Runs", "TestSupport"]),
    .testTarget(
      name: "SearchTests", dependencies: ["Search", "Supernet", "GroundTruth", "Randomness"]),
    .testTarget(name: "GroundTruthTests", dependencies: ["GroundTruth", "TestSupport"]),
    .testTarget(name: "ConfigurationTests", dependencies: ["Configuration"]),
    .testTarget(name: "ReportsTests", dependencies: ["Reports"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "Cluster", "Datasets", "Runs", "Search", "Supernet", "TestSupport",
      ]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "CommandLineTool", "GroundTruth", "JPEGShims", "Runs", "Search", "Supernet", "TestSupport",
        "Training",
      ]
    ),

    // Proof of the kernels' compiled code, and planted faults that it must find; nothing links them.
    .testTarget(name: "KernelCodeTests", dependencies: ["TestSupport"]),
    kernels("PlantedKernelsV4", march: "x86-64-v4", define: "KERNELS_V4", in: "Tests"),
    kernels("PlantedKernelsV3", march: "x86-64-v3", define: "KERNELS_V3", in: "Tests"),
  ],
  swiftLanguageModes: [.v6]
)
