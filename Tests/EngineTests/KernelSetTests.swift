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
}
