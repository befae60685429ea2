import CRecurrentKernels
import Testing

struct GemmShape: Sendable, CustomTestStringConvertible {
  let m: Int
  let n: Int
  let k: Int
  var testDescription: String { "[\(m), \(n), \(k)]" }

  init(_ m: Int, _ n: Int, _ k: Int) { (self.m, self.n, self.k) = (m, n, k) }

  static let all: [GemmShape] = [
    .init(0, 5, 3), .init(5, 0, 3), .init(5, 3, 0), .init(1, 1, 1), .init(1, 17, 33), .init(3, 8, 7), .init(6, 16, 16),
    .init(7, 15, 9), .init(8, 24, 31), .init(13, 33, 17), .init(4, 100, 5), .init(33, 7, 100), .init(17, 65, 64),
    .init(2, 3, 300), .init(50, 1, 20), .init(31, 48, 1), .init(1, 257, 2),
  ]
}

@Suite(.fencedBuffers) struct GemmTests {
  /// A product of small whole numbers is exact whatever the order of summation, so every table must give the same bits.
  @Test(arguments: Kernels.all, GemmShape.all)
  func exactProducts(kernels: Kernels, shape: GemmShape) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    var numbers = Numbers(seed: 11)
    let (aStride, cStride) = (k + 3, n + 5)
    let a = numbers.wholeReals(m * aStride)
    let b = numbers.wholeReals(k * n)
    let bias = numbers.wholeReals(n)
    let before = numbers.wholeReals(m * cStride)
    for transposed in [false, true] {
      let packed = Self.pack(kernels, b, k, n, transposed: transposed)
      for (withBias, accumulate) in [(false, false), (true, false), (false, true), (true, true)] {
        let c = kernels.buffer(before)
        kernels.table.gemm(
          Int64(m), Int64(n), Int64(k), kernels.buffer(a).pointer, Int64(aStride), packed.pointer,
          withBias ? kernels.buffer(bias).pointer : nil, c.pointer, Int64(cStride), accumulate ? 1 : 0)
        var expected = before
        for i in 0..<m {
          for j in 0..<n {
            var sum = (accumulate ? before[i * cStride + j] : 0) + (withBias ? bias[j] : 0)
            for p in 0..<k { sum += a[i * aStride + p] * b[p * n + j] }
            expected[i * cStride + j] = sum
          }
        }
        #expect(
          c.values == expected, "\(kernels.name) transposed \(transposed) bias \(withBias) accumulate \(accumulate)")
      }
    }
  }

  @Test(arguments: Kernels.all, GemmShape.all)
  func exactTransposedProducts(kernels: Kernels, shape: GemmShape) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    var numbers = Numbers(seed: 12)
    let (aStride, bStride, cStride) = (m + 1, n + 2, n + 3)
    let a = numbers.wholeReals(k * aStride)
    let b = numbers.wholeReals(k * bStride)
    let before = numbers.wholeReals(m * cStride)
    var expected = before
    for i in 0..<m {
      for j in 0..<n {
        for p in 0..<k { expected[i * cStride + j] += a[p * aStride + i] * b[p * bStride + j] }
      }
    }
    let c = kernels.buffer(before)
    kernels.table.gemm_transposed(
      Int64(m), Int64(n), Int64(k), kernels.buffer(a).pointer, Int64(aStride), kernels.buffer(b).pointer,
      Int64(bStride), c.pointer, Int64(cStride))
    #expect(c.values == expected, "\(kernels.name)")
  }

  @Test(arguments: Kernels.all)
  func realProducts(kernels: Kernels) throws {
    let (m, n, k) = (29, 70, 190)
    var numbers = Numbers(seed: 13)
    let (a, b) = (numbers.reals(m * k), numbers.reals(k * n))
    func product(_ kernels: Kernels) -> [Double] {
      let c = kernels.buffer(count: m * n)
      let packed = Self.pack(kernels, b, k, n, transposed: false)
      kernels.table.gemm(
        Int64(m), Int64(n), Int64(k), kernels.buffer(a).pointer, Int64(k), packed.pointer, nil, c.pointer, Int64(n), 0)
      return c.values
    }
    func transposedProduct(_ kernels: Kernels) -> [Double] {
      let c = kernels.buffer([Double](repeating: 0, count: m * n))
      kernels.table.gemm_transposed(
        Int64(m), Int64(n), Int64(k), kernels.buffer(a).pointer, Int64(m), kernels.buffer(b).pointer, Int64(n),
        c.pointer, Int64(n))
      return c.values
    }
    let oracle = try #require(Kernels.oracle)
    // Each of k additions rounds a partial sum below 20 or so.
    let bound = kernels.epsilon * Double(k)
    expectClose(product(kernels), product(oracle), absolute: bound, kernels.name)
    expectClose(transposedProduct(kernels), transposedProduct(oracle), absolute: bound, kernels.name)
  }

  /// Each row of a product has the same bits whatever rows surround it.
  @Test(arguments: Kernels.all)
  func rowsAreIndependent(kernels: Kernels) {
    let (n, k) = (53, 77)
    var numbers = Numbers(seed: 14)
    let b = numbers.reals(k * n)
    let packed = Self.pack(kernels, b, k, n, transposed: false)
    let a = kernels.buffer(numbers.reals(40 * k))
    let all = kernels.buffer(count: 40 * n)
    kernels.table.gemm(40, Int64(n), Int64(k), a.pointer, Int64(k), packed.pointer, nil, all.pointer, Int64(n), 0)
    for (first, count) in [(0, 1), (3, 2), (39, 1), (10, 5), (17, 23), (1, 7)] {
      let c = kernels.buffer(count: count * n)
      kernels.table.gemm(
        Int64(count), Int64(n), Int64(k), a.pointer(at: first * k), Int64(k), packed.pointer, nil, c.pointer, Int64(n),
        0)
      #expect(c.bits == Array(all.bits[(first * n)..<((first + count) * n)]), "\(kernels.name) rows from \(first)")
    }
  }

  /// Packs B given row after row, or given as its transpose.
  static func pack(_ kernels: Kernels, _ b: [Double], _ k: Int, _ n: Int, transposed: Bool) -> Buffer {
    let packed = kernels.buffer(count: Int(kernels.table.gemm_packed_size(Int64(k), Int64(n))))
    var turned = b
    if transposed {
      for p in 0..<k {
        for j in 0..<n { turned[j * k + p] = b[p * n + j] }
      }
    }
    kernels.table.gemm_pack(
      Int64(k), Int64(n), kernels.buffer(turned).pointer, transposed ? 1 : Int64(n), transposed ? Int64(k) : 1,
      packed.pointer)
    return packed
  }
}
