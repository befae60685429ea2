import CRecurrentKernels
import Testing

@Suite(.fencedBuffers) struct LeastSquaresTests {
  private func doubles(_ values: [Double]) -> Buffer { Buffer(RK_FLOAT64, values) }

  private func pointer(_ buffer: Buffer) -> UnsafeMutablePointer<Double> {
    buffer.pointer.assumingMemoryBound(to: Double.self)
  }

  private func workspace(_ kernels: Kernels, _ n: Int) -> Buffer {
    Buffer(RK_FLOAT64, count: Int(kernels.table.gram_workspace(Int64(n))))
  }

  private func gram(_ kernels: Kernels, _ n: Int, _ x: [Double], parts: [Int], onto c: Buffer) {
    var row = 0
    let buffer = kernels.buffer(x)
    for part in parts {
      kernels.table.gram(
        Int64(part), Int64(n), buffer.pointer(at: row * n), pointer(c), pointer(workspace(kernels, n)))
      row += part
    }
  }

  /// Small whole numbers: exact in any order. What is below the diagonal does not count.
  @Test(arguments: Kernels.all, [1, 2, 3, 5, 6, 7, 11, 12, 13, 23, 24, 25, 40])
  func sumsOfProducts(kernels: Kernels, n: Int) {
    var numbers = Numbers(seed: 91)
    for rows in [0, 1, 3, 127, 128, 129, 300] {
      let x = numbers.wholeReals(rows * n)
      let before = numbers.wholeReals(n * n)
      let c = doubles(before)
      gram(kernels, n, x, parts: [rows], onto: c)
      var expected = before
      for i in 0..<n {
        for j in i..<n { expected[i * n + j] += (0..<rows).reduce(0) { $0 + x[$1 * n + i] * x[$1 * n + j] } }
      }
      func upper(_ matrix: [Double]) -> [Double] { matrix.indices.filter { $0 / n <= $0 % n }.map { matrix[$0] } }
      #expect(upper(c.values) == upper(expected), "\(kernels.name) \(rows) rows")
    }
  }

  @Test(arguments: Kernels.all) func partsOfRowsDoNotChangeABit(kernels: Kernels) {
    var numbers = Numbers(seed: 92)
    let (rows, n) = (300, 19)
    let x = numbers.reals(rows * n)
    let whole = doubles([Double](repeating: 0, count: n * n))
    gram(kernels, n, x, parts: [rows], onto: whole)
    for parts in [[1, 299], [128, 100, 72], [50, 200, 0, 50]] {
      let c = doubles([Double](repeating: 0, count: n * n))
      gram(kernels, n, x, parts: parts, onto: c)
      expectSameBits(c, whole, "\(kernels.name) \(parts)")
    }
  }

  /// Uᵀ U is the matrix again, and solutions solve.
  @Test(arguments: Kernels.all, [1, 2, 5, 12, 13, 100, 127, 128, 129, 200])
  func factorAndSolutions(kernels: Kernels, n: Int) {
    var numbers = Numbers(seed: 93)
    let x = numbers.reals((n + 20) * n)
    let a = doubles([Double](repeating: 0, count: n * n))
    gram(kernels, n, x, parts: [n + 20], onto: a)
    let matrix = a.values
    func element(_ i: Int, _ j: Int) -> Double { matrix[min(i, j) * n + max(i, j)] }
    #expect(kernels.table.cholesky(Int64(n), pointer(a), pointer(workspace(kernels, n))) == -1)
    let u = a.values
    var worst = 0.0
    for i in stride(from: 0, to: n, by: max(1, n / 20)) {
      for j in i..<n {
        let sum = (0...i).reduce(0) { $0 + u[$1 * n + i] * u[$1 * n + j] }
        worst = max(worst, abs(sum - element(i, j)))
      }
    }
    #expect(worst <= 1e-12 * Double(n + 20), "\(kernels.name): \(worst)")

    let solution = numbers.reals(2 * n)
    let b = (0..<2 * n).map { index in
      (0..<n).reduce(0) { $0 + element(index % n, $1) * solution[index / n * n + $1] }
    }
    let solved = doubles(b)
    kernels.table.cholesky_solve(Int64(n), 2, pointer(a), pointer(solved))
    expectClose(solved.values, solution, absolute: 1e-8, "\(kernels.name)")
  }

  @Test(arguments: Kernels.all, [0, 3, 12, 130, 149]) func firstPivotThatIsNotPositive(kernels: Kernels, bad: Int) {
    let n = 150
    var values = [Double](repeating: 0, count: n * n)
    for i in 0..<n { values[i * n + i] = i == bad ? -1 : 2 }
    let a = doubles(values)
    #expect(kernels.table.cholesky(Int64(n), pointer(a), pointer(workspace(kernels, n))) == bad)
    values[bad * n + bad] = .nan
    #expect(kernels.table.cholesky(Int64(n), pointer(doubles(values)), pointer(workspace(kernels, n))) == bad)
  }

  @Test(arguments: Kernels.all) func readouts(kernels: Kernels) {
    var numbers = Numbers(seed: 94)
    for n in oddSizes where n > 0 {
      let x = numbers.wholeReals(3 * n)
      let w = numbers.wholeReals(2 * n)
      let y = kernels.buffer(count: 6)
      kernels.table.readout(3, Int64(n), 2, kernels.buffer(x).pointer, pointer(doubles(w)), [0.5, -1], y.pointer)
      let expected = (0..<6).map { index in
        (0..<n).reduce(index % 2 == 0 ? 0.5 : -1) { $0 + x[index / 2 * n + $1] * w[index % 2 * n + $1] }
      }
      #expect(y.values == expected, "\(kernels.name) \(n)")
    }
  }

  /// P is the inverse of the weighted sum of products, to the bit symmetric, and the gain is P x with the new P.
  @Test(arguments: Kernels.all, [1.0, 0.9]) func recursiveLeastSquares(kernels: Kernels, forgetting: Double) {
    var numbers = Numbers(seed: 95)
    for n in [1, 4, 7, 13] {
      var inverse = [Double](repeating: 0, count: n * n)
      var sums = inverse
      for i in 0..<n { (inverse[i * n + i], sums[i * n + i]) = (10, 0.1) }
      let p = doubles(inverse)
      let gain = doubles([Double](repeating: 0, count: n))
      var x: [Double] = []
      for _ in 0..<30 {
        x = numbers.reals(n)
        kernels.table.rls_gain(Int64(n), forgetting, kernels.buffer(x).pointer, pointer(p), pointer(gain))
        for i in 0..<n { for j in 0..<n { sums[i * n + j] = forgetting * sums[i * n + j] + x[i] * x[j] } }
      }
      let found = p.values
      for i in 0..<n {
        for j in 0..<n {
          let product = (0..<n).reduce(0) { $0 + found[i * n + $1] * sums[$1 * n + j] }
          #expect(abs(product - (i == j ? 1 : 0)) < 1e-9, "\(kernels.name) \(n)")
          #expect(found[i * n + j] == found[j * n + i])
        }
      }
      let expected = (0..<n).map { i in (0..<n).reduce(0) { $0 + found[i * n + $1] * x[$1] } }
      expectClose(gain.values, expected, absolute: 1e-10, "\(kernels.name) \(n)")
    }
  }

  @Test(arguments: Kernels.all) func descent(kernels: Kernels) {
    var numbers = Numbers(seed: 96)
    for n in oddSizes {
      let before = numbers.wholeReals(2 * n)
      let gain = numbers.wholeReals(n)
      let w = doubles(before)
      kernels.table.descend(Int64(n), 2, [2, -3], gain, pointer(w))
      #expect(w.values == before.indices.map { before[$0] - ($0 < n ? 2 : -3) * gain[$0 % max(n, 1)] })
    }
  }
}
