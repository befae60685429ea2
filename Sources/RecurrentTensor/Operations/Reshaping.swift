import CRecurrentKernels

/// The same elements in the same order under another shape.
struct ReshapeOperation: DifferentiableOperation {
  let x: Tensor

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    adjoints.give(dy, to: x)
  }
}

/// The same elements with the axes in another order.
struct PermutationOperation: DifferentiableOperation {
  let x: Tensor
  let order: SIMD8<Int>

  /// The strides of `shape` taken in the order of the permuted axes.
  private static func strides(of shape: Shape, in order: SIMD8<Int>) -> SIMD8<Int> {
    let own = shape.strides
    var permuted = SIMD8<Int>(repeating: 0)
    for axis in 0..<shape.rank { permuted[axis] = own[order[axis]] }
    return permuted
  }

  static func apply(_ x: Tensor, order: SIMD8<Int>) -> Tensor {
    var shape = x.shape
    for axis in 0..<shape.rank { shape[axis] = x.shape[order[axis]] }
    let tape = Tape.common(x)
    var result = Tensor(uninitialized: shape, elementType: x.elementType, on: tape)
    var walk = rk_walk(dimensions: shape, aStrides: strides(of: x.shape, in: order), bStrides: shape.strides)
    x.kernels.pointee.copy(&walk, x.pointer, result.mutablePointer, 0)
    result.node = tape?.record(PermutationOperation(x: x.placeOnly(), order: order))
    return result
  }

  func pullback(_ adjoints: inout Adjoints) {
    guard adjoints.wants(x), let dy = adjoints.takeOutput() else { return }
    let dx = Tensor(uninitialized: x.shape, elementType: dy.elementType, on: adjoints.tape)
    var walk = rk_walk(
      dimensions: dy.shape, aStrides: dy.shape.strides, bStrides: PermutationOperation.strides(of: x.shape, in: order))
    dy.kernels.pointee.copy(&walk, dy.pointer, dx.mutablePointer, 0)
    adjoints.give(dx, to: x)
  }
}

extension Tensor {
  /// The same elements in the same order under another shape of as many elements.
  public func reshaped(to newShape: Shape) -> Tensor {
    if newShape == shape { return self }
    guard newShape.elementCount == count else {
      ShapeError(
        operation: "reshaped", actual: newShape,
        reason: .elementCount(expected: newShape.elementCount, actual: count)
      ).trap()
    }
    var result = view(newShape, from: 0)
    result.node = Tape.common(self)?.record(ReshapeOperation(x: placeOnly()))
    return result
  }

  /// The axes in another order: axis `i` of the result is axis `order[i]` of this tensor.
  public func permuted(_ order: [Int]) -> Tensor {
    precondition(Set(order) == Set(0..<shape.rank) && order.count == shape.rank, "\(order) does not order the axes")
    var lanes = SIMD8<Int>(repeating: 0)
    for (axis, source) in order.enumerated() { lanes[axis] = source }
    return PermutationOperation.apply(self, order: lanes)
  }

  /// A matrix with rows and columns exchanged; of more axes, the last two.
  public func transposed() -> Tensor {
    precondition(shape.rank >= 2, "a tensor of shape \(shape) has no two axes to exchange")
    var lanes = SIMD8<Int>(0, 1, 2, 3, 4, 5, 6, 7)
    lanes[shape.rank - 1] = shape.rank - 2
    lanes[shape.rank - 2] = shape.rank - 1
    return PermutationOperation.apply(self, order: lanes)
  }
}
