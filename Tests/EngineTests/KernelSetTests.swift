import CPUShims
import Engine
import TestSupport
import Testing

@Suite struct KernelSetTests {
  /// A set that this processor lacks is reported as cancelled, by its name.
  @Test(arguments: [KernelChoice.v4, .v3, .portable])
  func choicesAreKept(choice: KernelChoice) throws {
    let lacking =
      switch choice {
      case .v4: !cpu_runs_v4()
      case .v3: !cpu_runs_v3()
      case .portable, .auto: false
      }
    guard lacking else {
      #expect(try KernelSet.select(choice).choice == choice)
      return
    }
    let refusal = #expect(throws: UnsupportedKernels.self) { try KernelSet.select(choice) }
    #expect(
      refusal?.description
        == "this processor cannot run the \(choice.rawValue) kernels; choose auto or portable")
    try Test.cancel("this processor lacks the instructions of the \(choice.rawValue) kernels")
  }

  @Test func automaticChoiceIsTheWidest() throws {
    let widest: KernelChoice = cpu_runs_v4() ? .v4 : cpu_runs_v3() ? .v3 : .portable
    #expect(try KernelSet.select().choice == widest)
  }

  @Test func vectorsFillWholePixelStrides() {
    for kernels in KernelSet.runnable {
      #expect(16 % kernels.lanes == 0)
      #expect(16 % kernels.outerRows == 0)
    }
  }

  /// One panel behind another, none wider than the kernel takes, and none of one vector where two can share.
  @Test func panelsCoverAllColumns() {
    for kernels in KernelSet.runnable {
      for columns in 1...300 {
        let vectors = kernels.panels(columns: columns).map { $0.count / kernels.lanes }
        let starts = kernels.panels(columns: columns).map { $0.start / kernels.lanes }
        #expect(starts == vectors.indices.map { vectors[..<$0].reduce(0, +) })
        #expect(vectors.reduce(0, +) == (columns + 15) / 16 * 16 / kernels.lanes)
        #expect(vectors.allSatisfy { $0 <= kernels.panelVectors })
        #expect(kernels.panelVectors < 3 || vectors == [1] || !vectors.contains(1))
      }
    }
  }
}
