import Foundation

/// Where and how one attempt of a run was made, for whoever wants to repeat it.
public struct RunEnvironment: Codable, Equatable, Sendable {
  /// The command line, word by word.
  public let command: [String]
  /// When it started, UTC.
  public let date: String
  /// The version of this program.
  public let program: String
  /// The commit it was built from, when `VERNIER_GIT_COMMIT` says so.
  public let gitCommit: String?
  /// What the MPI library says of itself.
  public let mpi: String?
  /// The instruction set of the kernels that ran, on which the last bits of results depend.
  public let kernels: String?
  /// The machine of the process that writes the folder.
  public let host: String
  /// Its system.
  public let operatingSystem: String
  /// Its cores that are in use by the system.
  public let cores: Int
  /// Its memory in bytes.
  public let memory: UInt64
  /// The number of the job, under SLURM or PBS.
  public let job: String?

  /// Looks around; what the process cannot know about itself is passed in.
  public static func collect(
    program: String, mpi: String? = nil, kernels: String? = nil,
    command: [String] = ProcessInfo.processInfo.arguments,
    variables: [String: String] = ProcessInfo.processInfo.environment
  ) -> RunEnvironment {
    let process = ProcessInfo.processInfo
    return RunEnvironment(
      command: command, date: Date().ISO8601Format(), program: program,
      gitCommit: variables["VERNIER_GIT_COMMIT"], mpi: mpi,
      kernels: kernels, host: process.hostName,
      operatingSystem: process.operatingSystemVersionString,
      cores: process.activeProcessorCount, memory: process.physicalMemory,
      job: variables["SLURM_JOB_ID"] ?? variables["PBS_JOBID"])
  }
}
