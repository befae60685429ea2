import CRecurrentKernels
import Foundation
import Testing

@Suite(.fencedBuffers) struct TopKTests {
  struct Ranking {
    let places: [Int32]
    let values: [Double]
    let normalizers: [Double]
  }

  private func rank(_ kernels: Kernels, rows: Int, count: Int, _ x: [Double], excluded: [[Int32]]? = nil) -> Ranking {
    let values = kernels.buffer(count: rows * count)
    let normalizers = kernels.buffer(count: rows * 2)
    var places = [Int32](repeating: -9, count: rows * count)
    let starts = excluded.map { lists in
      (0...rows).map { row in Int32(lists.prefix(row).reduce(0) { $0 + $1.count }) }
    }
    kernels.table.top_k(
      Int64(rows), Int64(x.count / rows), Int64(count), kernels.buffer(x).pointer, starts, excluded?.flatMap { $0 },
      &places, values.pointer, normalizers.pointer)
    return Ranking(places: places, values: values.values, normalizers: normalizers.values)
  }

  /// The whole row sorted.
  private func expected(_ row: [Double], count: Int, excluded: [Int32] = []) -> [Int32] {
    let order = row.indices.filter { row[$0] > -.infinity && !excluded.contains(Int32($0)) }
      .sorted { row[$0] == row[$1] ? $0 < $1 : row[$0] > row[$1] }
    return (order.prefix(count).map(Int32.init) + Array(repeating: -1, count: max(0, count - order.count)))
  }

  @Test(arguments: Kernels.all) func everyWidthAndCount(kernels: Kernels) {
    var numbers = Numbers(seed: 50)
    for n in oddSizes + [1000] where n > 0 {
      for count in [1, 2, 6, 11, n + 2] where count <= 300 {
        // Whole numbers: many are equal, and the first is to be chosen.
        let x = numbers.wholeReals(3 * n, limit: n < 20 ? 2 : 9)
        let ranking = rank(kernels, rows: 3, count: count, x)
        let rows = (0..<3).map { Array(x[($0 * n)..<(($0 + 1) * n)]) }
        let places = rows.flatMap { expected($0, count: count) }
        #expect(ranking.places == places, "\(kernels.name) \(count) of \(n)")
        let values = places.enumerated().map { $1 < 0 ? -.infinity : rows[$0 / count][Int($1)] }
        #expect(ranking.values == values, "\(kernels.name) \(count) of \(n)")
        let largest = rows.map { $0.max() ?? 0 }
        let sums = zip(rows, largest).map { row, largest in row.reduce(0) { $0 + exp($1 - largest) } }
        expectClose(
          ranking.normalizers, zip(largest, sums).flatMap { [$0, $1] },
          relative: SoftmaxTests.tolerance(kernels, n), "\(kernels.name) \(count) of \(n)")
      }
    }
  }

  /// Values that rise all the way are the hardest: each is one of the largest so far.
  @Test(arguments: Kernels.all) func risingAndFallingRows(kernels: Kernels) {
    for n in [5, 64, 257] {
      let rising = (0..<n).map { Double($0) / 8 }
      let ranking = rank(kernels, rows: 2, count: 4, rising + rising.reversed())
      #expect(ranking.places == (1...4).map { Int32(n - $0) } + [0, 1, 2, 3], "\(kernels.name) \(n)")
    }
  }

  @Test(arguments: Kernels.all) func excludedElementsAreNotChosenButCount(kernels: Kernels) {
    var numbers = Numbers(seed: 51)
    for n in [3, 40, 257] {
      let x = numbers.reals(3 * n, -4, 4)
      let largest = expected(Array(x[..<n]), count: 2)
      // The largest two of the first row, nothing of the second, everything of the third.
      let excluded = [largest, [], (0..<n).map(Int32.init)]
      let ranking = rank(kernels, rows: 3, count: 5, x, excluded: excluded)
      let places = (0..<3).flatMap { expected(Array(x[($0 * n)..<(($0 + 1) * n)]), count: 5, excluded: excluded[$0]) }
      #expect(ranking.places == places, "\(kernels.name) \(n)")
      #expect(
        ranking.normalizers == rank(kernels, rows: 3, count: 5, x).normalizers, "\(kernels.name) \(n)")
    }
  }

  @Test(arguments: Kernels.all) func specialNumbers(kernels: Kernels) {
    for n in [4, 100] {
      let padding = [Double](repeating: -.infinity, count: n - 4)
      let impossible = rank(kernels, rows: 1, count: 4, [-.infinity, 2, -.infinity, 2] + padding)
      #expect(impossible.places == [1, 3, -1, -1] && impossible.normalizers == [2, 2], "\(kernels.name) \(n)")
      let broken = rank(kernels, rows: 1, count: 3, [.nan, 1, 3, .nan] + padding)
      #expect(broken.places == [2, 1, -1] && broken.normalizers[1].isNaN, "\(kernels.name) \(n)")
      let nothing = rank(kernels, rows: 1, count: 2, [Double](repeating: -.infinity, count: n))
      #expect(nothing.places == [-1, -1] && nothing.normalizers[1].isNaN, "\(kernels.name) \(n)")
      let endless = rank(kernels, rows: 1, count: 2, [0, .infinity, 0, 0] + padding)
      #expect(endless.places == [1, 0] && endless.normalizers[1].isNaN, "\(kernels.name) \(n)")
    }
  }
}
