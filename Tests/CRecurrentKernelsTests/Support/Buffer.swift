import CRecurrentKernels
import Foundation

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
    let (floats, doubles) = (floats, doubles)
    values.withUnsafeBufferPointer { values in
      if element == RK_FLOAT32 {
        for i in 0..<values.count { floats[i] = Float(values[i]) }
      } else {
        for i in 0..<values.count { doubles[i] = values[i] }
      }
    }
  }

  var values: [Double] {
    let (floats, doubles) = (floats, doubles)
    return [Double](unsafeUninitializedCapacity: count) { values, initialized in
      for i in 0..<count { values[i] = element == RK_FLOAT32 ? Double(floats[i]) : doubles[i] }
      initialized = count
    }
  }

  /// The bit patterns of some elements, in which NaN equals itself and -0 differs from 0.
  func bits(_ range: Range<Int>) -> [UInt64] {
    element == RK_FLOAT32
      ? range.map { UInt64(floats[$0].bitPattern) } : range.map { doubles[$0].bitPattern }
  }

  var bits: [UInt64] { bits(0..<count) }

  /// Whether `length` elements from `start` on are, bit for bit, those of another buffer from `otherStart` on.
  func hasSameBits(from start: Int, as other: Buffer, from otherStart: Int, length: Int) -> Bool {
    memcmp(pointer(at: start), other.pointer(at: otherStart), length * size) == 0
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
