import CRecurrentKernels
import Testing

@Suite(.fencedBuffers) struct ArrayTests {
  @Test(arguments: Kernels.all)
  func selection(kernels: Kernels) {
    var numbers = Numbers(seed: 5)
    for n in oddSizes {
      var condition = numbers.wholeReals(n, limit: 1)
      if n > 3 { condition[2] = .nan; condition[3] = -0.0 }
      let (a, b) = (numbers.reals(n), numbers.reals(n))
      let y = kernels.buffer(count: n)
      kernels.table.select(
        Int64(n), kernels.buffer(condition).pointer, kernels.buffer(a).pointer, kernels.buffer(b).pointer, y.pointer)
      #expect(y.values == (0..<n).map { condition[$0] != 0 ? a[$0] : b[$0] }, "\(kernels.name) \(n)")
    }
  }

  @Test(arguments: Kernels.all)
  func scaledAddition(kernels: Kernels) {
    var numbers = Numbers(seed: 6)
    for n in oddSizes {
      let (x, before) = (numbers.reals(n), numbers.reals(n))
      let y = kernels.buffer(before)
      kernels.table.add_scaled(Int64(n), -0.375, kernels.buffer(x).pointer, y.pointer)
      let expected = (0..<n).map { before[$0] - 0.375 * x[$0] }
      expectClose(y.values, expected, absolute: kernels.epsilon, "\(kernels.name) \(n)")
    }
  }

  @Test(arguments: Kernels.all)
  func scaling(kernels: Kernels) {
    var numbers = Numbers(seed: 7)
    for n in oddSizes {
      let values = numbers.reals(n)
      let x = kernels.buffer(values)
      kernels.table.scale(Int64(n), -1.5, x.pointer)
      expectClose(x.values, values.map { -1.5 * $0 }, relative: kernels.epsilon, "\(kernels.name) \(n)")
    }
  }

  @Test(arguments: Kernels.all)
  func clamping(kernels: Kernels) {
    var numbers = Numbers(seed: 8)
    for n in oddSizes {
      var values = numbers.reals(n, -3, 3)
      if n > 6 { values.replaceSubrange(1..<5, with: [.infinity, -.infinity, .nan, 1.25]) }
      let x = kernels.buffer(values)
      kernels.table.clamp(Int64(n), 1.25, x.pointer)
      expectClose(x.values, values.map { $0.isNaN ? $0 : min(max($0, -1.25), 1.25) }, "\(kernels.name) \(n)")
    }
  }

  @Test(arguments: Kernels.all)
  func filling(kernels: Kernels) {
    for n in oddSizes {
      let x = kernels.buffer(count: n)
      kernels.table.fill(Int64(n), 0.75, x.pointer)
      #expect(x.values.allSatisfy { $0 == 0.75 }, "\(kernels.name) \(n)")
    }
  }

  @Test(arguments: Kernels.all)
  func reductions(kernels: Kernels) {
    var numbers = Numbers(seed: 9)
    for (outer, extent, inner) in [
      (0, 3, 2), (1, 1, 1), (1, 100, 1), (1, 257, 1), (3, 33, 1), (1, 9, 17), (4, 5, 7), (2, 17, 64), (3, 7, 33),
      (5, 16, 16), (2, 1000, 3), (1, 3, 0), (2, 0, 5),
    ] {
      let values = numbers.reals(outer * extent * inner)
      let x = kernels.buffer(values)
      func column(_ o: Int, _ i: Int) -> [Double] { (0..<extent).map { values[(o * extent + $0) * inner + i] } }
      let columns = (0..<outer).flatMap { o in (0..<inner).map { column(o, $0) } }

      let sums = kernels.buffer(count: outer * inner)
      kernels.table.reduce(RK_SUM, Int64(outer), Int64(extent), Int64(inner), x.pointer, sums.pointer)
      expectClose(
        sums.values, columns.map { $0.reduce(0, +) }, absolute: kernels.epsilon * Double(max(extent, 1)),
        "\(kernels.name) sum of [\(outer), \(extent), \(inner)]")

      guard extent > 0 else { continue }
      let maxima = kernels.buffer(count: outer * inner)
      kernels.table.reduce(RK_MAX, Int64(outer), Int64(extent), Int64(inner), x.pointer, maxima.pointer)
      #expect(
        maxima.values == columns.map { $0.reduce(-.infinity, max) },
        "\(kernels.name) maximum of [\(outer), \(extent), \(inner)]")
    }
  }

  /// A NaN anywhere makes the maximum NaN: nothing may hide that a run has diverged.
  @Test(arguments: Kernels.all)
  func maximumShowsNaN(kernels: Kernels) {
    for (extent, inner) in [(3, 1), (40, 1), (5, 20)] {
      for place in 0..<extent {
        var values = [Double](repeating: -1, count: extent * inner)
        for i in 0..<inner { values[place * inner + i] = .nan }
        let y = kernels.buffer([Double](repeating: 0, count: inner))
        kernels.table.reduce(RK_MAX, 1, Int64(extent), Int64(inner), kernels.buffer(values).pointer, y.pointer)
        #expect(y.values.allSatisfy { $0.isNaN }, "\(kernels.name) NaN at \(place) of \(extent)")
      }
    }
  }

  @Test(arguments: Kernels.all)
  func squaredNorms(kernels: Kernels) {
    var numbers = Numbers(seed: 10)
    for n in oddSizes + [5000] {
      let values = numbers.reals(n)
      let norm = kernels.table.squared_norm(Int64(n), kernels.buffer(values).pointer)
      let expected = values.reduce(0) { $0 + $1 * $1 }
      #expect(abs(norm - expected) <= 1e-13 * expected, "\(kernels.name) \(n)")
    }
    // Summed in double: these squares overflow in single precision.
    #expect(kernels.table.squared_norm(2, kernels.buffer([0x1p100, 0x1p100]).pointer) == 0x1p201)
  }

  @Test(arguments: Kernels.all)
  func firstNonfinite(kernels: Kernels) {
    for n in oddSizes {
      let values = [Double](repeating: 3e38, count: n)
      #expect(kernels.table.first_nonfinite(Int64(n), kernels.buffer(values).pointer) == -1)
      for place in Set([0, n / 2, n - 1]) where place >= 0 && place < n {
        for bad in [Double.nan, .infinity, -.infinity] {
          var broken = values
          for i in place..<n { broken[i] = bad }
          let found = kernels.table.first_nonfinite(Int64(n), kernels.buffer(broken).pointer)
          #expect(found == place, "\(kernels.name) \(bad) at \(place) of \(n)")
        }
      }
    }
  }
}
