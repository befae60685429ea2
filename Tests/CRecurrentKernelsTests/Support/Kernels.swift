import CRecurrentKernels
import Testing

/// One table of the list of variants, by its place in the list.
struct Kernels: Sendable, CustomTestStringConvertible {
  let index: Int32

  /// Every table that this CPU runs.
  static var all: [Kernels] { (0..<rk_kernels_count()).map(Kernels.init) }

  /// The tables that compute in single precision.
  static var float: [Kernels] { all.filter { $0.element == RK_FLOAT32 } }

  /// The scalar oracle in double precision.
  static var oracle: Kernels? { all.first { $0.name == "reference-double" } }

  var table: rk_kernels { rk_kernels_at(index).pointee }
  var name: String { String(cString: table.name) }
  var element: rk_element { table.element }
  var testDescription: String { name }

  /// The distance from 1 to the next number of the element type.
  var epsilon: Double { element == RK_FLOAT32 ? Double(Float.ulpOfOne) : Double.ulpOfOne }

  /// A buffer that holds these values.
  func buffer(_ values: [Double]) -> Buffer { Buffer(element, values) }

  /// A buffer that holds what no kernel would write.
  func buffer(count: Int) -> Buffer { Buffer(element, count: count) }
}
