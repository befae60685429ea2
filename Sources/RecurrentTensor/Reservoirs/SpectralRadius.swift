import CRecurrentKernels

/// Why a spectral radius could not be computed.
public enum SpectralRadiusError: Error, Hashable, Sendable, CustomStringConvertible {
  /// An element of the matrix is NaN or infinite.
  case notFinite(row: Int, column: Int)
  /// The eigenvalues of the matrix' projection did not converge.
  case notConverged

  /// One line: what is wrong and where.
  public var description: String {
    switch self {
    case .notFinite(let row, let column):
      "the matrix has no spectral radius: element [\(row), \(column)] is not finite"
    case .notConverged:
      "the eigenvalues of the matrix did not converge; scale it so that its elements are near 1"
    }
  }
}

extension Tensor {
  /// The largest absolute value of the eigenvalues of a square matrix, `[H, H]`, to about ten digits.
  ///
  /// Complex eigenvalues count like real ones. Arnoldi's method without restarts (Arnoldi, 1951; Saad, "Numerical Methods for
  /// Large Eigenvalue Problems", 2011): the basis grows until the residual of the largest eigenvalue is small, at worst until it
  /// spans the whole space, where the answer is that of the dense QR algorithm. Several hundred products are enough for
  /// random matrices of some thousand units. Time is of order m² H and memory m H for a basis of m vectors.
  public func spectralRadius() throws(SpectralRadiusError) -> Double {
    requireRank(2, shape, in: "spectralRadius")
    requireDimension(1, "columns", shape[0], shape, in: "spectralRadius")
    let bad = Int(kernels.pointee.first_nonfinite(Int64(count), pointer))
    extendLifetime(storage)
    if bad >= 0 { throw .notFinite(row: bad / shape[1], column: bad % shape[1]) }
    let rows = CompressedRows(self)
    let core = rows.restricted(to: rows.unitsBetweenCycles)
    if core.count == 0 { return 0 }
    var basis = ArnoldiBasis(core)
    return try basis.largestEigenvalue()
  }
}

/// An orthonormal basis v of the space spanned by x, A x, A² x, …, and A's projection on it, an upper Hessenberg matrix.
private struct ArnoldiBasis {
  /// The share of the largest eigenvalue that its residual may have.
  private static let tolerance = 1e-10

  private let matrix: CompressedRows
  /// `[m + 1, n]`
  private var vectors: [Double]
  /// Column j holds j + 2 elements, the last below the diagonal.
  private var columns: [[Double]] = []

  init(_ matrix: CompressedRows) {
    self.matrix = matrix
    // A start that no other matrix of interest is aligned with.
    let key = RandomKey(seed: 0x5EC7).folding(.data)
    let start = (0..<matrix.count).map { 0.5 + key.unit(at: $0) * ($0 % 2 == 0 ? 1 : -1) }
    let length = start.reduce(0) { $0 + $1 * $1 }.squareRoot()
    vectors = start.map { $0 / length }
  }

  mutating func largestEigenvalue() throws(SpectralRadiusError) -> Double {
    let size = matrix.count
    var nextLook = 32
    while true {
      let isInvariant = extend()
      if columns.count < nextLook && !isInvariant && columns.count < size { continue }
      nextLook = columns.count * 3 / 2
      let largest = try largestOfProjection()
      let modulus = largest.modulus
      if isInvariant || columns.count == size || residual(of: largest) <= Self.tolerance * modulus { return modulus }
    }
  }

  /// One more vector; true if there is none, because the space maps to itself.
  private mutating func extend() -> Bool {
    let size = matrix.count
    let count = columns.count + 1
    var next = [Double](repeating: 0, count: size)
    var column = [Double](repeating: 0, count: count + 1)
    rk_sparse_product(
      Int64(size), matrix.starts, matrix.columns, matrix.values, Array(vectors[(count - 1) * size..<count * size]),
      &next)
    let length = rk_orthogonalize(Int64(size), Int64(count), vectors, &next, &column)
    let taken = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let isInvariant = length <= 1e-13 * taken
    column[count] = isInvariant ? 0 : length
    columns.append(column)
    if !isInvariant { vectors += next.map { $0 / length } }
    return isInvariant
  }

  private func largestOfProjection() throws(SpectralRadiusError) -> ComplexNumber {
    let size = columns.count
    var projection = [Double](repeating: 0, count: size * size)
    for (j, column) in columns.enumerated() {
      for i in 0..<min(j + 2, size) { projection[i * size + j] = column[i] }
    }
    var scratch = [Double](repeating: 0, count: size * size)
    var values = [Double](repeating: 0, count: 2 * size)
    guard rk_hessenberg_eigenvalues(Int64(size), &projection, &scratch, &values) == 0 else { throw .notConverged }
    let all = (0..<size).map { ComplexNumber(real: values[2 * $0], imaginary: values[2 * $0 + 1]) }
    return all.max { $0.modulus < $1.modulus } ?? ComplexNumber(real: 0, imaginary: 0)
  }

  /// How far the projection's eigenvalue is from being the matrix' own: what is below the diagonal at the end, times the
  /// last component of its eigenvector of length 1. Row i of (projection − value) y = 0 gives component i − 1.
  private func residual(of value: ComplexNumber) -> Double {
    let size = columns.count
    var y = [ComplexNumber](repeating: ComplexNumber(real: 0, imaginary: 0), count: size)
    y[size - 1] = ComplexNumber(real: 1, imaginary: 0)
    var squares = 1.0
    for i in stride(from: size - 1, to: 0, by: -1) {
      var sum = ComplexNumber(real: 0, imaginary: 0)
      for j in i..<size {
        sum.real += columns[j][i] * y[j].real
        sum.imaginary += columns[j][i] * y[j].imaginary
      }
      sum.real -= value.real * y[i].real - value.imaginary * y[i].imaginary
      sum.imaginary -= value.real * y[i].imaginary + value.imaginary * y[i].real
      let below = -columns[i - 1][i]
      y[i - 1] = ComplexNumber(real: sum.real / below, imaginary: sum.imaginary / below)
      squares += y[i - 1].real * y[i - 1].real + y[i - 1].imaginary * y[i - 1].imaginary
      // So small a share of the eigenvector that the rest does not matter.
      if squares > 1e200 { break }
    }
    return (columns[size - 1].last ?? 0) / squares.squareRoot()
  }
}

private struct ComplexNumber {
  var real: Double
  var imaginary: Double

  var modulus: Double { (real * real + imaginary * imaginary).squareRoot() }
}
