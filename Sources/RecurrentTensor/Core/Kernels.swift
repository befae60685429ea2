package import CRecurrentKernels

/// The type of a tensor's elements. Models compute in `float32`; `float64` runs the same code over the scalar reference
/// kernels, so that gradients can be checked.
public enum ElementType: String, Hashable, Sendable, Codable {
  /// 32-bit IEEE 754.
  case float32
  /// 64-bit IEEE 754.
  case float64

  /// Bytes of one element.
  package var stride: Int { self == .float32 ? 4 : 8 }
}

/// The one seam between tensors and the code that computes: a table of C functions for one element type.
package enum Kernels {
  // Both point to constant tables that live as long as the program.
  nonisolated(unsafe) package static let float32 = rk_kernels_fastest()
  nonisolated(unsafe) package static let float64 = rk_kernels_reference(RK_FLOAT64)

  /// The functions for elements of `type`.
  @inline(always)
  package static func table(for type: ElementType) -> UnsafePointer<rk_kernels> {
    type == .float32 ? float32 : float64
  }
}

/// How many threads kernels may use, and which instruction set they were chosen for.
///
/// Results do not depend on either the number of threads or what else the machine does.
public enum ComputeEnvironment {
  /// Threads that kernels may use, the caller's included.
  public static var threads: Int {
    get { Int(rk_threads()) }
    set { rk_set_threads(Int32(clamping: max(1, newValue))) }
  }

  /// What `threads` is unless set: the cores that this process may use.
  public static var defaultThreads: Int { Int(rk_default_threads()) }

  /// The names of all instruction sets that kernels were built for and this machine has, the reference kernels included.
  public static var availableInstructionSets: [String] {
    (0..<rk_kernels_count()).map { String(cString: rk_kernels_at($0).pointee.name) }
  }

  /// The name of the instruction set in use, for example `avx2`.
  public static var instructionSet: String { String(cString: Kernels.float32.pointee.name) }
}
