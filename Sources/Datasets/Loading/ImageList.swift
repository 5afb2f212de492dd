/// Chosen images of a dataset in a fixed order, and what takes the place of a damaged one.
struct ImageList: Sendable {
  let dataset: any Dataset
  let indices: [Int]
  let onDamage: DamagePolicy

  /// What was read for one place of the list.
  struct Reading: Sendable {
    /// The image's place in the dataset.
    let index: Int
    /// Names of the damaged images passed over on the way to it.
    let damaged: [String]
  }

  init(_ dataset: any Dataset, indices: [Int], onDamage: DamagePolicy) throws(DatasetError) {
    guard !indices.isEmpty else { throw .invalid(problem: "a list of images cannot be empty") }
    self.dataset = dataset
    self.indices = indices
    self.onDamage = onDamage
  }

  /// Reads the image at `place`, or under `.skip` the next intact one of the list, going round.
  ///
  /// Only damage is passed over, for it is the same to every rank. A file that cannot be opened may well
  /// open elsewhere, and ranks would then train on different images.
  func read(
    at place: Int, into pixels: UnsafeMutableBufferPointer<UInt8>
  ) throws(DatasetError) -> Reading {
    var damaged: [String] = []
    for distance in indices.indices {
      let index = indices[(place + distance) % indices.count]
      do {
        try dataset.read(index, into: pixels)
        return Reading(index: index, damaged: damaged)
      } catch .damaged where onDamage == .skip {
        damaged.append(dataset.name(of: index))
      }
    }
    throw .damaged(path: damaged[0], problem: "and every other image of its list are damaged")
  }
}
