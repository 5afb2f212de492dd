import Foundation
import Testing
import Training

extension CommandLineTests {
  /// Keys of how networks are trained reach their training.
  @Suite struct RecipeTests {
    /// What a command with these settings leaves in its run.
    private func hash(_ words: [String], _ settings: [String]) throws -> String {
      let place = try Workplace()
      expectSuccess(try place.vernier(words + settings.flatMap { ["--set", $0] }))
      return try place.run.hashes()
    }

    @Test(.timeLimit(.minutes(5))) func everyKeyOfTheSupernetMatters() throws {
      let sandwich = ["supernet.sharing=ua", "supernet.sampler=sandwich"]
      func hash(_ settings: String...) throws -> String {
        try self.hash(["train", "run.yaml"], sandwich + settings)
      }
      let hashes = try [
        hash(), hash("supernet.temperature=1"), hash("supernet.optimizer.clip_value=0.001"),
        hash("supernet.small_images.epochs=2"), hash("supernet.small_images.factor=4"),
        hash("supernet.label_smoothing=0.1"),
      ]
      #expect(Set(hashes).count == hashes.count)
      // What the shipped default is.
      #expect(try hash("supernet.temperature=3", "supernet.optimizer.clip_value=0") == hashes[0])
    }

    /// As much of BCNetV2's released code as somebody may want.
    @Test(.timeLimit(.minutes(5))) func theReleasedCodeIsFollowedWhereSaid() throws {
      let code = "supernet.variant=reference-code"
      #expect(try hash(["train", "run.yaml"], [code]) != hash(["train", "run.yaml"], []))
      let search = ["search.generations=3", "search.mutations=6", "search.crossovers=0"]
      // Two networks are kept, and each group has the widths of both.
      let place = try Workplace()
      let few = ["--set", "supernet.records.kept=2", "--set", "supernet.records.part=100%"]
      expectSuccess(try place.vernier(["train", "run.yaml", "--set", code] + few))
      let saved = try #require(place.run.checkpoints(of: "supernet").last)
      let state = try place.run.text("checkpoints/\(saved)/state.json")
      let records = try JSONDecoder().decode(TrainerState.self, from: Data(state.utf8)).records
      #expect(records?.settings.competition == .allNetworks)
      #expect(records?.losses.allSatisfy { $0.joined().count == 2 } == true)

      func scored(_ settings: [String]) throws -> [[Int]] {
        let place = try Workplace()
        let words = (settings + search).flatMap { ["--set", $0] }
        expectSuccess(try place.vernier(["train", "run.yaml"] + words))
        expectSuccess(try place.vernier(["search", "run.yaml"] + words))
        return try place.run.scores().map(\.bins)
      }
      let recommended = try scored([])
      #expect(try scored(["search.variant=reference-code"]) != recommended)
      #expect(try scored([code]) != recommended)
    }

    @Test(.timeLimit(.minutes(5))) func finalNetworksMaySeeSmallImagesToo() throws {
      func hash(_ settings: String...) throws -> String {
        try self.hash(["run", "run.yaml"], ["retrain.epochs=2"] + settings)
      }
      #expect(try hash() != hash("retrain.small_images.epochs=1"))
    }
  }
}
