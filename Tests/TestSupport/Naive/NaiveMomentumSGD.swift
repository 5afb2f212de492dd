/// One weight's step of stochastic gradient descent with momentum, as PyTorch documents its SGD.
public func naiveMomentumStep(
  weight: Double, velocity: Double, gradient: Double, rate: Double, momentum: Double,
  decay: Double, nesterov: Bool
) -> (weight: Sum, velocity: Sum) {
  var newVelocity = Sum()
  newVelocity.add(gradient)
  newVelocity.add(decay * weight)
  newVelocity.add(momentum * velocity)
  var newWeight = Sum()
  newWeight.add(weight)
  if nesterov {
    newWeight.add(-rate * gradient)
    newWeight.add(-rate * decay * weight)
    for factor in [gradient, decay * weight, momentum * velocity] {
      newWeight.add(-rate * momentum * factor)
    }
  } else {
    for factor in [gradient, decay * weight, momentum * velocity] { newWeight.add(-rate * factor) }
  }
  return (newWeight, newVelocity)
}
