import CRecurrentKernels

/// A linear map of the innermost axis: y = x Wᵀ + b.
struct LinearOperation: DifferentiableOperation {
  let x: Tensor
  let weight: Tensor
  let bias: Place
  let cache: LinearCache

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutputElements() else { return }
    let outputs = weight.shape[0]
    let inputs = weight.shape[1]
    let rows = x.count / Swift.max(1, inputs)
    if adjoints.wants(x) {
      let packed = cache.backward(weight)
      let dx = Tensor(uninitialized: x.shape, elementType: x.elementType, on: adjoints.tape)
      x.kernels.pointee.gemm(
        Int64(rows), Int64(inputs), Int64(outputs), dy.pointer, Int64(outputs), packed.base, nil, dx.mutablePointer,
        Int64(inputs), 0)
      extendLifetime(packed)
      adjoints.give(dx, to: x.place)
    }
    adjoints.accumulate(into: weight) { kernels, dw in
      kernels.pointee.gemm_transposed(
        Int64(outputs), Int64(inputs), Int64(rows), dy.pointer, Int64(outputs), x.pointer, Int64(inputs), dw,
        Int64(inputs))
    }
    if let db = adjoints.pointer(for: bias) {
      let sums = adjoints.tape.scratch(count: outputs, elementType: x.elementType)
      x.kernels.pointee.reduce(RK_SUM, 1, Int64(rows), Int64(outputs), dy.pointer, sums)
      x.kernels.pointee.add_scaled(Int64(outputs), 1, sums, db)
    }
    extendLifetime(dy)
  }
}

/// The packed forms of a weight matrix, `[D, C]`, for the way there and for the way back.
package final class LinearCache: Sendable {
  private let packed = PackedWeights()

  package init() {}

  /// W transposed, as the right factor of x Wᵀ.
  func forward(_ weight: Tensor) -> Storage {
    pack(weight, .forward, k: weight.shape[1], n: weight.shape[0], rowStride: 1, columnStride: weight.shape[1])
  }

  /// W itself, as the right factor of dy W.
  func backward(_ weight: Tensor) -> Storage {
    pack(weight, .backward, k: weight.shape[0], n: weight.shape[1], rowStride: weight.shape[1], columnStride: 1)
  }

  private func pack(
    _ weight: Tensor, _ form: PackedWeights.Form, k: Int, n: Int, rowStride: Int, columnStride: Int
  ) -> Storage {
    let kernels = weight.kernels
    var size: Int {
      let sizes = (
        kernels.pointee.gemm_packed_size(Int64(k), Int64(n)), kernels.pointee.gemm_packed_size(Int64(n), Int64(k))
      )
      return Int(Swift.max(sizes.0, sizes.1))
    }
    return packed.block(form, of: .init(weight), size: size, elementType: weight.elementType) { target in
      kernels.pointee.gemm_pack(Int64(k), Int64(n), weight.pointer, Int64(rowStride), Int64(columnStride), target)
    }
  }
}

extension Tensor {
  /// y = x Wᵀ + b along the innermost axis: `[…, C]` by `weight` `[D, C]` and `bias` `[D]` gives `[…, D]`.
  public func linear(weight: Tensor, bias: Tensor? = nil) -> Tensor {
    linear(weight: weight, bias: bias, cache: LinearCache())
  }

  /// The same with a place where the packed weights are kept between calls.
  package func linear(weight: Tensor, bias: Tensor?, cache: LinearCache) -> Tensor {
    requireRank(2, weight.shape, in: "linear")
    requireElementType(self, weight, bias)
    let outputs = weight.shape[0]
    let inputs = weight.shape[1]
    requireDimension(-1, "input features", inputs, shape, in: "linear")
    if let bias { requireDimension(0, "bias", outputs, bias.shape, in: "linear") }
    let rows = shape.elementCount(of: 0..<shape.rank - 1)
    let tape = Tape.common(self, weight, bias)
    var result = Tensor(
      uninitialized: shape.replacing(axis: -1, with: outputs), elementType: elementType, on: tape)
    let packed = cache.forward(weight)
    kernels.pointee.gemm(
      Int64(rows), Int64(outputs), Int64(inputs), pointer, Int64(inputs), packed.base, bias?.pointer,
      result.mutablePointer, Int64(outputs), 0)
    extendLifetime(packed)
    result.node = tape?.record(LinearOperation(x: self, weight: weight, bias: Place(bias), cache: cache))
    return result
  }
}
