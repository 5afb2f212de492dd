import ArgumentParser
import Cluster
import Glibc
import MPICluster
import Training

/// Runs a command's body on every rank and ends all of them with one exit code.
///
/// A body that returns a code has it agreed between the ranks. A body that throws ends the whole job: rank 0
/// says why; another rank waits a moment first, since mostly all ranks fail alike and one sentence is enough.
enum Ranks {
  /// How long a rank waits for another: longer than any candidate, network or checkpoint should take.
  private static let patience = Duration.seconds(1800)
  /// Seconds before a rank other than 0 speaks: mpirun needs two to end it after rank 0 has spoken.
  private static let silence = 5.0

  /// - Parameter listening: take signals as requests, from before MPI starts on.
  static func run(
    listening: Bool = true, _ body: (any Communicator) throws -> Int32
  ) throws {
    if listening { Signals.listen() }
    let session = try MPISession(deadline: patience)
    let communicator = session.communicator
    do {
      let code = try communicator.agreedExitCode(try body(communicator))
      try session.finalize()
      if code != 0 { throw ExitCode(code) }
    } catch let code as ExitCode {
      throw code
    } catch {
      guard communicator.size > 1 else { throw error }
      if communicator.rank > 0 { wait(seconds: silence) }
      let place = communicator.rank > 0 ? "[rank \(communicator.rank)] " : ""
      complain(place + sentence(for: error))
      session.abort(exitCode: exitStatus(of: error))
    }
  }

  /// Sleeps on through signals.
  private static func wait(seconds: Double) {
    let watch = Stopwatch()
    while watch.seconds < seconds { usleep(100_000) }
  }
}
