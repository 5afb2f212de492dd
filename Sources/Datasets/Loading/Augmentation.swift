import Randomness

/// Pad-and-crop and horizontal flip, as usual for small images.
///
/// The border is black (zero bytes) and is normalised with the image, as in torchvision's
/// `RandomCrop(size, padding: pad)` before `ToTensor`.
public struct Augmentation: Hashable, Codable, Sendable {
  /// Black pixels added on each side before a crop of the old size.
  public let pad: Int
  /// Whether half of the images are mirrored, left to right.
  public let flip: Bool

  /// Images as they are.
  public static let none = Augmentation(pad: 0, flip: false)

  /// Describes an augmentation; `pad` is at least 0.
  public init(pad: Int, flip: Bool) {
    precondition(pad >= 0, "a border cannot be narrower than nothing")
    self.pad = pad
    self.flip = flip
  }

  /// What happens to one image in one epoch: a function of these three numbers alone.
  ///
  /// - Parameter index: the image's place in its dataset.
  func placement(seed: UInt64, epoch: Int, index: Int) -> Placement {
    var stream = RandomStream(seed: seed, purpose: .augmentation, step: epoch, index: index)
    let down = stream.integer(below: 2 * pad + 1) - pad
    let right = stream.integer(below: 2 * pad + 1) - pad
    return Placement(down: down, right: right, mirrored: flip && stream.next() & 1 == 1)
  }
}

/// Where a pixel comes from: row + `down`, column + `right`; a mirrored image is mirrored after that crop.
struct Placement: Equatable, Sendable {
  static let identity = Placement(down: 0, right: 0, mirrored: false)

  let down: Int
  let right: Int
  let mirrored: Bool
}
