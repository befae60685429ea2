package import CRecurrentKernels

/// Sums of products of all columns of some rows with each other, Xᵀ X, in double precision; rows may come in any number
/// of parts without a change in any bit.
package struct GramMatrix: Sendable {
  /// The number of columns, n.
  package let size: Int
  /// `[n, n]`; the upper triangle only.
  package private(set) var sums: [Double]

  package init(size: Int) {
    self.size = size
    sums = [Double](repeating: 0, count: size * size)
  }

  /// Adds the products of `rows`, `[R, n]`.
  package mutating func add(_ rows: Tensor) {
    requireRank(2, rows.shape, in: "GramMatrix")
    requireDimension(1, "columns", size, rows.shape, in: "GramMatrix")
    let kernels = rows.kernels
    let workspace = Storage(capacity: Int(kernels.pointee.gram_workspace(Int64(size))), elementType: .float64)
    kernels.pointee.gram(
      Int64(rows.shape[0]), Int64(size), rows.pointer, &sums, workspace.base.assumingMemoryBound(to: Double.self))
    extendLifetime(workspace)
    extendLifetime(rows.storage)
  }
}

/// A matrix could not be factored: where it stopped being positive.
package struct NotPositiveDefinite: Error, Hashable {
  package let pivot: Int
}

/// The factor U of a symmetric positive definite matrix, A = Uᵀ U (Cholesky), in double precision.
package struct CholeskyFactor: Sendable {
  private let size: Int
  private var upper: [Double]

  /// Factors the matrix whose upper triangle is given, `[n, n]`.
  package init(_ upper: [Double], size: Int) throws(NotPositiveDefinite) {
    precondition(upper.count == size * size, "\(upper.count) elements for a matrix of \(size) rows")
    self.size = size
    self.upper = upper
    let kernels = Kernels.float32
    let workspace = Storage(capacity: Int(kernels.pointee.gram_workspace(Int64(size))), elementType: .float64)
    let failed = kernels.pointee.cholesky(
      Int64(size), &self.upper, workspace.base.assumingMemoryBound(to: Double.self))
    extendLifetime(workspace)
    if failed >= 0 { throw NotPositiveDefinite(pivot: Int(failed)) }
  }

  /// The solutions w of A w = b for each of the `count` rows of `b`, `[m, n]`.
  package func solving(_ b: [Double], count: Int) -> [Double] {
    precondition(b.count == count * size, "\(b.count) elements for \(count) rows of \(size)")
    var result = b
    Kernels.float32.pointee.cholesky_solve(Int64(size), Int64(count), upper, &result)
    return result
  }
}

/// The matrix P of recursive least squares, `[n, n]`: the inverse of the sums of products seen so far.
package struct InverseCorrelation: Sendable {
  private let size: Int
  private var elements: [Double]

  /// The identity times `diagonal`.
  package init(size: Int, diagonal: Double) {
    self.size = size
    elements = [Double](repeating: 0, count: size * size)
    for index in 0..<size { elements[index * size + index] = diagonal }
  }

  /// Takes in one row of features, `[n]`, and gives the direction in which the weights of a readout move.
  package mutating func gain(_ features: Tensor, forgetting: Double) -> [Double] {
    precondition(features.count == size, "\(features.count) features for a matrix of \(size)")
    var gain = [Double](repeating: 0, count: size)
    features.kernels.pointee.rls_gain(Int64(size), forgetting, features.pointer, &elements, &gain)
    extendLifetime(features.storage)
    return gain
  }
}

extension Tensor {
  /// y = x Wᵀ + b with W `[D, C]` and b `[D]` in double precision, summed in double: `[…, C]` to `[…, D]`.
  package func readout(weight: Tensor, bias: Tensor) -> Tensor {
    precondition(weight.elementType == .float64 && bias.elementType == .float64, "a readout's weights are doubles")
    requireDimension(-1, "features", weight.shape[1], shape, in: "readout")
    let result = Tensor(uninitialized: shape.replacing(axis: -1, with: weight.shape[0]), elementType: elementType)
    kernels.pointee.readout(
      Int64(shape.elementCount(of: 0..<shape.rank - 1)), Int64(weight.shape[1]), Int64(weight.shape[0]), pointer,
      weight.pointer.assumingMemoryBound(to: Double.self), bias.pointer.assumingMemoryBound(to: Double.self),
      result.mutablePointer)
    extendLifetime(storage)
    return result
  }

  /// Takes `errors[o]` times `gain` from row o of this matrix of doubles, `[D, C]`.
  package mutating func descend(_ gain: [Double], errors: [Double]) {
    precondition(elementType == .float64 && shape == [errors.count, gain.count], "a gradient of another shape")
    makeUnique()
    // Doubles are what every table has here; the vector kernels are the faster ones.
    Kernels.float32.pointee.descend(
      Int64(gain.count), Int64(errors.count), errors, gain, mutablePointer.assumingMemoryBound(to: Double.self))
  }
}
