import Foundation
import Runs
import TestSupport
import Testing

struct SafetensorsTests {
  private let folder = TemporaryFolder()
  private var path: String { "\(folder.path)/sample.safetensors" }
  private let weight = (0..<6).map { Float($0) / 3 }
  private let scalar: [Float] = [-0.0]

  /// Three tensors: a matrix, one without elements and a single number.
  private func writeSample(metadata: [String: String] = ["format": "vernier"]) throws {
    try weight.withUnsafeBufferPointer { weight in
      try scalar.withUnsafeBufferPointer { scalar in
        let tensors = [
          NamedTensor(name: "z.weight", shape: [2, 3], values: weight),
          NamedTensor(
            name: "empty", shape: [0, 4], values: UnsafeBufferPointer(rebasing: weight[..<0])),
          NamedTensor(name: "a \"quoted\" name/é", shape: [], values: scalar),
        ]
        try writeSafetensors(tensors, metadata: metadata, to: path, files: POSIXFiles())
      }
    }
  }

  @Test("What is read is what was written, in the same order")
  func roundTrip() throws {
    try writeSample()
    let reader = try SafetensorsReader(path)
    #expect(reader.metadata == ["format": "vernier"])
    #expect(Set(reader.tensors.map(\.name)) == ["z.weight", "empty", "a \"quoted\" name/é"])
    #expect(reader.tensors.first?.name == "z.weight")
    var values = [Float](repeating: 7, count: 6)
    try values.withUnsafeMutableBufferPointer { values in
      try reader.read(into: [TensorDestination(name: "z.weight", shape: [2, 3], values: values)])
    }
    #expect(values == weight)
  }

  @Test("Data starts at a multiple of 64 bytes and is little-endian", arguments: 0..<64)
  func layout(length: Int) throws {
    try writeSample(metadata: ["note": String(repeating: "x", count: length)])
    let bytes = folder.read("sample.safetensors")
    #expect((bytes.count - 28) % 64 == 0)
    #expect(bytes.suffix(28).prefix(8) == [0, 0, 0, 0, 0xAB, 0xAA, 0xAA, 0x3E])
    #expect(bytes.suffix(4) == [0, 0, 0, 0x80])
    #expect(bytes[8] == UInt8(ascii: "{"))
  }

  @Test("Every shortening is refused with a sentence that names the file")
  func everyTruncation() throws {
    try writeSample()
    let whole = folder.read("sample.safetensors")
    for count in 0..<whole.count {
      folder.write(whole.prefix(count), to: "sample.safetensors")
      let error = failure { () throws(RunError) in try SafetensorsReader(path) }
      #expect(error?.description.hasPrefix("\(path) is damaged: ") == true, "\(count) bytes")
      #expect(error?.exitCode == 65)
    }
    folder.write(whole + [0], to: "sample.safetensors")
    #expect(failure { () throws(RunError) in try SafetensorsReader(path) }?.exitCode == 65)
  }

  @Test(
    "A header with random damage is refused or still describes all data, and never traps",
    arguments: 0..<8)
  func randomDamage(seed: Int) throws {
    try writeSample()
    let whole = folder.read("sample.safetensors")
    var random = RandomBytes(state: UInt64(seed))
    var refused = 0
    for _ in 0..<250 {
      var bytes = whole
      for _ in 0...Int(random.next() % 3) {
        bytes[Int(random.next() % UInt64(whole.count - 28))] = random.damagingByte()
      }
      folder.write(bytes, to: "sample.safetensors")
      do throws(RunError) {
        let reader = try SafetensorsReader(path)
        let sizes = reader.tensors.map { 4 * $0.shape.reduce(1, *) }
        #expect(sizes.reduce(0, +) == 28)
      } catch {
        #expect(error.exitCode == 65 && error.description.hasPrefix("\(path) is damaged: "))
        refused += 1
      }
    }
    #expect(refused > 125)
  }

  @Test(
    "Headers that lie are refused",
    arguments: [
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[2,2]}}"#,
      #"{"__metadata__":{"step":1}}"#,
      #"[]"#,
      #" {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    ])
  func lyingHeader(header: String) throws {
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    folder.write(length + header.utf8 + [0, 0, 0, 0], to: "sample.safetensors")
    #expect(failure { () throws(RunError) in try SafetensorsReader(path) }?.exitCode == 65)
  }

  @Test("A missing file is a missing input")
  func missing() {
    let error = failure { () throws(RunError) in try SafetensorsReader("\(folder.path)/none") }
    #expect(error?.exitCode == 66)
  }

  @Test(
    "The reference reader agrees",
    .enabled(
      if: ProcessInfo.processInfo.environment["VERNIER_PYTHON"] != nil,
      "VERNIER_PYTHON names no Python interpreter with safetensors and numpy"))
  func referenceReader() throws {
    try writeSample()
    let script = """
      import sys
      from safetensors import safe_open
      with safe_open(sys.argv[1], framework="np") as file:
        print(file.metadata())
        for name in sorted(file.keys()):
          tensor = file.get_tensor(name)
          print(name, tensor.dtype, tensor.shape, tensor.tobytes().hex())
      """
    let python = try #require(ProcessInfo.processInfo.environment["VERNIER_PYTHON"])
    #expect(
      try output(of: [python, "-c", script, path]) == """
        {'format': 'vernier'}
        a "quoted" name/é float32 () 00000080
        empty float32 (0, 4)\u{20}
        z.weight float32 (2, 3) 00000000abaaaa3eabaa2a3f0000803fabaaaa3f5555d53f

        """)
  }
}

/// SplitMix64, so that a failing case comes back.
private struct RandomBytes {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Any byte, and more often one that JSON gives a meaning.
  mutating func damagingByte() -> UInt8 {
    let meaningful = Array(#"0123456789-eE.,:[]{}""#.utf8)
    let choice = next()
    return choice % 2 == 0
      ? UInt8(truncatingIfNeeded: choice >> 8)
      : meaningful[Int((choice >> 8) % UInt64(meaningful.count))]
  }
}
