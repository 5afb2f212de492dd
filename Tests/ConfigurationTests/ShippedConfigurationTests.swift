import Configuration
import Foundation
import Testing

@Suite struct ShippedConfigurationTests {
  static let folder = packageFolder.appendingPathComponent("cluster-configs/runs")
  static let files: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

  private func load(_ file: String) throws -> RunConfiguration {
    try RunConfiguration.load(
      file: Self.folder.appendingPathComponent(file).path,
      environment: ["VERNIER_CIFAR10": "/data/cifar10"])
  }

  @Test func theyAreThere() {
    #expect(Self.files.contains("quickstart.yaml"))
    #expect(Self.files.contains("cifar10-cbm-mobilenet.yaml"))
  }

  @Test(arguments: files)
  func everyOneIsTakenAndWrittenBack(file: String) throws {
    let configuration = try load(file)
    #expect(configuration.run.name == file.dropLast(".yaml".count))
    #expect(try parsed(configuration.resolvedYAML) == configuration)
  }

  @Test func theyTakeTheOverridesOfTheReadme() throws {
    let file = Self.folder.appendingPathComponent("quickstart.yaml").path
    let configuration = try RunConfiguration.load(
      file: file, overrides: ["run.name=wider", "search.population=40"])
    #expect(configuration.search.population == 40)
    #expect(configuration.network.name == .vggSmall)
  }

  @Test func cifarComesFromTheEnvironment() throws {
    #expect(try load("cifar10-cbm-mobilenet.yaml").data.path == "/data/cifar10")
  }
}
