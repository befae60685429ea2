import CRecurrentKernels
import Foundation
import Testing

@Suite struct DispatchTests {
  @Test func theListHoldsEachTableOnce() {
    let names = Kernels.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.suffix(2) == ["reference-float", "reference-double"])
    #expect(Kernels.all.allSatisfy { $0.table.lanes >= 1 })
    #expect(Kernels.float.count == names.count - 1)
  }

  /// The list is in the order of speed, and the fastest is chosen among those that compute in single precision.
  @Test func theFastestIsTheFirst() {
    let fastest = rk_kernels_fastest()
    #expect(fastest.pointee.element == RK_FLOAT32)
    #expect((0..<rk_kernels_count()).contains { rk_kernels_at($0) == fastest })
    if getenv("RECURRENT_KERNELS") == nil { #expect(fastest == rk_kernels_at(0)) }
  }

  /// In processes of their own, since a process chooses once.
  @Test func theEnvironmentChooses() async {
    await #expect(processExitsWith: .success) {
      setenv("RECURRENT_KERNELS", "reference-float", 1)
      let name = String(cString: rk_kernels_fastest().pointee.name)
      exit(name == "reference-float" ? EXIT_SUCCESS : EXIT_FAILURE)
    }
    // Unknown, or not of single precision: as if nothing had been said.
    await #expect(processExitsWith: .success) {
      setenv("RECURRENT_KERNELS", "abacus", 1)
      exit(rk_kernels_fastest() == rk_kernels_at(0) ? EXIT_SUCCESS : EXIT_FAILURE)
    }
    await #expect(processExitsWith: .success) {
      setenv("RECURRENT_KERNELS", "reference-double", 1)
      exit(rk_kernels_fastest() == rk_kernels_at(0) ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }

  @Test func references() {
    #expect(rk_kernels_reference(RK_FLOAT32).pointee.element == RK_FLOAT32)
    #expect(rk_kernels_reference(RK_FLOAT64).pointee.element == RK_FLOAT64)
    #expect(String(cString: rk_kernels_reference(RK_FLOAT32).pointee.name) == "reference-float")
    #expect(String(cString: rk_kernels_reference(RK_FLOAT64).pointee.name) == "reference-double")
  }
}
