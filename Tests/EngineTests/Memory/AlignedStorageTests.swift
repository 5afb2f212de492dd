import Engine
import Testing

@Suite struct AlignedStorageTests {
  /// The last is large enough for huge pages.
  @Test(arguments: [0, 1, 15, 16, 17, 1_000, 1 << 20 + 3]) func startsZeroAndAligned(count: Int) {
    let storage = AlignedStorage<Float>(count: count)
    #expect(storage.count == count)
    storage.withElements { elements in
      #expect(elements.count == count)
      #expect(Int(bitPattern: elements.baseAddress) % 64 == 0)
      #expect(elements.allSatisfy { $0.bitPattern == 0 })
    }
  }

  @Test func keepsWhatIsWritten() {
    let storage = AlignedStorage<Int32>(count: 5)
    storage.withMutableElements { elements in
      for index in elements.indices { elements[index] = Int32(index * index) }
    }
    #expect(storage.withElements { Array($0) } == [0, 1, 4, 9, 16])
  }
}
