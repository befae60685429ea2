import CRecurrentKernels
import Testing

@Suite(.fencedBuffers) struct PoolingTests {
  /// Windows of three rows of a table of five; the third is all padding, the fourth has two equal rows.
  static let windows: [Int32] = [0, 1, 2, -1, 4, 3, -1, -1, -1, 2, 2, 0, 3, -1, 0]
  static let rows = 5
  static let taps = 3

  private func maxPool(_ kernels: Kernels, _ x: [Double], width: Int) -> (y: Buffer, chosen: [Int32]) {
    let y = kernels.buffer(count: Self.rows * width)
    var chosen = [Int32](repeating: -9, count: Self.rows * width)
    kernels.table.max_pool(
      Int64(Self.rows), Int64(Self.taps), Int64(width), kernels.buffer(x).pointer, Self.windows, y.pointer, &chosen)
    return (y, chosen)
  }

  /// The index of the largest row that window `r` sees in column `k`; -1 without any.
  private func largest(_ x: [Double], width: Int, _ r: Int, _ k: Int) -> Int32 {
    Self.windows[r * Self.taps..<(r + 1) * Self.taps].filter { $0 >= 0 }
      .reduce(-1) { best, index in
        best < 0 || x[Int(index) * width + k] > x[Int(best) * width + k] ? index : best
      }
  }

  @Test(arguments: Kernels.all) func maximum(kernels: Kernels) {
    var numbers = Numbers(seed: 90)
    for width in oddSizes {
      // Whole numbers within ±2: many are equal, and the first is to be chosen.
      let x = numbers.wholeReals(5 * width, limit: 2)
      let (y, chosen) = maxPool(kernels, x, width: width)
      let places = (0..<Self.rows).flatMap { r in (0..<width).map { (r, $0) } }
      let expected = places.map { largest(x, width: width, $0, $1) }
      #expect(chosen == expected, "\(kernels.name) width \(width)")
      #expect(
        y.values == zip(expected, places).map { $0 < 0 ? -.infinity : x[Int($0) * width + $1.1] },
        "\(kernels.name) width \(width)")
    }
  }

  @Test(arguments: Kernels.all) func specialNumbers(kernels: Kernels) {
    for width in [1, 9, 17] {
      func table(_ rows: [Double]) -> [Double] { rows.flatMap { [Double](repeating: $0, count: width) } }
      let (y, chosen) = maxPool(kernels, table([-.infinity, .nan, 5, 1, .nan]), width: width)
      #expect(y.values[0].isNaN && chosen[0] == 1, "\(kernels.name)")
      #expect(y.values[width].isNaN && chosen[width] == 4, "\(kernels.name)")
      // Minus infinity is a number like others, and not the same as nothing.
      let low = maxPool(kernels, table([-.infinity, -.infinity, -.infinity, 0, 0]), width: width)
      #expect(low.y.values[0] == -.infinity && low.chosen[0] == 0, "\(kernels.name)")
      #expect(low.chosen[2 * width] == -1, "\(kernels.name)")
    }
  }

  @Test(arguments: Kernels.all) func gradientsOfMaximum(kernels: Kernels) {
    var numbers = Numbers(seed: 91)
    for width in oddSizes {
      let x = numbers.wholeReals(5 * width, limit: 2)
      let dy = numbers.wholeReals(Self.rows * width)
      let before = numbers.wholeReals(5 * width)
      let dx = kernels.buffer(before)
      kernels.table.max_pool_backward(
        Int64(Self.rows), Int64(width), kernels.buffer(dy).pointer, maxPool(kernels, x, width: width).chosen, dx.pointer
      )
      var expected = before
      for r in 0..<Self.rows {
        for k in 0..<width {
          let index = largest(x, width: width, r, k)
          if index >= 0 { expected[Int(index) * width + k] += dy[r * width + k] }
        }
      }
      #expect(dx.values == expected, "\(kernels.name) width \(width)")
    }
  }

  /// Powers of two as scales, so that all sums are exact.
  static let scales = [0.5, 1, 2, 0.25, -1]

  @Test(arguments: Kernels.all) func sum(kernels: Kernels) {
    var numbers = Numbers(seed: 92)
    for width in oddSizes {
      let x = numbers.wholeReals(5 * width)
      let y = kernels.buffer(count: Self.rows * width)
      kernels.table.sum_pool(
        Int64(Self.rows), Int64(Self.taps), Int64(width), kernels.buffer(x).pointer, Self.windows,
        kernels.buffer(Self.scales).pointer, y.pointer)
      let expected = (0..<Self.rows).flatMap { r in
        (0..<width).map { k in
          let seen = Self.windows[r * Self.taps..<(r + 1) * Self.taps].filter { $0 >= 0 }
          return Self.scales[r] * seen.reduce(0) { $0 + x[Int($1) * width + k] }
        }
      }
      #expect(y.values == expected, "\(kernels.name) width \(width)")
    }
  }

  @Test(arguments: Kernels.all) func gradientsOfSum(kernels: Kernels) {
    var numbers = Numbers(seed: 93)
    for width in oddSizes {
      let dy = numbers.wholeReals(Self.rows * width)
      let before = numbers.wholeReals(5 * width)
      let dx = kernels.buffer(before)
      kernels.table.sum_pool_backward(
        Int64(Self.rows), Int64(Self.taps), Int64(width), kernels.buffer(dy).pointer, Self.windows,
        kernels.buffer(Self.scales).pointer, dx.pointer)
      var expected = before
      for (place, index) in Self.windows.enumerated() where index >= 0 {
        let r = place / Self.taps
        for k in 0..<width { expected[Int(index) * width + k] += Self.scales[r] * dy[r * width + k] }
      }
      #expect(dx.values == expected, "\(kernels.name) width \(width)")
    }
  }

  @Test(arguments: Kernels.all) func depthwiseSums(kernels: Kernels) {
    var numbers = Numbers(seed: 94)
    for width in oddSizes {
      let (x, w) = (numbers.wholeReals(5 * width), numbers.wholeReals(Self.taps * width))
      let bias = numbers.wholeReals(width)
      for added in [bias, nil] {
        let y = kernels.buffer(count: Self.rows * width)
        kernels.table.depthwise(
          Int64(Self.rows), Int64(Self.taps), Int64(width), kernels.buffer(x).pointer, Self.windows,
          kernels.buffer(w).pointer, added.map { kernels.buffer($0).pointer }, y.pointer)
        var expected = (0..<Self.rows * width).map { added?[$0 % width] ?? 0 }
        for (place, index) in Self.windows.enumerated() where index >= 0 {
          for k in 0..<width {
            expected[place / Self.taps * width + k] += w[place % Self.taps * width + k] * x[Int(index) * width + k]
          }
        }
        #expect(y.values == expected, "\(kernels.name) width \(width)")
      }
    }
  }

  @Test(arguments: Kernels.all) func gradientsOfDepthwiseSums(kernels: Kernels) {
    var numbers = Numbers(seed: 95)
    for width in oddSizes {
      let (x, w) = (numbers.wholeReals(5 * width), numbers.wholeReals(Self.taps * width))
      let dy = numbers.wholeReals(Self.rows * width)
      let (before, weightsBefore) = (numbers.wholeReals(5 * width), numbers.wholeReals(Self.taps * width))
      let (dx, dw) = (kernels.buffer(before), kernels.buffer(weightsBefore))
      let (onlyX, onlyW) = (kernels.buffer(before), kernels.buffer(weightsBefore))
      for (dx, dw) in [(dx, dw), (onlyX, nil), (nil, onlyW)] as [(Buffer?, Buffer?)] {
        kernels.table.depthwise_backward(
          Int64(Self.rows), Int64(Self.taps), Int64(width), kernels.buffer(dy).pointer, kernels.buffer(x).pointer,
          Self.windows, kernels.buffer(w).pointer, dx?.pointer, dw?.pointer)
      }
      var (expected, expectedWeights) = (before, weightsBefore)
      for (place, index) in Self.windows.enumerated() where index >= 0 {
        let (r, tap) = (place / Self.taps, place % Self.taps)
        for k in 0..<width {
          expected[Int(index) * width + k] += w[tap * width + k] * dy[r * width + k]
          expectedWeights[tap * width + k] += x[Int(index) * width + k] * dy[r * width + k]
        }
      }
      #expect(dx.values == expected && onlyX.values == expected, "\(kernels.name) width \(width)")
      #expect(dw.values == expectedWeights && onlyW.values == expectedWeights, "\(kernels.name) width \(width)")
    }
  }
}
