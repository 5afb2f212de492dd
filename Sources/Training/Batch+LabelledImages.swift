import Datasets
import Supernet

extension Batch {
  /// Runs `body` on the batch as networks take it.
  func withImages<Result>(_ body: (LabelledImages) -> Result) -> Result {
    withPixels { body(LabelledImages(pixels: $0, labels: labels, shrunkBy: shrunkBy)) }
  }
}
