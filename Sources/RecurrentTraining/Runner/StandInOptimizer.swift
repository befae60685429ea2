// Stands in for Optimizers/ until that folder is here; to be removed with its arrival.

import CRecurrentKernels
public import RecurrentLayers
public import RecurrentTensor

public protocol Optimizer: Sendable {
  var learningRate: Float { get set }
  mutating func update(_ model: inout some Module, with gradients: Gradients)
  var state: [(name: String, tensor: Tensor)] { get }
  mutating func restore(_ state: [String: Tensor])
}

struct SGD: Optimizer {
  var learningRate: Float = 0.1
  var steps: Float = 0
  mutating func update(_ model: inout some Module, with gradients: Gradients) {
    var v = V(g: gradients, lr: learningRate)
    model.visit(&v)
    steps += 1
  }
  var state: [(name: String, tensor: Tensor)] { [("steps", Tensor(steps))] }
  mutating func restore(_ state: [String: Tensor]) { steps = state["steps"]?.scalar ?? 0 }
  struct V: ModuleVisitor {
    let g: Gradients
    let lr: Float
    var i = 0
    mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
      guard parameter.isTrainable else { return }
      let g = g[i].scalars
      parameter.value.withMutableScalars { p in for k in p.indices { p[k] -= lr * g[k] } }
      i += 1
    }
  }
}
