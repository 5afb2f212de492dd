/// Loss and accuracy of one network on one set of images during one phase.
public struct TrainingCurve: Codable, Hashable, Sendable {
  /// The phase; curves of the same phase share their charts.
  public let phase: String
  /// Whose curve it is.
  public let role: NetworkRole
  /// The images measured on.
  public let images: ImageSet
  /// Measurements in the order of time.
  public let points: [CurvePoint]

  /// Which images a curve was measured on.
  public enum ImageSet: String, Codable, Hashable, Sendable {
    /// The images trained on.
    case training
    /// The images held out for the search.
    case heldOut = "held out"
    /// The test set.
    case test
  }

  /// Loss and accuracy of one network on one set of images during one phase.
  public init(phase: String, role: NetworkRole, images: ImageSet, points: [CurvePoint]) {
    self.phase = phase
    self.role = role
    self.images = images
    self.points = points
  }
}

/// One measurement of a curve.
public struct CurvePoint: Codable, Hashable, Sendable {
  /// Optimiser steps taken.
  public let step: Int
  /// Passes over the training images, with fractions.
  public let epoch: Double
  /// Mean cross-entropy in nats.
  public let loss: Double?
  /// Fraction classified correctly.
  public let accuracy: Double?

  /// One measurement of a curve.
  public init(step: Int, epoch: Double, loss: Double? = nil, accuracy: Double? = nil) {
    self.step = step
    self.epoch = epoch
    self.loss = loss
    self.accuracy = accuracy
  }
}
