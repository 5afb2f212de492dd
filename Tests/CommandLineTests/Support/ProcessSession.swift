import Foundation
import Glibc
import TestSupport

/// A program in a session of its own, with everything that it starts.
///
/// Open MPI gives each rank a process group of its own; the session is what they have in common. So signals
/// reach what this test started and nothing else.
final class ProcessSession {
  /// The process that was started; also the identifier of its session.
  let identifier: pid_t
  private let folder: String
  private var status: Int32?

  /// Starts a program in the folder `folder`; what it prints goes to files in `output`.
  init(_ words: [String], environment: [String: String], in folder: String, output: String) throws {
    self.folder = output
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    identifier = try spawn(words, environment: environment, in: folder, output: output)
  }

  deinit { end() }

  /// What it has printed so far.
  var output: String { text("stdout") }
  /// What it has complained about so far.
  var errors: String { text("stderr") }

  private func text(_ name: String) -> String {
    (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
  }

  /// Whether the program was seen to end.
  var hasEnded: Bool {
    if status != nil { return true }
    var word: Int32 = 0
    guard waitpid(identifier, &word, WNOHANG) == identifier else { return false }
    let killer = word & 0x7f
    status = killer == 0 ? (word >> 8) & 0xff : 128 + killer
    return true
  }

  /// Waits for the end; the exit code, or 128 and the signal as a shell has it.
  func wait(atMost seconds: Double = 240) throws -> Int32 {
    try waitUntil(atMost: seconds, "the program has ended\n\(output)\n\(errors)") { hasEnded }
    return status ?? -1
  }

  /// Sends a signal to the program that was started, and to nothing below it.
  func signal(_ number: Int32) {
    if !hasEnded { kill(identifier, number) }
  }

  /// Sends a signal to every process of the session.
  func signalAll(_ number: Int32) {
    for member in members { kill(member, number) }
  }

  /// Kills every process of the session; returns when none is left.
  func end() {
    repeat {
      signalAll(SIGKILL)
      usleep(1000)
    } while !members.isEmpty
    _ = try? wait(atMost: 10)
  }

  /// Whether the program that was started has a handler for a signal.
  func catches(_ number: Int32) -> Bool {
    let facts = (try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)) ?? ""
    let line = facts.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
    let mask = line.flatMap { UInt64($0.split(separator: "\t")[1], radix: 16) } ?? 0
    return mask >> UInt64(number - 1) & 1 == 1
  }

  /// Processes of the session that are alive.
  var members: [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { process in
      guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
        let nameEnd = text.lastIndex(of: ")")
      else { return false }
      // After the name: state, parent, process group, session.
      let fields = text[nameEnd...].split(separator: " ")
      return fields.count > 4 && fields[4] == "\(identifier)" && !"ZX".contains(fields[1])
    }
  }
}

/// glibc's POSIX_SPAWN_SETSID, which Swift does not see.
private let newSession: Int16 = 0x80

/// Starts a program in a new session.
private func spawn(
  _ words: [String], environment: [String: String], in folder: String, output: String
) throws -> pid_t {
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  // Tests run on threads that block signals, which a new process would go on with.
  var noSignals = sigset_t()
  sigemptyset(&noSignals)
  posix_spawnattr_setsigmask(&attributes, &noSignals)
  posix_spawnattr_setflags(&attributes, newSession | Int16(POSIX_SPAWN_SETSIGMASK))
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  for (descriptor, name) in [(Int32(1), "stdout"), (2, "stderr")] {
    posix_spawn_file_actions_addopen(
      &actions, descriptor, "\(output)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o666)
  }
  var arguments = (["env", "-C", folder] + words).map { strdup($0) } + [nil]
  var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
  defer { for text in arguments + variables { free(text) } }
  var process: pid_t = 0
  let code = posix_spawnp(&process, "env", &actions, &attributes, &arguments, &variables)
  guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
  return process
}
