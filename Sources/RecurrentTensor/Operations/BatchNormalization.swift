import CRecurrentKernels

/// The normalisation of columns over rows (Ioffe and Szegedy, 2015).
struct BatchNormalizationOperation: DifferentiableOperation {
  let x: Tensor
  let gain: Tensor?
  let shift: Place
  let mean: Tensor
  let variance: Tensor
  /// Whether mean and variance are those of x, so that the gradient flows through them too.
  let isOfBatch: Bool
  let epsilon: Double
  let counted: [Int32]?
  let count: Int

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput(), count > 0 else { return }
    x.kernels.pointee.column_norm_backward(
      Int64(count), Int64(mean.count), epsilon, x.pointer, counted, mean.pointer, variance.pointer, gain?.pointer,
      dy.pointer, isOfBatch ? 0 : 1, adjoints.pointer(for: x), adjoints.pointer(for: gain), adjoints.pointer(for: shift)
    )
  }
}

/// Mean and variance of each column over some rows.
package struct ColumnMoments: Sendable {
  /// `[C]`.
  package let mean: Tensor
  /// The mean squared distance from the mean, `[C]`.
  package let variance: Tensor

  package init(mean: Tensor, variance: Tensor) {
    self.mean = mean
    self.variance = variance
  }

  /// The estimate of the variance of what the `count` rows were drawn from: n / (n - 1) times theirs.
  package func unbiasedVariance(count: Int) -> Tensor {
    variance * Tensor(doubles: [Double(count) / Double(count - 1)], shape: []).converted(to: variance.elementType)
  }
}

extension Tensor {
  /// Mean and variance of each column of `[…, C]`, as constants.
  ///
  /// - Parameter counted: The numbers of the rows that count, at least one; nil for all.
  package func columnMoments(counted: [Int32]? = nil) -> ColumnMoments {
    let width = shape[-1]
    let rows = counted?.count ?? shape.elementCount(of: 0..<shape.rank - 1)
    precondition(rows > 0, "no rows have no mean")
    let mean = Tensor(uninitialized: [width], elementType: elementType, on: node?.tape)
    let variance = Tensor(uninitialized: [width], elementType: elementType, on: node?.tape)
    kernels.pointee.column_moments(
      Int64(rows), Int64(width), pointer, counted, mean.mutablePointer, variance.mutablePointer)
    return ColumnMoments(mean: mean, variance: variance)
  }

  /// Each column of `[…, C]` less its mean, by the root of its variance, times `gain` plus `shift`, both `[C]`.
  ///
  /// - Parameters:
  ///   - moments: Means and variances.
  ///   - isOfBatch: Whether they are those of this tensor, so that gradients flow through them too.
  ///   - counted: The numbers of the rows that count; the others are zeros in the result. nil for all.
  package func batchNormalized(
    by moments: ColumnMoments, isOfBatch: Bool, gain: Tensor?, shift: Tensor?, epsilon: Double,
    counted: [Int32]? = nil
  ) -> Tensor {
    requireElementType(self, gain, shift)
    requireElementType(self, moments.mean, moments.variance)
    for operand in [gain, shift, moments.mean, moments.variance] {
      if let operand { requireDimension(0, "features", shape[-1], operand.shape, in: "batchNormalized") }
    }
    let rows = counted?.count ?? shape.elementCount(of: 0..<shape.rank - 1)
    let tape = Tape.common(self, gain, shift)
    var y = Tensor(uninitialized: shape, elementType: elementType, on: tape)
    if counted != nil { kernels.pointee.fill(Int64(y.count), 0, y.mutablePointer) }
    kernels.pointee.column_norm(
      Int64(rows), Int64(shape[-1]), epsilon, pointer, counted, moments.mean.pointer, moments.variance.pointer,
      gain?.pointer, shift?.pointer, y.mutablePointer)
    y.node = tape?.record(
      BatchNormalizationOperation(
        x: self, gain: gain, shift: Place(shift), mean: moments.mean, variance: moments.variance, isOfBatch: isOfBatch,
        epsilon: epsilon, counted: counted, count: rows))
    return y
  }
}
