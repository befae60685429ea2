import CRecurrentKernels

/// The sum of the products of the elements of two tensors.
struct InnerProductOperation: DifferentiableOperation {
  let a: Tensor
  let b: Tensor

  /// So many products at a time are added up: they stay in the cache.
  private static let partCount = 4096

  static func apply(_ a: Tensor, _ b: Tensor) -> Tensor {
    requireElementType(a, b)
    if a.shape != b.shape {
      ShapeError(operation: "innerProduct", actual: b.shape, reason: .incompatible(a.shape)).trap()
    }
    let tape = Tape.common(a, b)
    let kernels = a.kernels
    let stride = a.elementType.stride
    let products = Tensor(uninitialized: [min(partCount, a.count)], elementType: a.elementType, on: tape)
    var sum = Tensor(repeating: 0, shape: [], elementType: a.elementType, on: tape)
    let part = Tensor(uninitialized: [], elementType: a.elementType, on: tape)
    for start in Swift.stride(from: 0, to: a.count, by: partCount) {
      let count = min(partCount, a.count - start)
      var walk = rk_walk(over: [count], broadcasting: [count], and: [count])
      kernels.pointee.binary(
        RK_MULTIPLY, &walk, a.pointer + start * stride, b.pointer + start * stride, products.mutablePointer)
      kernels.pointee.reduce(RK_SUM, 1, Int64(count), 1, products.pointer, part.mutablePointer)
      kernels.pointee.add_scaled(1, 1, part.pointer, sum.mutablePointer)
    }
    sum.node = tape?.record(
      InnerProductOperation(a: b.node == nil ? a.placeOnly() : a, b: a.node == nil ? b.placeOnly() : b))
    return sum
  }

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    give(b, times: dy.doubleScalar, to: a.place, &adjoints)
    give(a, times: dy.doubleScalar, to: b.place, &adjoints)
  }

  private func give(_ factor: Tensor, times scale: Double, to place: Place, _ adjoints: inout Adjoints) {
    guard place.isWanted else { return }
    if scale == 1 {
      adjoints.lend(factor, to: place)
    } else {
      adjoints.accumulate(into: place) { kernels, total in
        kernels.pointee.add_scaled(Int64(factor.count), scale, factor.pointer, total)
      }
    }
  }
}

/// The sum of the products of the elements of two tensors of one shape, shape `[]`.
///
/// As a loss it starts the way back with a gradient that is known already, as `outputs.backward(gradient)` does in PyTorch:
/// the gradient of `innerProduct(outputs, gradient)` with respect to `outputs` is `gradient`, which is handed on as it is.
public func innerProduct(_ a: Tensor, _ b: Tensor) -> Tensor { InnerProductOperation.apply(a, b) }
