import CRecurrentKernels
import Foundation
import Testing

@Suite struct EigenvaluesTests {
  /// Eigenvalues sorted by real, then imaginary part.
  private func eigenvalues(_ matrix: [Double], _ n: Int) -> [SIMD2<Double>]? {
    var real = matrix
    var imaginary = [Double](repeating: .nan, count: n * n)
    var values = [Double](repeating: 0, count: 2 * n)
    guard rk_hessenberg_eigenvalues(Int64(n), &real, &imaginary, &values) == 0 else { return nil }
    return (0..<n).map { SIMD2(values[2 * $0], values[2 * $0 + 1]) }.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
  }

  /// The companion matrix of a polynomial with given roots is upper Hessenberg and has them for eigenvalues.
  private func companion(_ roots: [Double], pairs: [(Double, Double)]) -> [Double] {
    var polynomial = [1.0]
    func multiply(_ factor: [Double]) {
      var product = [Double](repeating: 0, count: polynomial.count + factor.count - 1)
      for (i, a) in polynomial.enumerated() { for (j, b) in factor.enumerated() { product[i + j] += a * b } }
      polynomial = product
    }
    for root in roots { multiply([1, -root]) }
    for (re, im) in pairs { multiply([1, -2 * re, re * re + im * im]) }
    let n = polynomial.count - 1
    var matrix = [Double](repeating: 0, count: n * n)
    for j in 0..<n { matrix[j] = -polynomial[j + 1] }
    for i in 1..<n { matrix[i * n + i - 1] = 1 }
    return matrix
  }

  @Test func rootsOfPolynomials() throws {
    let found = try #require(eigenvalues(companion([3, -1, 0.5], pairs: [(0.2, 1.5), (-2, 0.3)]), 7))
    let expected: [SIMD2<Double>] = [
      [-2, -0.3], [-2, 0.3], [-1, 0], [0.2, -1.5], [0.2, 1.5], [0.5, 0], [3, 0],
    ]
    for (a, b) in zip(found, expected) { #expect(abs(a.x - b.x) + abs(a.y - b.y) < 1e-10) }
  }

  /// A cycle leaves ordinary shifts without effect: all its eigenvalues have one size.
  @Test(arguments: [2, 3, 4, 8, 31]) func rootsOfOne(n: Int) throws {
    var cycle = [Double](repeating: 0, count: n * n)
    cycle[n - 1] = 1
    for i in 1..<n { cycle[i * n + i - 1] = 1 }
    let found = try #require(eigenvalues(cycle, n))
    for k in 0..<n {
      let angle = 2 * Double.pi * Double(k) / Double(n)
      #expect(found.contains { abs($0.x - cos(angle)) + abs($0.y - sin(angle)) < 1e-12 })
    }
  }

  @Test func triangularMatricesShowTheirEigenvalues() throws {
    #expect(try #require(eigenvalues([2, 5, -1, 0, 1, 7, 0, 0, -3], 3)) == [[-3, 0], [1, 0], [2, 0]])
    #expect(try #require(eigenvalues([4], 1)) == [[4, 0]])
    #expect(try #require(eigenvalues([Double](repeating: 0, count: 9), 3)) == [[0, 0], [0, 0], [0, 0]])
  }

  @Test func orthogonalization() {
    let n = 37
    var numbers = Numbers(seed: 97)
    var basis: [Double] = []
    for count in 0..<5 {
      var w = numbers.reals(n)
      var h = [Double](repeating: .nan, count: max(1, count))
      let before = w
      let length = rk_orthogonalize(Int64(n), Int64(count), basis, &w, &h)
      for i in 0..<n {
        let sum = (0..<count).reduce(w[i]) { $0 + h[$1] * basis[$1 * n + i] }
        #expect(abs(sum - before[i]) < 1e-14)
      }
      for row in 0..<count {
        #expect(abs((0..<n).reduce(0) { $0 + basis[row * n + $1] * w[$1] }) < 1e-15 * Double(n))
      }
      basis += w.map { $0 / length }
    }
  }

  @Test func sparseProduct() {
    var y = [Double](repeating: .nan, count: 3)
    rk_sparse_product(3, [0, 2, 2, 3], [0, 2, 1], [2, -1, 4], [1, 10, 100], &y)
    #expect(y == [-98, 0, 40])
  }
}
