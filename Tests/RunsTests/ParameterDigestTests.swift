import Runs
import Testing

struct ParameterDigestTests {
  private func digest(_ tensors: [[Float]]) -> String {
    let values = tensors.flatMap { $0 }
    return values.withUnsafeBufferPointer { all in
      var start = 0
      return parameterDigest(
        of: tensors.map { tensor in
          defer { start += tensor.count }
          let part = UnsafeBufferPointer(rebasing: all[start..<start + tensor.count])
          return NamedTensor(name: "t", shape: [tensor.count], values: part)
        })
    }
  }

  @Test("It is XXH3-128, so that others can check it")
  func knownValue() {
    #expect(digest([]) == "99aa06d3014798d86001c324468d497f")
  }

  @Test("It does not see where one tensor ends, and sees every bit")
  func sensitivity() {
    let whole = digest([[1, 2, 3, 0]])
    #expect(whole.count == 32)
    #expect(digest([[1], [2, 3], [0]]) == whole)
    #expect(digest([[1, 2, 3, -0.0]]) != whole)
    #expect(digest([[2, 1, 3, 0]]) != whole)
    #expect(digest([[1, 2, 3.0000002, 0]]) != whole)
  }
}
