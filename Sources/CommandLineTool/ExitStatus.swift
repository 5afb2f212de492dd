import Cluster
import Configuration
import Datasets
import Engine
import Glibc
import Runs
import Search
import Supernet
import Training

/// The documented exit codes, after sysexits.h but for 2.
enum ExitStatus {
  static let unexpected: Int32 = 1
  static let usage: Int32 = 2
  static let badData: Int32 = 65
  static let missingInput: Int32 = 66
  static let failedCheck: Int32 = 70
  static let savedPleaseRepeat: Int32 = 75
}

/// A mistake that only the command line can notice.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  var exitCode = ExitStatus.usage
}

/// The code that an error ends the program with.
func exitStatus(of error: any Error) -> Int32 {
  switch error {
  case let error as UsageError: error.exitCode
  case let error as ConfigurationError: error.exitCode
  case let error as DatasetError: error.exitCode
  case let error as RunError: error.exitCode
  case let error as TrainingError: error.exitCode
  case ClusterError.tooManyRanks: ExitStatus.usage
  case ClusterError.wrongSize, ClusterError.library: ExitStatus.failedCheck
  case is ClusterError: ExitStatus.savedPleaseRepeat
  case is SearchError, is WidthFieldError, is ArchitectureError, is SearchSpaceError,
    is UnsupportedKernels:
    ExitStatus.usage
  default: ExitStatus.unexpected
  }
}

/// What a person reads of an error.
func sentence(for error: any Error) -> String {
  "vernier: " + String(describing: error)
}

/// Writes a line to standard error.
func complain(_ text: String) {
  fputs(text + "\n", standardError)
}
