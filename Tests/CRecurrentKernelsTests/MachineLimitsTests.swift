import CRecurrentKernels
import Testing

/// The loops that measure the machine do the work that they say they do.
@Suite(.guardedBuffers) struct MachineLimitsTests {
  @Test(arguments: Kernels.all) func multiplyAdd(kernels: Kernels) {
    let result = kernels.buffer(count: 1)
    let one = kernels.table.multiply_add_rounds(1, result.pointer)
    #expect(one >= 2 * Int64(kernels.table.lanes))
    #expect(kernels.table.multiply_add_rounds(100, result.pointer) == 100 * one)
    // Every sum has arrived at 2, and each operation of a round is one half of a multiply-add.
    #expect(result.values == [Double(one)])
  }

  @Test(arguments: Kernels.all) func reading(kernels: Kernels) {
    let count = 4 * 8 * Int(kernels.table.lanes)
    let x = kernels.buffer((0..<count).map { Double($0 % 5) })
    let result = kernels.buffer(count: 1)
    kernels.table.read_passes(3, Int64(count), x.pointer, result.pointer)
    #expect(result.values == [3 * x.values.reduce(0, +)])
  }
}
