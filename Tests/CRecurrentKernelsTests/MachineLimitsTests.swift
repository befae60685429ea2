import CRecurrentKernels
import Testing

/// The loops that measure the machine do the work that they say they do.
@Suite(.guardedBuffers) struct MachineLimitsTests {
  @Test(arguments: Kernels.all) func multiplyAdd(kernels: Kernels) {
    let result = kernels.buffer([0])
    let one = kernels.table.multiply_add_rounds(1, result.pointer)
    #expect(one >= 2 * Int64(kernels.table.lanes))
    let first = result.values
    let other = kernels.buffer([0.5])
    #expect(kernels.table.multiply_add_rounds(100, other.pointer) == 100 * one)
    // The sums are finite, and depend on where they began and on how often they went round.
    #expect((first + other.values).allSatisfy { $0.isFinite } && first != other.values)
  }

  @Test(arguments: Kernels.all) func reading(kernels: Kernels) {
    let count = 4 * 8 * Int(kernels.table.lanes)
    let x = kernels.buffer((0..<count).map { Double($0 % 5) })
    let result = kernels.buffer(count: 1)
    kernels.table.read_passes(3, Int64(count), x.pointer, result.pointer)
    #expect(result.values == [3 * x.values.reduce(0, +)])
  }
}
