/// What can be wrong with images, each told in one sentence.
public enum DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file or folder that is not there, holds nothing, or cannot be opened.
  case missing(path: String, problem: String)

  /// A file, folder or image whose content is not what it should be.
  case damaged(path: String, problem: String)

  /// A wish that the images at hand cannot fulfil.
  case invalid(problem: String)

  /// The sentence a person reads.
  public var description: String {
    switch self {
    case .missing(let path, let problem), .damaged(let path, let problem): "\(path) \(problem)."
    case .invalid(let problem): "\(problem)."
    }
  }

  /// The process exit code as sysexits.h has it: 66 for missing input, 65 for bad data.
  public var exitCode: Int32 {
    if case .missing = self { 66 } else { 65 }
  }
}

/// What to do about an image that cannot be decoded.
public enum DamagePolicy: String, Codable, Sendable, CaseIterable {
  /// Throw at the step that needs it.
  case stop
  /// Take the next readable image of the list instead, and report its name.
  case skip
}
