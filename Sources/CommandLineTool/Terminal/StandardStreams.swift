@preconcurrency import Glibc

/// The C library's streams, which Swift sees as mutable globals.
var standardOutput: UnsafeMutablePointer<FILE> { stdout }
var standardError: UnsafeMutablePointer<FILE> { stderr }

/// Whether standard output is a terminal, not a pipe or a file.
var standardOutputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

/// Writes text to standard output at once.
func show(_ text: String, terminator: String = "\n") {
  fputs(text + terminator, standardOutput)
  fflush(standardOutput)
}
