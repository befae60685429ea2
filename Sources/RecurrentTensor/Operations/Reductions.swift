import CRecurrentKernels

/// The sum of a tensor along one axis.
struct ReductionOperation: DifferentiableOperation {
  let x: Tensor
  let axis: Int
  let scale: Double

  /// The tensor without `axis`, its elements the sums (or largest) along it.
  static func compute(_ kind: rk_reduction, _ x: Tensor, axis: Int, on tape: Tape?) -> Tensor {
    let position = x.shape.resolved(axis)
    let result = Tensor(uninitialized: x.shape.removing(axis: position), elementType: x.elementType, on: tape)
    x.kernels.pointee.reduce(
      kind, Int64(x.shape.elementCount(of: 0..<position)), Int64(x.shape[position]),
      Int64(x.shape.elementCount(of: position + 1..<x.shape.rank)), x.pointer, result.mutablePointer)
    return result
  }

  static func apply(_ x: Tensor, axis: Int, scale: Double) -> Tensor {
    let tape = Tape.common(x)
    var result = compute(RK_SUM, x, axis: axis, on: tape)
    if scale != 1 { x.kernels.pointee.scale(Int64(result.count), scale, result.mutablePointer) }
    result.node = tape?.record(ReductionOperation(x: x.placeOnly(), axis: x.shape.resolved(axis), scale: scale))
    return result
  }

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    let stretched = dy.shape.inserting(1, at: axis)
    adjoints.accumulate(into: x) { kernels, dx in
      var walk = rk_walk(
        dimensions: x.shape, aStrides: stretched.strides(stretchedTo: x.shape), bStrides: x.shape.strides)
      if scale != 1 { kernels.pointee.scale(Int64(dy.count), scale, dy.mutablePointer) }
      kernels.pointee.copy(&walk, dy.pointer, dx, 1)
    }
  }
}

/// The sum of all elements of a tensor: one record, where a reduction along an axis would need another shape first.
struct TotalOperation: DifferentiableOperation {
  let place: Place
  let scale: Double

  static func apply(_ x: Tensor, scale: Double) -> Tensor {
    let tape = Tape.common(x)
    var total = Tensor(uninitialized: [], elementType: x.elementType, on: tape)
    x.kernels.pointee.reduce(RK_SUM, 1, Int64(x.count), 1, x.pointer, total.mutablePointer)
    if scale != 1 { x.kernels.pointee.scale(1, scale, total.mutablePointer) }
    total.node = tape?.record(TotalOperation(place: x.place, scale: scale))
    return total
  }

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput(), place.isWanted else { return }
    if scale != 1 { dy.kernels.pointee.scale(1, scale, dy.mutablePointer) }
    let dx = Tensor(uninitialized: place.shape, elementType: dy.elementType, on: adjoints.tape)
    dx.kernels.pointee.fill(Int64(place.count), dy.doubleScalar, dx.mutablePointer)
    adjoints.give(dx, to: place)
  }
}

extension Tensor {
  /// The sums along one axis, which disappears.
  public func sum(axis: Int) -> Tensor { ReductionOperation.apply(self, axis: axis, scale: 1) }

  /// The means along one axis, which disappears.
  public func mean(axis: Int) -> Tensor {
    ReductionOperation.apply(self, axis: axis, scale: 1 / Double(shape[axis]))
  }

  /// The sum of all elements, shape `[]`.
  public func sum() -> Tensor { TotalOperation.apply(self, scale: 1) }

  /// The mean of all elements, shape `[]`.
  public func mean() -> Tensor { TotalOperation.apply(self, scale: 1 / Double(count)) }

  /// The largest elements along one axis, which disappears. The gradient goes to the elements that are largest, in equal
  /// parts.
  public func max(axis: Int) -> Tensor {
    let position = shape.resolved(axis)
    precondition(shape[position] > 0, "axis \(axis) of \(shape) has no largest element")
    let largest = ReductionOperation.compute(RK_MAX, detached(), axis: position, on: nil)
    let kept = largest.reshaped(to: largest.shape.inserting(1, at: position))
    let isLargest = detached() .== kept
    let share = isLargest / isLargest.sum(axis: position).reshaped(to: kept.shape)
    return (self * share).sum(axis: position)
  }
}
