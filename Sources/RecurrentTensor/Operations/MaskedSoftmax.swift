import CRecurrentKernels

/// Softmax along the innermost axis over the first elements of each row.
struct MaskedSoftmaxOperation: DifferentiableOperation {
  let x: Place
  let y: Tensor

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    let width = y.shape[2]
    adjoints.accumulate(into: x) { kernels, dx in
      kernels.pointee.softmax_backward(Int64(y.shape[0] * y.shape[1]), Int64(width), y.pointer, dy.pointer, dx)
    }
  }
}

extension Tensor {
  /// Softmax of scores over the real steps of each sequence, `[U, N, T]` to `[U, N, T]`; zeros behind its end, and
  /// everywhere for a sequence of length 0.
  package func softmaxOverSteps(lengths: [Int32]?) -> Tensor {
    requireRank(3, shape, in: "softmaxOverSteps")
    let tape = Tape.common(self)
    var y = Tensor(uninitialized: shape, elementType: elementType, on: tape)
    kernels.pointee.masked_softmax(
      Int64(shape[0] * shape[1]), Int64(shape[2]), Int64(shape[1]), lengths, pointer, y.mutablePointer)
    y.node = tape?.record(MaskedSoftmaxOperation(x: place, y: y))
    return y
  }
}
