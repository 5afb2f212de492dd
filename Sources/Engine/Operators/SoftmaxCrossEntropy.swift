import Glibc

/// Sums over some images, to be added up over shards and divided by the images at the end.
public struct LossSums: Hashable, Codable, Sendable {
  /// The sum of the images' losses, in nats, against the target and against the labels; the same where these are the
  /// target.
  public var loss, labelLoss: Double
  /// Images whose label had the highest score, or one of the five highest.
  public var top1, top5: Int
  /// Images counted.
  public var images: Int

  /// All zero by default.
  public init(
    loss: Double = 0, labelLoss: Double = 0, top1: Int = 0, top5: Int = 0, images: Int = 0
  ) {
    self.loss = loss
    self.labelLoss = labelLoss
    self.top1 = top1
    self.top5 = top5
    self.images = images
  }

  /// Adds another's sums.
  public static func += (left: inout LossSums, right: LossSums) {
    left.loss += right.loss
    left.labelLoss += right.labelLoss
    left.top1 += right.top1
    left.top5 += right.top5
    left.images += right.images
  }
}

/// What a network says of some images: a probability for every class.
public struct Predictions: Hashable, Sendable {
  /// [images][classes], each row a distribution.
  let probabilities: [Double]
  let classes: Int
  /// What the logits were divided by.
  let temperature: Double

  /// The softmax of logits over a temperature: the higher, the more alike the probabilities (Hinton, Vinyals and Dean,
  /// "Distilling the Knowledge in a Neural Network", 2015, section 2).
  ///
  /// - Precondition: `temperature` is above 0.
  public init(_ logits: FeatureMap, temperature: Double = 1) {
    precondition(temperature > 0, "logits divided by \(temperature)")
    let (images, row) = (logits.shape.images, logits.shape.pixelStride)
    let classes = logits.shape.channels
    self.classes = classes
    self.temperature = temperature
    probabilities = (0..<images).flatMap { image in
      let scores = logits.elements + image * row
      let normalizer = Normalizer(scores, classes, temperature: temperature)
      return (0..<classes).map { exp(normalizer.logProbability(of: scores[$0])) }
    }
  }

  /// The mean of several networks' predictions for the same images at one temperature, one at least.
  public init(meanOf predictions: [Predictions]) {
    classes = predictions[0].classes
    temperature = predictions[0].temperature
    probabilities = predictions[0].probabilities.indices.map { place in
      predictions.reduce(0) { $0 + $1.probabilities[place] } / Double(predictions.count)
    }
  }
}

/// Softmax with cross-entropy against labels, or against another network's predictions, in double precision.
///
/// With smoothing e over c classes the target is `1 - e + e / c` for the label and `e / c` for the others
/// (Szegedy et al. 2016, section 7). Predictions are a target as they are; the loss then is that of the logits divided by the
/// predictions' temperature, not scaled by its square. Equal scores rank by class number.
public struct SoftmaxCrossEntropy: Sendable {
  /// The share of the target spread over all classes, in [0, 1).
  public let smoothing: Double

  /// A loss with this label smoothing.
  public init(smoothing: Double = 0) {
    self.smoothing = smoothing
  }

  /// The images' losses and hits; with `gradient`, also `scale` times the loss's gradient by each logit.
  ///
  /// - Parameter teacher: what the loss compares with instead of the labels; hits and the label loss are always of the
  ///   labels.
  /// - Returns: sums for each shard, an equal run of images.
  public func evaluate(
    _ logits: FeatureMap, labels: [Int32], shards: Int, teacher: Predictions? = nil,
    gradient: FeatureMap? = nil, scale: Double = 1
  ) -> [LossSums] {
    precondition(
      labels.count == logits.shape.images && labels.count.isMultiple(of: shards),
      "one label an image, and as many images in every shard")
    let images = logits.shape.images / shards
    return (0..<shards).map { shard in
      var sums = LossSums()
      for image in shard * images..<(shard + 1) * images {
        let row = image * logits.shape.pixelStride
        sums += evaluate(
          logits.elements + row, classes: logits.shape.channels, label: Int(labels[image]),
          teacher: teacher.map {
            ($0.probabilities.dropFirst(image * logits.shape.channels), $0.temperature)
          },
          gradient: gradient.map { $0.elements + row }, scale: scale)
      }
      return sums
    }
  }

  private func evaluate(
    _ logits: UnsafePointer<Float>, classes: Int, label: Int,
    teacher: (probabilities: ArraySlice<Double>, temperature: Double)?,
    gradient: UnsafeMutablePointer<Float>?, scale: Double
  ) -> LossSums {
    let plain = Normalizer(logits, classes, temperature: 1)
    let temperature = teacher?.temperature ?? 1
    let tempered =
      temperature == 1 ? plain : Normalizer(logits, classes, temperature: temperature)
    var (loss, labelLoss) = (0.0, 0.0)
    var rank = 0
    for k in 0..<classes {
      let logProbability = tempered.logProbability(of: logits[k])
      let ofLabel = (k == label ? 1 - smoothing : 0) + smoothing / Double(classes)
      let target =
        teacher.map { $0.probabilities[$0.probabilities.startIndex + k] } ?? ofLabel
      loss -= target == 0 ? 0 : target * logProbability
      labelLoss -= ofLabel == 0 ? 0 : ofLabel * plain.logProbability(of: logits[k])
      if k != label, !ranksBehind(logits[k], k, logits[label], label) { rank += 1 }
      gradient?[k] = Float(scale / temperature * (exp(logProbability) - target))
    }
    return LossSums(
      loss: loss, labelLoss: labelLoss, top1: rank < 1 ? 1 : 0, top5: rank < 5 ? 1 : 0, images: 1)
  }

  /// Whether a class ranks behind the label; a score that is not a number never lets the label win.
  private func ranksBehind(_ score: Float, _ k: Int, _ labelScore: Float, _ label: Int) -> Bool {
    score < labelScore || (score == labelScore && k > label)
  }
}

/// What turns the scores of an image into logarithms of probabilities, without overflow.
private struct Normalizer {
  private let largest, logTotal, temperature: Double

  init(_ scores: UnsafePointer<Float>, _ count: Int, temperature: Double) {
    self.temperature = temperature
    var largest = Double(scores[0])
    for k in 1..<max(1, count) where !(Double(scores[k]) <= largest) { largest = Double(scores[k]) }
    var total = 0.0
    for k in 0..<count { total += exp((Double(scores[k]) - largest) / temperature) }
    self.largest = largest
    logTotal = log(total)
  }

  func logProbability(of score: Float) -> Double {
    (Double(score) - largest) / temperature - logTotal
  }
}
