import CRecurrentKernels

/// Part of a tensor along one axis.
struct SliceOperation: DifferentiableOperation {
  let x: Tensor
  let axis: Int
  let start: Int

  /// The walk over a part of `whole`, with `part`'s own strides first.
  static func walk(part: Shape, whole: Shape) -> rk_walk {
    rk_walk(dimensions: part, aStrides: part.strides, bStrides: whole.strides)
  }

  static func apply(_ x: Tensor, axis: Int, range: Range<Int>) -> Tensor {
    let position = x.shape.resolved(axis)
    precondition(
      range.lowerBound >= 0 && range.upperBound <= x.shape[position],
      "\(range) is not part of axis \(position) of \(x.shape)")
    let shape = x.shape.replacing(axis: position, with: range.count)
    let tape = Tape.common(x)
    var result: Tensor
    if x.shape.elementCount(of: 0..<position) == 1 {
      // The part lies in one piece: no copy.
      result = x.view(shape, from: range.lowerBound * x.shape.elementCount(of: position + 1..<x.shape.rank))
    } else {
      result = Tensor(uninitialized: shape, elementType: x.elementType, on: tape)
      var walk = rk_walk(dimensions: shape, aStrides: x.shape.strides, bStrides: shape.strides)
      let offset = range.lowerBound * x.shape.strides[position] * x.elementType.stride
      x.kernels.pointee.copy(&walk, x.pointer + offset, result.mutablePointer, 0)
    }
    result.node = tape?.record(SliceOperation(x: x.placeOnly(), axis: position, start: range.lowerBound))
    return result
  }

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    let shape = dy.shape
    adjoints.accumulate(into: x) { kernels, dx in
      var walk = SliceOperation.walk(part: shape, whole: x.shape)
      kernels.pointee.copy(&walk, dy.pointer, dx + start * x.shape.strides[axis] * x.elementType.stride, 1)
    }
  }
}

/// Several tensors one after the other along one axis.
struct ConcatenationOperation: DifferentiableOperation {
  let parts: [Tensor]
  let axis: Int

  static func apply(_ parts: [Tensor], axis: Int) -> Tensor {
    guard let first = parts.first else { preconditionFailure("there is nothing to concatenate") }
    let position = first.shape.resolved(axis)
    var total = 0
    for part in parts {
      guard part.shape.rank == first.shape.rank,
        part.shape.replacing(axis: position, with: 1) == first.shape.replacing(axis: position, with: 1)
      else { ShapeError(operation: "concatenated", actual: part.shape, reason: .incompatible(first.shape)).trap() }
      requireElementType(first, part)
      total += part.shape[position]
    }
    let tape = Tape.common(of: parts)
    let shape = first.shape.replacing(axis: position, with: total)
    var result = Tensor(uninitialized: shape, elementType: first.elementType, on: tape)
    var start = 0
    for part in parts {
      var walk = SliceOperation.walk(part: part.shape, whole: shape)
      let target = result.mutablePointer + start * shape.strides[position] * first.elementType.stride
      first.kernels.pointee.copy(&walk, part.pointer, target, 0)
      start += part.shape[position]
    }
    result.node = tape?.record(ConcatenationOperation(parts: parts.map { $0.placeOnly() }, axis: position))
    return result
  }

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    var start = 0
    for part in parts {
      adjoints.accumulate(into: part) { kernels, dx in
        var walk = rk_walk(dimensions: part.shape, aStrides: dy.shape.strides, bStrides: part.shape.strides)
        let source = dy.pointer + start * dy.shape.strides[axis] * dy.elementType.stride
        kernels.pointee.copy(&walk, source, dx, 1)
      }
      start += part.shape[axis]
    }
  }
}

extension Tensor {
  /// The part `range` of one axis; without a copy when the axes outside it have size 1.
  public func slice(axis: Int, _ range: Range<Int>) -> Tensor {
    SliceOperation.apply(self, axis: axis, range: range)
  }

  /// The part number `index` of the outermost axis, which disappears: the step `t` of `[T, N, C]`, `[N, C]`.
  public subscript(index: Int) -> Tensor {
    slice(axis: 0, index..<index + 1).reshaped(to: shape.removing(axis: 0))
  }

  /// Tensors one after the other along an axis.
  public init(concatenating parts: [Tensor], axis: Int) {
    self = ConcatenationOperation.apply(parts, axis: axis)
  }

  /// Tensors of one shape stacked along a new axis.
  public init(stacking parts: [Tensor], axis: Int = 0) {
    let raised = parts.map { part in
      let position = axis < 0 ? axis + part.shape.rank + 1 : axis
      return part.reshaped(to: part.shape.inserting(1, at: position))
    }
    self.init(concatenating: raised, axis: axis)
  }

  /// Equal parts along an axis.
  public func split(into count: Int, axis: Int) -> [Tensor] {
    let size = shape[axis]
    precondition(count > 0 && size % count == 0, "axis \(axis) of \(shape) does not split into \(count) equal parts")
    return (0..<count).map { slice(axis: axis, $0 * size / count..<($0 + 1) * size / count) }
  }
}
