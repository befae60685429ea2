import CRecurrentKernels
import Foundation
import Testing

@Suite(.fencedBuffers) struct CrossEntropyTests {
  private func losses(
    _ kernels: Kernels, _ x: [Double], _ targets: [Int32], smoothing: Double
  ) -> (losses: [Double], normalizers: Buffer) {
    let losses = kernels.buffer(count: targets.count)
    let normalizers = kernels.buffer(count: 2 * targets.count)
    kernels.table.cross_entropy(
      Int64(targets.count), Int64(x.count / targets.count), smoothing, kernels.buffer(x).pointer, targets,
      losses.pointer, normalizers.pointer)
    return (losses.values, normalizers)
  }

  @Test(arguments: Kernels.all) func knownRows(kernels: Kernels) {
    let epsilon = 4 * kernels.epsilon
    let x: [Double] = [0, log(2), log(5), 0, log(2), log(5)]
    let plain = losses(kernels, x, [2, -1], smoothing: 0)
    expectClose(plain.losses, [-log(5.0 / 8), 0], absolute: epsilon, kernels.name)
    expectClose(
      plain.normalizers.values, [log(5), 8.0 / 5, log(5), 8.0 / 5], relative: epsilon, kernels.name)

    // q = 0.7 onehot + 0.3 / 3
    let smooth = losses(kernels, x, [2, -100], smoothing: 0.3)
    let expected = -(0.8 * log(5.0 / 8) + 0.1 * log(2.0 / 8) + 0.1 * log(1.0 / 8))
    expectClose(smooth.losses, [expected, 0], absolute: epsilon, kernels.name)

    // A class of probability 0 costs nothing as long as it is not the target.
    #expect(losses(kernels, [3, -.infinity, 3], [0], smoothing: 0).losses[0] < 0.7)
    #expect(losses(kernels, [3, -.infinity, 3], [1], smoothing: 0).losses == [.infinity])
    #expect(losses(kernels, [1000, 0], [0], smoothing: 0).losses == [0])
    expectClose(losses(kernels, [1000, 0], [1], smoothing: 0).losses, [1000], kernels.name)
  }

  private func gradient(
    _ kernels: Kernels, _ rows: SoftmaxRows, _ targets: [Int32], smoothing: Double
  ) throws -> [Double] {
    let oracle = try #require(Kernels.oracle)
    let normalizers = kernels.buffer(losses(oracle, rows.x, targets, smoothing: smoothing).normalizers.values)
    let dx = kernels.buffer(rows.before)
    kernels.table.cross_entropy_backward(
      Int64(targets.count), Int64(rows.x.count / targets.count), smoothing, kernels.buffer(rows.x).pointer,
      normalizers.pointer, targets, kernels.buffer(rows.upstream).pointer, dx.pointer)
    return dx.values
  }

  @Test(arguments: Kernels.all, [0, 0.1])
  func theGradientMayTakeTheLogitsPlace(kernels: Kernels, smoothing: Double) throws {
    for n in SoftmaxTests.widths {
      let rows = SoftmaxRows(3, n, seed: 46)
      let targets: [Int32] = [Int32(n / 2), -1, Int32(n - 1)]
      let apart = try gradient(kernels, rows, targets, smoothing: smoothing)
      let oracle = try #require(Kernels.oracle)
      let normalizers = kernels.buffer(losses(oracle, rows.x, targets, smoothing: smoothing).normalizers.values)
      let x = kernels.buffer(rows.x)
      kernels.table.cross_entropy_backward(
        3, Int64(n), smoothing, x.pointer, normalizers.pointer, targets, kernels.buffer(rows.upstream).pointer,
        x.pointer)
      #expect(x.values == apart, "\(kernels.name) over \(n)")
    }
  }

  @Test(arguments: Kernels.all, [0, 0.1]) func valuesAndGradients(kernels: Kernels, smoothing: Double) throws {
    let oracle = try #require(Kernels.oracle)
    for n in SoftmaxTests.widths {
      let rows = SoftmaxRows(3, n, seed: 44)
      let targets: [Int32] = [Int32(n / 2), -1, Int32(n - 1)]
      let tolerance = SoftmaxTests.tolerance(kernels, n)
      expectClose(
        losses(kernels, rows.x, targets, smoothing: smoothing).losses,
        losses(oracle, rows.x, targets, smoothing: smoothing).losses, absolute: 4 * tolerance,
        "\(kernels.name) loss over \(n)")
      expectClose(
        try gradient(kernels, rows, targets, smoothing: smoothing),
        try gradient(oracle, rows, targets, smoothing: smoothing), absolute: tolerance,
        "\(kernels.name) gradient over \(n)")
    }
  }

  @Test(arguments: [0, 0.1]) func oracleGradients(smoothing: Double) throws {
    let oracle = try #require(Kernels.oracle)
    for n in [1, 2, 5, 9] {
      let rows = SoftmaxRows(3, n, seed: 45)
      let targets: [Int32] = [Int32(n / 2), -1, Int32(n - 1)]
      let expected = centralDifferences(at: rows.x) { x in
        zip(losses(oracle, x, targets, smoothing: smoothing).losses, rows.upstream).reduce(0) { $0 + $1.0 * $1.1 }
      }
      expectClose(
        try gradient(oracle, rows, targets, smoothing: smoothing), expected, absolute: 1e-9, "\(n)")
    }
  }
}
