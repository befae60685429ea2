import CRecurrentKernels
import Foundation
import Testing

@Suite(.fencedBuffers) struct RandomTests {
  private static let count = 40_000

  private func uniform(_ kernels: Kernels, _ n: Int, low: Double = 0, high: Double = 1, stream: UInt64 = 7) -> Buffer {
    let x = kernels.buffer(count: n)
    kernels.table.random_uniform(42, stream, low, high, Int64(n), x.pointer)
    return x
  }

  private func normal(_ kernels: Kernels, _ n: Int, mean: Double = 0, deviation: Double = 1) -> Buffer {
    let x = kernels.buffer(count: n)
    kernels.table.random_normal(42, 7, mean, deviation, Int64(n), x.pointer)
    return x
  }

  private func mask(_ kernels: Kernels, _ n: Int, keep: Double) -> Buffer {
    let x = kernels.buffer(count: n)
    kernels.table.random_choice(42, 7, keep, keep > 0 ? 1 / keep : 0, 0, Int64(n), x.pointer)
    return x
  }

  /// The mean of the powers of the values, where the values' own expectation is known.
  private func moment(_ values: [Double], _ power: Int) -> Double {
    values.reduce(0) { $0 + pow($1, Double(power)) } / Double(values.count)
  }

  /// The standard error of a mean of `count` values is their deviation over 200; five of them are allowed.
  @Test(arguments: Kernels.all) func uniformMoments(kernels: Kernels) {
    let values = uniform(kernels, Self.count).values
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(moment(values, 1) - 1.0 / 2) < 5 * 0.29 / 200)
    #expect(abs(moment(values, 2) - 1.0 / 3) < 5 * 0.30 / 200)
    #expect(abs(moment(values, 3) - 1.0 / 4) < 5 * 0.29 / 200)
    let products = zip(values, values.dropFirst()).map { ($0 - 0.5) * ($1 - 0.5) }
    #expect(abs(moment(products, 1)) < 5.0 / 12 / 200)
    // Every sixteenth of the interval has its share: chi squared with 15 degrees of freedom.
    var bins = [Double](repeating: 0, count: 16)
    for value in values { bins[Int(value * 16)] += 1 }
    let share = Double(Self.count) / 16
    #expect(bins.reduce(0) { $0 + ($1 - share) * ($1 - share) / share } < 50)
  }

  @Test(arguments: Kernels.all) func normalMoments(kernels: Kernels) {
    let values = normal(kernels, Self.count).values
    #expect(abs(moment(values, 1)) < 5.0 / 200)
    #expect(abs(moment(values, 2) - 1) < 5 * 1.42 / 200)
    #expect(abs(moment(values, 3)) < 5 * 3.9 / 200)
    #expect(abs(moment(values, 4) - 3) < 5 * 9.8 / 200)
    #expect(abs(moment(zip(values, values.dropFirst()).map { $0 * $1 }, 1)) < 5.0 / 200)
    let beyond = Double(values.count { abs($0) > 1.959964 }) / Double(Self.count)
    #expect(abs(beyond - 0.05) < 5 * 0.22 / 200)
  }

  @Test(arguments: Kernels.all) func intervals(kernels: Kernels) {
    let wide = uniform(kernels, 1000, low: -3, high: 5).values
    let unit = uniform(kernels, 1000).values
    expectClose(wide, unit.map { -3 + 8 * $0 }, absolute: 4 * kernels.epsilon, kernels.name)
    let spread = normal(kernels, 1000, mean: 2, deviation: 0.5).values
    let standard = normal(kernels, 1000).values
    expectClose(spread, standard.map { 2 + 0.5 * $0 }, absolute: 4 * kernels.epsilon, kernels.name)
    // An interval so narrow that rounding would reach its end: three neighbouring numbers.
    let high = 1 + 2 * kernels.epsilon
    let narrow = uniform(kernels, 1000, low: 1, high: high).values
    #expect(narrow.allSatisfy { $0 >= 1 && $0 < high }, "\(kernels.name)")
  }

  @Test(arguments: Kernels.all, [0.1, 0.5, 0.8]) func masks(kernels: Kernels, keep: Double) {
    let values = mask(kernels, Self.count, keep: keep).values
    let kept = kernels.element == RK_FLOAT32 ? Double(Float(1 / keep)) : 1 / keep
    #expect(values.allSatisfy { $0 == 0 || $0 == kept })
    let share = Double(values.count { $0 != 0 }) / Double(Self.count)
    #expect(abs(share - keep) < 5 * (keep * (1 - keep)).squareRoot() / 200)
    // The mask and the uniform numbers of one stream are the same draw.
    let draws = uniform(kernels, Self.count).values
    #expect(zip(values, draws).allSatisfy { ($0 != 0) == ($1 < keep) })
  }

  @Test(arguments: Kernels.all) func masksThatKeepAllOrNothing(kernels: Kernels) {
    #expect(mask(kernels, 100, keep: 1).values.allSatisfy { $0 == 1 })
    #expect(mask(kernels, 100, keep: 0).values.allSatisfy { $0 == 0 })
  }

  /// An element does not depend on how many are asked for, and another seed or stream is another sequence.
  @Test(arguments: Kernels.all) func elementsDependOnTheirIndexAlone(kernels: Kernels) {
    let (uniforms, normals, kept) = (uniform(kernels, 300), normal(kernels, 300), mask(kernels, 300, keep: 0.3))
    for n in oddSizes {
      #expect(uniform(kernels, n).bits == Array(uniforms.bits.prefix(n)))
      #expect(normal(kernels, n).bits == Array(normals.bits.prefix(n)))
      #expect(mask(kernels, n, keep: 0.3).bits == Array(kept.bits.prefix(n)))
    }
    #expect(!zip(uniform(kernels, 300, stream: 8).bits, uniforms.bits).contains { $0 == $1 })
    let other = kernels.buffer(count: 300)
    kernels.table.random_uniform(43, 7, 0, 1, 300, other.pointer)
    #expect(!zip(other.bits, uniforms.bits).contains { $0 == $1 })
  }

  /// Every table makes the same numbers, so that a gradient check in double drops the elements that a float run drops.
  @Test(arguments: Kernels.all) func tablesDescribeTheSameDraws(kernels: Kernels) throws {
    let oracle = try #require(Kernels.oracle)
    let n = 1000
    let isFloat = kernels.element == RK_FLOAT32
    let exact = uniform(oracle, n).values
    #expect(uniform(kernels, n).values == (isFloat ? exact.map { ($0 * 0x1p24).rounded(.down) * 0x1p-24 } : exact))
    let normals = normal(oracle, n).values
    #expect(normal(kernels, n).values == (isFloat ? normals.map { Double(Float($0)) } : normals))
    #expect(mask(kernels, n, keep: 0.4).values.map { $0 != 0 } == mask(oracle, n, keep: 0.4).values.map { $0 != 0 })
  }

  /// The documented place of an element's words in the stream.
  @Test(arguments: Kernels.all) func elementsAreWordsOfTheStream(kernels: Kernels) {
    let values = uniform(kernels, 12).values
    for i in 0..<12 {
      var (high, low) = ([UInt32](repeating: 0, count: 4), [UInt32](repeating: 0, count: 4))
      rk_philox(42, 7, UInt64(i / 4), &high)
      rk_philox(42, 7, UInt64(i / 4) + 1 << 63, &low)
      let expected =
        kernels.element == RK_FLOAT32
        ? Double(high[i % 4] >> 8) * 0x1p-24
        : Double(UInt64(high[i % 4]) << 21 | UInt64(low[i % 4]) >> 11) * 0x1p-53
      #expect(values[i] == expected)
    }
  }
}
