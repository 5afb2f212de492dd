/// The activations that batch normalisation and addition apply on the way.
public enum FusedActivation: Int, Sendable {
  /// The identity.
  case none
  /// max(x, 0).
  case relu
  /// min(max(x, 0), 6).
  case relu6
}
