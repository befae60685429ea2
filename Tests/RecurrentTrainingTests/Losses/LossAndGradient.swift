import RecurrentLayers
import RecurrentTensor

/// The value of a function of one tensor and its gradient, in single precision.
func lossAndGradient(of input: Tensor, _ loss: (Tensor) -> Tensor) -> (value: Float, gradient: [Float]) {
  struct Argument: Module {
    var value: Parameter

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { visitor.visit("value", &value) }
  }

  let (value, gradients) = valueWithGradient(at: Argument(value: Parameter(input))) { loss($0.value.value) }
  return (value, gradients[0].scalars)
}
