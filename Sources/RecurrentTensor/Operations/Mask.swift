import CRecurrentKernels

extension Tensor {
  /// This mask repeated to fill `target`, as a constant. Traps unless it stretches to exactly that shape.
  package func maskStretched(to target: Shape, on tape: Tape?) -> Tensor {
    if shape == target { return detached() }
    guard shape.broadcast(with: target, in: "mask") == target else {
      ShapeError(operation: "mask", actual: shape, reason: .incompatible(target)).trap()
    }
    let result = Tensor(uninitialized: target, elementType: elementType, on: tape)
    var walk = rk_walk(dimensions: target, aStrides: shape.strides(stretchedTo: target), bStrides: target.strides)
    kernels.pointee.copy(&walk, pointer, result.mutablePointer, 0)
    return result
  }

  /// How many elements of a tensor of shape `target` count under this mask of zeros and ones.
  package func countedElements(of target: Shape) -> Double {
    // The squares of ones, summed in double.
    let ones = kernels.pointee.squared_norm(Int64(count), pointer)
    return count == 0 ? 0 : ones * Double(target.elementCount / count)
  }
}
