import Foundation
import Glibc
import Testing

extension CommandLineTests {
  /// Disks that are full or may not be written.
  @Suite struct BadDiskTests {
    @Test(
      .timeLimit(.minutes(5)),
      .enabled(if: SmallDisk.isPossible, "only root can mount a small disk"), arguments: [nil, 2])
    func aFullDiskLosesNothing(ranks: Int?) throws {
      let place = try Workplace()
      let small = try checkpointKilobytes() * 5 / 2
      try SmallDisk.use(at: "\(place.path)/runs", kilobytes: small) { disk in
        let outcome = try place.vernier("run", "run.yaml", ranks: ranks)
        expectRefusal(outcome, code: 73, saying: "No space left on device", "free some space")
        #expect(place.run.checkpoints() == ["supernet-step-00000003", "supernet-step-00000006"])
        #expect(try place.run.hashes().contains("supernet step 6"))
        try disk.grow(toKilobytes: 1 << 20)
        let again = try place.vernier("run", "run.yaml", ranks: ranks)
        expectSuccess(again)
        #expect(again.output.contains("going on with supernet from step 6"), "\(again)")
        #expect(try place.run.traces() == Reference.traces.get())
        #expect(try place.run.steps("train") == Array(1...TinySteps.supernet))
      }
    }

    @Test(
      .timeLimit(.minutes(5)),
      .enabled(if: SmallDisk.isPossible, "only root can mount a read-only disk"))
    func aFolderThatBecomesReadOnlyLosesNothing() throws {
      let place = try Workplace()
      let session = try place.startUntil(work: 4)
      let saved = place.run.checkpoints()
      try SmallDisk.use(
        at: "\(place.run.path)/checkpoints", kilobytes: 64, readOnly: true
      ) { _ in
        session.signalAll(SIGCONT)
        let exitCode = try session.wait()
        let outcome = Outcome(
          exitCode: exitCode, output: session.output, errors: session.errors,
          isUnderLauncher: false)
        expectRefusal(outcome, code: 73, saying: "Read-only file system", "may write")
      }
      #expect(place.run.checkpoints() == saved)
      expectSuccess(try place.vernier("run", "run.yaml"))
      #expect(try place.run.traces() == Reference.traces.get())
    }

    @Test(arguments: [nil, 2])
    func aPlaceForRunsThatIsNoFolderIsRefused(ranks: Int?) throws {
      let place = try Workplace()
      expectRefusal(
        try place.vernier("run", "run.yaml", "--runs", "run.yaml/runs", ranks: ranks), code: 73,
        saying: "run.yaml", "correct the path")
    }

    /// What one checkpoint of the supernet takes.
    private func checkpointKilobytes() throws -> Int {
      let place = try Workplace()
      try place.startUntil(work: 4).end()
      let folder = "\(place.run.path)/checkpoints/\(try #require(place.run.checkpoints().first))"
      let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      return try files.reduce(0) { sum, file in
        let facts = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(file)")
        return sum + (facts[.size] as? Int ?? 0)
      } / 1024
    }
  }
}
