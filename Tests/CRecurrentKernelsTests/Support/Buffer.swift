import CRecurrentKernels

/// An array of a table's element type between guards that no kernel may touch, alive until its test ends.
///
/// It starts one element past a multiple of 64 bytes, since the contract promises kernels no alignment, and holds a
/// recognisable NaN until something is written. Only a suite with the trait `.guardedBuffers` can make one.
struct Buffer {
  let element: rk_element
  let count: Int
  /// The first element.
  let pointer: UnsafeMutableRawPointer

  private var size: Int { element == RK_FLOAT32 ? 4 : 8 }
  private var floats: UnsafeMutablePointer<Float> { pointer.assumingMemoryBound(to: Float.self) }
  private var doubles: UnsafeMutablePointer<Double> { pointer.assumingMemoryBound(to: Double.self) }

  init(_ element: rk_element, count: Int) {
    let size = element == RK_FLOAT32 ? 4 : 8
    self.element = element
    self.count = count
    guard let owner = BufferOwner.current else { preconditionFailure("The suite lacks the trait .guardedBuffers") }
    pointer = owner.allocate(byteCount: count * size, offset: size)
  }

  init(_ element: rk_element, _ values: [Double]) {
    self.init(element, count: values.count)
    if element == RK_FLOAT32 {
      for (i, value) in values.enumerated() { floats[i] = Float(value) }
    } else {
      for (i, value) in values.enumerated() { doubles[i] = value }
    }
  }

  var values: [Double] {
    element == RK_FLOAT32 ? (0..<count).map { Double(floats[$0]) } : (0..<count).map { doubles[$0] }
  }

  /// The bit patterns, in which NaN equals itself and -0 differs from 0.
  var bits: [UInt64] {
    element == RK_FLOAT32
      ? (0..<count).map { UInt64(floats[$0].bitPattern) } : (0..<count).map { doubles[$0].bitPattern }
  }

  /// Whether nothing was written to these elements.
  func isUntouched(_ range: Range<Int>) -> Bool {
    UnsafeRawBufferPointer(start: pointer(at: range.lowerBound), count: range.count * size)
      .allSatisfy { $0 == BufferOwner.unwritten }
  }

  func copy() -> Buffer {
    let other = Buffer(element, count: count)
    other.pointer.copyMemory(from: pointer, byteCount: count * size)
    return other
  }

  /// The place of an element, for calls that start inside the array.
  func pointer(at index: Int) -> UnsafeMutableRawPointer { pointer + index * size }
}
