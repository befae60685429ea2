import CRecurrentKernels

/// Products of matrices, one for each index of the leading axes.
struct MatrixProductOperation: DifferentiableOperation {
  let a: Tensor
  let b: Tensor

  /// `a` [B, M, K] or its transpose times `b` [B, K, N] or its transpose.
  static func compute(
    _ a: Tensor, transposeA: Bool = false, _ b: Tensor, transposeB: Bool = false, on tape: Tape?
  ) -> Tensor {
    let left = transposeA ? a.swappingLastAxes(on: tape) : a
    let count = left.shape[0]
    let m = left.shape[1]
    let k = left.shape[2]
    let n = transposeB ? b.shape[1] : b.shape[2]
    let result = Tensor(uninitialized: [count, m, n], elementType: a.elementType, on: tape)
    let kernels = a.kernels
    let packed = Tensor(
      uninitialized: [Int(kernels.pointee.gemm_packed_size(Int64(k), Int64(n)))], elementType: a.elementType, on: tape)
    let stride = a.elementType.stride
    for index in 0..<count {
      kernels.pointee.gemm_pack(
        Int64(k), Int64(n), b.pointer + index * k * n * stride, Int64(transposeB ? 1 : n), Int64(transposeB ? k : 1),
        packed.mutablePointer)
      kernels.pointee.gemm(
        Int64(m), Int64(n), Int64(k), left.pointer + index * m * k * stride, Int64(k), packed.pointer, nil,
        result.mutablePointer + index * m * n * stride, Int64(n), 0)
    }
    return result
  }

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    if adjoints.wants(a) {
      adjoints.give(MatrixProductOperation.compute(dy, b, transposeB: true, on: adjoints.tape), to: a)
    }
    if adjoints.wants(b) {
      adjoints.give(MatrixProductOperation.compute(a, transposeA: true, dy, on: adjoints.tape), to: b)
    }
  }
}

extension Tensor {
  /// The matrices with rows and columns exchanged, computed without a record on the tape.
  fileprivate func swappingLastAxes(on tape: Tape?) -> Tensor {
    let result = Tensor(uninitialized: [shape[0], shape[2], shape[1]], elementType: elementType, on: tape)
    var walk = rk_walk(
      dimensions: result.shape, aStrides: [shape[1] * shape[2], 1, shape[2], 0, 0, 0, 0, 0],
      bStrides: result.shape.strides)
    kernels.pointee.copy(&walk, pointer, result.mutablePointer, 0)
    return result
  }
}

/// The matrix product: `[M, K]` by `[K, N]` gives `[M, N]`; `[B, M, K]` by `[B, K, N]` gives `[B, M, N]`.
public func matmul(_ a: Tensor, _ b: Tensor) -> Tensor {
  requireElementType(a, b)
  let isBatched = a.shape.rank == 3
  requireRank(isBatched ? 3 : 2, a.shape, in: "matmul")
  requireRank(isBatched ? 3 : 2, b.shape, in: "matmul")
  requireDimension(-2, "inner size", a.shape[-1], b.shape, in: "matmul")
  if isBatched { requireDimension(0, "batch", a.shape[0], b.shape, in: "matmul") }
  let left = isBatched ? a : a.reshaped(to: a.shape.inserting(1, at: 0))
  let right = isBatched ? b : b.reshaped(to: b.shape.inserting(1, at: 0))
  let tape = Tape.common(left, right)
  var result = MatrixProductOperation.compute(left, right, on: tape)
  result.node = tape?.record(MatrixProductOperation(a: left, b: right))
  return isBatched ? result : result.reshaped(to: [a.shape[0], b.shape[1]])
}
