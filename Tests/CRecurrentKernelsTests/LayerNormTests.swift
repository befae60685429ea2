import CRecurrentKernels
import Foundation
import Testing

@Suite(.fencedBuffers) struct LayerNormTests {
  private static let epsilon = 1e-5

  private struct Result {
    let y: Buffer
    let mean: Buffer
    let rstd: Buffer
  }

  private func layerNorm(
    _ kernels: Kernels, rows: Int, _ x: [Double], gain: [Double]?, shift: [Double]?
  ) -> Result {
    let result = Result(
      y: kernels.buffer(count: x.count), mean: kernels.buffer(count: rows), rstd: kernels.buffer(count: rows))
    kernels.table.layer_norm(
      Int64(rows), Int64(x.count / rows), Self.epsilon, kernels.buffer(x).pointer, gain.map(kernels.buffer)?.pointer,
      shift.map(kernels.buffer)?.pointer, result.y.pointer, result.mean.pointer, result.rstd.pointer)
    return result
  }

  @Test(arguments: Kernels.all) func knownRow(kernels: Kernels) {
    let result = layerNorm(kernels, rows: 1, [1, 2, 3, 6], gain: [1, 2, 1, 1], shift: [0, 0, 10, 0])
    let rstd = 1 / (3.5 + Self.epsilon).squareRoot()
    let tolerance = 4 * kernels.epsilon
    expectClose(result.mean.values, [3], relative: tolerance, kernels.name)
    expectClose(result.rstd.values, [rstd], relative: tolerance, kernels.name)
    expectClose(result.y.values, [-2 * rstd, -2 * rstd, 10, 3 * rstd], relative: tolerance, kernels.name)
  }

  @Test(arguments: Kernels.all) func everyWidth(kernels: Kernels) {
    var numbers = Numbers(seed: 50)
    for n in SoftmaxTests.widths {
      // A mean that is large beside the spread: the variance must come from differences.
      let x = numbers.reals(2 * n, 9, 11)
      let (gain, shift) = (numbers.reals(n), numbers.reals(n))
      for (withGain, withShift) in [(false, false), (true, false), (false, true), (true, true)] {
        let result = layerNorm(kernels, rows: 2, x, gain: withGain ? gain : nil, shift: withShift ? shift : nil)
        var expected: [Double] = []
        for r in 0..<2 {
          let row = x[(r * n)..<((r + 1) * n)]
          let mean = row.reduce(0, +) / Double(n)
          let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
          let rstd = 1 / (variance + Self.epsilon).squareRoot()
          expected += row.enumerated().map { k, value in
            (value - mean) * rstd * (withGain ? gain[k] : 1) + (withShift ? shift[k] : 0)
          }
        }
        // The mean carries a relative error; a row of one element divides it by the square root of epsilon.
        let tolerance = kernels.epsilon * (n == 1 ? 10 / Self.epsilon.squareRoot() : 200)
        expectClose(result.y.values, expected, absolute: tolerance, "\(kernels.name) \(n)")
      }
    }
  }

  /// What a backward pass takes.
  private struct Rows {
    let x: [Double]
    let gain: [Double]?
    let shift: [Double]
    let upstream: [Double]

    init(_ n: Int, withGain: Bool) {
      var numbers = Numbers(seed: 51)
      x = numbers.reals(3 * n, -2, 2)
      gain = withGain ? numbers.reals(n, 0.5, 1.5) : nil
      shift = numbers.reals(n)
      upstream = numbers.reals(3 * n)
    }
  }

  /// dx, dgain and dshift, each added to 0.25.
  private func gradients(_ kernels: Kernels, _ rows: Rows) throws -> [[Double]] {
    let oracle = try #require(Kernels.oracle)
    let n = rows.shift.count
    let forward = layerNorm(oracle, rows: 3, rows.x, gain: rows.gain, shift: rows.shift)
    let (mean, rstd) = (kernels.buffer(forward.mean.values), kernels.buffer(forward.rstd.values))
    let results = [3 * n, n, n].map { kernels.buffer([Double](repeating: 0.25, count: $0)) }
    kernels.table.layer_norm_backward(
      3, Int64(n), kernels.buffer(rows.x).pointer, rows.gain.map(kernels.buffer)?.pointer, mean.pointer, rstd.pointer,
      kernels.buffer(rows.upstream).pointer, results[0].pointer, results[1].pointer, results[2].pointer)
    return results.map(\.values)
  }

  @Test(arguments: Kernels.all, [false, true]) func gradients(kernels: Kernels, withGain: Bool) throws {
    let oracle = try #require(Kernels.oracle)
    for n in SoftmaxTests.widths where n > 2 {
      let rows = Rows(n, withGain: withGain)
      let pairs = zip(try gradients(kernels, rows), try gradients(oracle, rows))
      for (name, (actual, expected)) in zip(["dx", "dgain", "dshift"], pairs) {
        let tolerance = 60 * kernels.epsilon
        expectClose(
          actual, expected, absolute: tolerance, relative: tolerance, "\(kernels.name) \(name) of \(n)")
      }
    }
  }

  @Test func oracleGradients() throws {
    let oracle = try #require(Kernels.oracle)
    for n in [3, 4, 9] {
      let rows = Rows(n, withGain: true)
      func loss(_ x: [Double], _ gain: [Double]?, _ shift: [Double]) -> Double {
        zip(layerNorm(oracle, rows: 3, x, gain: gain, shift: shift).y.values, rows.upstream)
          .reduce(0) { $0 + $1.0 * $1.1 }
      }
      let expected = [
        centralDifferences(at: rows.x) { loss($0, rows.gain, rows.shift) },
        centralDifferences(at: rows.gain ?? []) { loss(rows.x, $0, rows.shift) },
        centralDifferences(at: rows.shift) { loss(rows.x, rows.gain, $0) },
      ]
      for (actual, expected) in zip(try gradients(oracle, rows), expected) {
        expectClose(actual, expected.map { $0 + 0.25 }, absolute: 1e-8, relative: 1e-8, "\(n)")
      }
    }
  }

  /// Each of the three gradients may be left out.
  @Test(arguments: Kernels.all) func gradientsLeftOut(kernels: Kernels) {
    var numbers = Numbers(seed: 52)
    let n = 19
    let x = kernels.buffer(numbers.reals(2 * n))
    let dy = kernels.buffer(numbers.reals(2 * n))
    let (mean, rstd) = (kernels.buffer([0.1, -0.1]), kernels.buffer([1.5, 2]))
    func run(_ wanted: [Bool]) -> [Buffer] {
      let results = [2 * n, n, n].map { kernels.buffer([Double](repeating: 0.25, count: $0)) }
      let pointers = zip(results, wanted).map { $1 ? $0.pointer : nil }
      kernels.table.layer_norm_backward(
        2, Int64(n), x.pointer, nil, mean.pointer, rstd.pointer, dy.pointer, pointers[0], pointers[1], pointers[2])
      return results
    }
    let all = run([true, true, true])
    for missing in 0..<3 {
      let results = run((0..<3).map { $0 != missing })
      for k in 0..<3 where k != missing { expectSameBits(results[k], all[k], "\(kernels.name) without \(missing)") }
      #expect(results[missing].values.allSatisfy { $0 == 0.25 })
    }
  }
}
