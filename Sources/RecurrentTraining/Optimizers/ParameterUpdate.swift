import CRecurrentKernels
import RecurrentLayers
import RecurrentTensor

/// What an optimiser does to one parameter in one step.
protocol ParameterUpdate {
  /// Changes the parameter and its moments in place.
  func apply(to parameter: ParameterMemory)
}

/// Where a parameter and its gradient lie, and how far into every moment its own part is.
struct ParameterMemory {
  let kernels: UnsafePointer<rk_kernels>
  let count: Int64
  let gradient: UnsafeRawPointer
  let value: UnsafeMutableRawPointer
  /// In bytes.
  let momentOffset: Int
}

extension Module {
  /// Applies one update to all trainable parameters.
  mutating func apply(_ update: some ParameterUpdate, gradients: Gradients) {
    var visitor = UpdateVisitor(update: update, gradients: gradients)
    visit(&visitor)
    precondition(
      visitor.position == gradients.count,
      "the model has \(visitor.position) trainable parameters, the gradients have \(gradients.count)")
  }
}

private struct UpdateVisitor<Update: ParameterUpdate>: ModuleVisitor {
  let update: Update
  let gradients: Gradients
  var position = 0

  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
    guard parameter.isTrainable else { return }
    let layout = gradients.layout
    precondition(
      position < layout.shapes.count && layout.shapes[position] == parameter.value.shape
        && parameter.value.elementType == gradients.flat.elementType,
      "parameter \(name) does not fit the gradients; they belong to another model")
    parameter.value.makeUnique()
    let offset = layout.offsets[position] * gradients.flat.elementType.stride
    update.apply(
      to: ParameterMemory(
        kernels: parameter.value.kernels, count: Int64(parameter.value.count),
        gradient: gradients.flat.pointer + offset, value: parameter.value.mutablePointer, momentOffset: offset))
    position += 1
  }
}
