import Glibc

/// What a file operation was about to do; the word after "cannot" in a message.
public enum FileOperation: String, Sendable {
  case create, write, flush, rename, remove, lock, read, list
}

/// Why something a run leaves on disk could not be written, read or used.
public enum RunError: Error, Equatable, Sendable {
  /// The system refused an operation on a file; `code` is its `errno`.
  case file(FileOperation, path: String, code: Int32)
  /// A file has contents that nothing of ours has written.
  case damaged(path: String, reason: String)
  /// A checkpoint is sound but of another network or training.
  case mismatch(path: String, reason: String)
  /// Another process works in the run folder.
  case inUse(path: String, holder: String)
  /// The run was started with another configuration; `difference` has a line for each change.
  case configurationDiffers(path: String, difference: String)
  /// A tensor about to be saved holds NaN or infinity.
  case notFinite(tensor: String, phase: String, step: Int)
  /// A value of the program itself cannot be written as JSON.
  case notEncodable(path: String, reason: String)
}

extension RunError {
  /// The process exit code, as in sysexits.h; 2 is a mistake in what the user asked for.
  public var exitCode: Int32 {
    switch self {
    case .file(.read, _, ENOENT), .file(.list, _, ENOENT): 66
    case .file(.read, _, _), .file(.list, _, _), .file(_, _, EIO): 74
    case .file, .inUse: 73
    case .damaged, .mismatch: 65
    case .configurationDiffers: 2
    case .notFinite, .notEncodable: 70
    }
  }
}

extension RunError: CustomStringConvertible {
  /// One sentence: what failed, where, why, and what would be right.
  public var description: String {
    switch self {
    case .file(let operation, let path, let code):
      "cannot \(operation) \(path): \(String(cString: strerror(code))); \(advice(for: code))"
    case .damaged(let path, let reason):
      "\(path) is damaged: \(reason); restore it from a copy, or delete it to do without"
    case .mismatch(let path, let reason):
      "\(path) does not fit this run: \(reason); use the configuration and the images it was made with"
    case .inUse(let path, let holder):
      "the run folder \(path) is in use by \(holder); wait for it to end or choose another run name"
    case .configurationDiffers(let path, let difference):
      "the configuration differs from that of the run in \(path); choose another run name or undo "
        + "these changes:\n\(difference)"
    case .notFinite(let tensor, let phase, let step):
      "\(tensor) holds NaN or infinity at step \(step) of \(phase), so nothing was saved over the "
        + "last checkpoint; a lower learning rate is the usual remedy"
    case .notEncodable(let path, let reason):
      "cannot write \(path) as JSON: \(reason); this is a defect of the program"
    }
  }

  private func advice(for code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT: "free some space, then give the same command again"
    case EROFS, EACCES, EPERM: "choose a folder that this user may write"
    case ENOENT, ENOTDIR, EISDIR, EEXIST: "correct the path"
    default: "check the disk or the network file system"
    }
  }
}
