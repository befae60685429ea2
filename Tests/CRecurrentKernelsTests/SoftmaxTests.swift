import CRecurrentKernels
import Foundation
import Testing

@Suite(.fencedBuffers) struct SoftmaxTests {
  static let widths = [1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 65, 100, 257]

  /// Sums of n terms, of which each addition rounds.
  static func tolerance(_ kernels: Kernels, _ n: Int) -> Double { kernels.epsilon * (16 + Double(n) / 8) }

  private func softmax(_ kernels: Kernels, rows: Int, _ values: [Double], log: Bool = false) -> [Double] {
    let x = kernels.buffer(values)
    let y = kernels.buffer(count: values.count)
    let function = log ? kernels.table.log_softmax : kernels.table.softmax
    function(Int64(rows), Int64(values.count / max(rows, 1)), x.pointer, y.pointer)
    return y.values
  }

  @Test(arguments: Kernels.all) func knownRows(kernels: Kernels) {
    let epsilon = 4 * kernels.epsilon
    let thirds = softmax(kernels, rows: 2, [0, log(2), 5, 5])
    expectClose(thirds, [1.0 / 3, 2.0 / 3, 0.5, 0.5], absolute: epsilon, kernels.name)
    let logs = softmax(kernels, rows: 1, [0, log(2), log(5)], log: true)
    expectClose(logs, [log(1.0 / 8), log(2.0 / 8), log(5.0 / 8)], absolute: epsilon, kernels.name)
    // Neither overflow nor a masked class disturbs the others.
    #expect(softmax(kernels, rows: 1, [1000, 1000, -.infinity, -1000]) == [0.5, 0.5, 0, 0])
    #expect(softmax(kernels, rows: 1, [-1e6, -1e6 - 1000], log: true) == [0, -1000])
    #expect(softmax(kernels, rows: 1, [1, .nan, 2]).allSatisfy { $0.isNaN })
    #expect(softmax(kernels, rows: 0, []).isEmpty)
  }

  @Test(arguments: Kernels.all) func everyWidth(kernels: Kernels) {
    var numbers = Numbers(seed: 40)
    for n in Self.widths {
      let values = numbers.reals(3 * n, -5, 5)
      let rows = (0..<3).map { Array(values[($0 * n)..<(($0 + 1) * n)]) }
      let sums = rows.map { $0.reduce(0) { $0 + exp($1) } }
      let expected = zip(rows, sums).flatMap { row, sum in row.map { exp($0) / sum } }
      let expectedLog = zip(rows, sums).flatMap { row, sum in row.map { $0 - log(sum) } }
      let tolerance = Self.tolerance(kernels, n)
      expectClose(softmax(kernels, rows: 3, values), expected, relative: tolerance, "\(kernels.name) softmax of \(n)")
      expectClose(
        softmax(kernels, rows: 3, values, log: true), expectedLog, absolute: tolerance,
        "\(kernels.name) log softmax of \(n)")
    }
  }

  @Test(arguments: Kernels.all) func softmaxInPlace(kernels: Kernels) {
    var numbers = Numbers(seed: 41)
    let values = numbers.reals(66, -5, 5)
    let x = kernels.buffer(values)
    kernels.table.softmax(2, 33, x.pointer, x.pointer)
    #expect(x.values == softmax(kernels, rows: 2, values))
  }

  private func gradient(_ kernels: Kernels, _ rows: SoftmaxRows, log: Bool) throws -> [Double] {
    let oracle = try #require(Kernels.oracle)
    let y = kernels.buffer(softmax(oracle, rows: 2, rows.x, log: log))
    let dx = kernels.buffer(rows.before)
    let function = log ? kernels.table.log_softmax_backward : kernels.table.softmax_backward
    function(2, Int64(rows.x.count / 2), y.pointer, kernels.buffer(rows.upstream).pointer, dx.pointer)
    return dx.values
  }

  @Test(arguments: Kernels.all, [false, true]) func gradients(kernels: Kernels, log: Bool) throws {
    let oracle = try #require(Kernels.oracle)
    for n in Self.widths {
      let rows = SoftmaxRows(2, n, seed: 42)
      expectClose(
        try gradient(kernels, rows, log: log), try gradient(oracle, rows, log: log),
        absolute: Self.tolerance(kernels, n), "\(kernels.name) \(log ? "log " : "")softmax of \(n)")
    }
  }

  @Test(arguments: [false, true]) func oracleGradients(log: Bool) throws {
    let oracle = try #require(Kernels.oracle)
    for n in [1, 2, 5, 9] {
      let rows = SoftmaxRows(2, n, seed: 43)
      let expected = centralDifferences(at: rows.x) { x in
        zip(softmax(oracle, rows: 2, x, log: log), rows.upstream).reduce(0) { $0 + $1.0 * $1.1 }
      }
      expectClose(
        try gradient(oracle, rows, log: log), zip(rows.before, expected).map { $0 + $1 }, absolute: 1e-9, "\(n)")
    }
  }
}

/// Rows with gradients from above, and what the gradient is added to.
struct SoftmaxRows {
  let x: [Double]
  let upstream: [Double]
  let before: [Double]

  init(_ rows: Int, _ n: Int, seed: Int) {
    var numbers = Numbers(seed: seed)
    x = numbers.reals(rows * n, -3, 3)
    upstream = numbers.reals(rows * n)
    before = numbers.reals(rows * n)
  }
}
