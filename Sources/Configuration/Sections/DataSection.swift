extension RunConfiguration {
  /// Which images, and what is done to them.
  public struct Data: Codable, Hashable, Sendable {
    /// How the images are stored.
    public var format: Format
    /// The folder of the images, `~` and a leading variable expanded; empty for synthetic images.
    public var path: String
    /// The shape every image is brought to.
    public var image: ImageShape
    /// Classes of synthetic images.
    public var classes: Int
    /// How many synthetic images there are.
    public var count: SyntheticCount
    /// Images of the training set that are kept for search scores.
    public var heldOut: Int
    /// Subtracted from every channel of an image in 0...1.
    public var mean: [Double]
    /// Divides every channel after that.
    public var deviation: [Double]
    /// Random changes of training images.
    public var augment: Augmentation
    /// What happens on an image that cannot be decoded.
    public var damaged: DamagedImagePolicy
    /// Threads of a rank that load images ahead of compute; no result depends on it.
    public var workers: Int
  }

  /// How images are stored.
  public enum Format: String, Codable, CaseIterable, Sendable {
    /// MNIST's four IDX files, plain or gzipped.
    case idx
    /// Folders of JPEGs: train/CLASS and val/CLASS or test/CLASS.
    case jpeg
    /// Made from the seed, without files.
    case synthetic
  }

  /// The shape of an image as the network sees it.
  public struct ImageShape: Codable, Hashable, Sendable {
    /// 1 for grey, 3 for colour.
    public var channels: Int
    /// Pixels.
    public var height: Int
    /// Pixels.
    public var width: Int
  }

  /// How many synthetic images there are.
  public struct SyntheticCount: Codable, Hashable, Sendable {
    /// Training images, the held-out ones among them.
    public var train: Int
    /// Test images.
    public var test: Int
  }

  /// Random changes of training images.
  public struct Augmentation: Codable, Hashable, Sendable {
    /// Pixels added on every side before a random crop to the image's size.
    public var pad: Int
    /// Whether half of the images are mirrored.
    public var flip: Bool
  }

  /// What happens on an image that cannot be decoded.
  public enum DamagedImagePolicy: String, Codable, CaseIterable, Sendable {
    /// The run stops and names the file.
    case stop
    /// The file is named, and the next intact image of the list takes its place.
    case skip
  }
}

extension RunConfiguration.Format: Choice {}
extension RunConfiguration.DamagedImagePolicy: Choice {}

extension RunConfiguration.Data: Section {
  static let fields: [Field<Self>] = [
    .value(
      "format", \.format, example: "idx",
      "jpeg: folders of photographs, one a class; idx: the four files of MNIST and its kin; synthetic: made up"
    ),
    .value(
      "path", \.path, .notEmpty, example: "~/datasets/flowers",
      "their folder; a leading ~ or $VARIABLE is expanded, else relative to the current folder",
      when: .fromFiles, isRequired: true),
    .section("image", \.image),
    .value(
      "classes", \.classes, .from(2, to: 100_000), unit: "classes", example: "4",
      "how many kinds are made", when: .synthetic),
    .section("count", \.count, when: .synthetic),
    .value(
      "held_out", \.heldOut, .positive, unit: "images", example: "1000",
      "training images kept for search scores, never trained on"),
    .value(
      "mean", \.mean, .each(.from(0, to: 1)), unit: "of full brightness",
      example: "[0.4, 0.4, 0.4]", "subtracted, a channel each", default: "0.5 a channel"),
    .value(
      "deviation", \.deviation, .each(.above(0, to: 1)), unit: "of full brightness",
      example: "[0.2, 0.2, 0.2]", "divides after that, a channel each", default: "0.5 a channel"),
    .section("augment", \.augment),
    .value(
      "damaged", \.damaged, example: "skip",
      "on an image that cannot be decoded; skip: name it and take the next one in its place"),
    .value(
      "workers", \.workers, .from(1, to: 256), unit: "threads a rank", example: "2",
      "load images ahead of compute"),
  ]

  mutating func fillDefaults(given: Set<String>) {
    let half = Array(repeating: 0.5, count: image.channels)
    if !given.contains("mean") { mean = half }
    if !given.contains("deviation") { deviation = half }
  }
}

extension Condition<RunConfiguration.Data> {
  fileprivate static let synthetic = Condition(words: "format synthetic") {
    $0.format == .synthetic
  }
  fileprivate static let fromFiles = Condition(words: "formats idx and jpeg") {
    $0.format != .synthetic
  }
}

extension Limit where Value == String {
  static let notEmpty = Limit(words: " that names a folder") { !$0.isEmpty }
}

extension RunConfiguration.ImageShape: Section {
  static let fields: [Field<Self>] = [
    .value("channels", \.channels, .colours, unit: "channels", example: "1", "1 grey, 3 colour"),
    .value("height", \.height, .from(1, to: 4096), unit: "pixels", example: "28", "of an image"),
    .value("width", \.width, .from(1, to: 4096), unit: "pixels", example: "28", "of an image"),
  ]
}

extension Limit where Value == Int {
  fileprivate static let colours = Limit(words: " that is 1 (grey) or 3 (colour)") {
    $0 == 1 || $0 == 3
  }
}

extension RunConfiguration.SyntheticCount: Section {
  static let fields: [Field<Self>] = [
    .value("train", \.train, .positive, unit: "images", example: "6000", "made for training"),
    .value("test", \.test, .positive, unit: "images", example: "500", "made for the final test"),
  ]
}

extension RunConfiguration.Augmentation: Section {
  static let fields: [Field<Self>] = [
    .value(
      "pad", \.pad, .from(0, to: 64), unit: "pixels", example: "4",
      "added on every side of a training image before a random crop"),
    .value("flip", \.flip, example: "true", "mirrors half of the training images"),
  ]
}
