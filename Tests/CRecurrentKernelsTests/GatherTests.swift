import CRecurrentKernels
import Testing

@Suite(.fencedBuffers) struct GatherTests {
  static let indices: [Int32] = [2, 0, -1, 2, 4, 4, -7, 1, 2]

  @Test(arguments: Kernels.all) func rowsOfATable(kernels: Kernels) {
    var numbers = Numbers(seed: 60)
    for width in oddSizes {
      let table = numbers.reals(5 * width)
      let y = kernels.buffer(count: Self.indices.count * width)
      kernels.table.gather(
        Int64(Self.indices.count), Int64(width), kernels.buffer(table).pointer, Self.indices, y.pointer)
      let expected = Self.indices.flatMap { index in
        (0..<width).map { index < 0 ? 0 : table[Int(index) * width + $0] }
      }
      #expect(y.values == expected, "\(kernels.name) width \(width)")
    }
  }

  @Test(arguments: Kernels.all) func gradientsAreScattered(kernels: Kernels) {
    var numbers = Numbers(seed: 61)
    for width in oddSizes {
      let dy = numbers.wholeReals(Self.indices.count * width)
      let before = numbers.wholeReals(5 * width)
      let dtable = kernels.buffer(before)
      kernels.table.scatter_add(
        Int64(Self.indices.count), Int64(width), kernels.buffer(dy).pointer, Self.indices, dtable.pointer)
      var expected = before
      for (r, index) in Self.indices.enumerated() where index >= 0 {
        for k in 0..<width { expected[Int(index) * width + k] += dy[r * width + k] }
      }
      #expect(dtable.values == expected, "\(kernels.name) width \(width)")
    }
  }

  /// Rows of one index are added in their order, whatever their number: 2^24 + 1 + 1 differs from 2^24 + 2.
  @Test(arguments: Kernels.float) func rowsAreAddedInOrder(kernels: Kernels) {
    let dtable = kernels.buffer([0x1p24])
    kernels.table.scatter_add(2, 1, kernels.buffer([1, 1]).pointer, [0, 0], dtable.pointer)
    #expect(dtable.values == [0x1p24], "\(kernels.name)")
  }
}
