import Foundation
import TestSupport

/// Only the release build is shipped, so only its code is judged.
let isRelease: Bool = {
  #if DEBUG
    false
  #else
    true
  #endif
}()

/// The object files that were built beside these tests.
enum BuildProducts {
  /// Targets whose flags allow wide instructions; those of any other target must not hold any.
  static let wideTargets = ["KernelsV4", "KernelsV3"]

  private static let folder =
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().path

  /// All that is linked into `vernier`, from the linker's own list: a folder may hold leftovers.
  static func program() throws -> [String] {
    let list = try String(
      contentsOfFile: "\(folder)/vernier.product/Objects.LinkFileList", encoding: .utf8)
    return list.split(separator: "\n").map { $0.trimmingCharacters(in: ["'", "\""]) }
  }

  /// The part of the program that one target is.
  static func program(target: String) throws -> [String] {
    try found(program().filter { isPart($0, of: target) }, of: target)
  }

  /// The part of the program that has to run on any processor.
  static func baseline() throws -> [String] {
    let objects = try program().filter { object in
      !wideTargets.contains { isPart(object, of: $0) }
    }
    return try found(objects, of: "the program")
  }

  /// The objects of a target that nothing links.
  static func planted(target: String) throws -> [String] {
    let folder = "\(folder)/\(target).build"
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return try found(files.filter { $0.hasSuffix(".o") }.map { "\(folder)/\($0)" }, of: target)
  }

  private static func isPart(_ object: String, of target: String) -> Bool {
    object.contains("/\(target).build/")
  }

  private static func found(_ objects: [String], of target: String) throws -> [String] {
    guard !objects.isEmpty else {
      throw ToolFailure(description: "there are no objects of \(target) in \(folder)")
    }
    return objects
  }
}
