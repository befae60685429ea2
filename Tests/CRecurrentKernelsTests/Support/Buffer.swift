import CRecurrentKernels
import Foundation

/// An array of a table's element type, alive until its test ends, around which no kernel may write.
///
/// Its address is a multiple of the element's size and of nothing more, since the contract promises kernels no alignment,
/// and it holds a recognisable NaN until something is written. Only a suite with the trait `.guardedBuffers` or
/// `.fencedBuffers` can make one.
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
    guard let owner = BufferOwner.current else {
      preconditionFailure("The suite lacks the trait .guardedBuffers or .fencedBuffers")
    }
    pointer = owner.allocate(byteCount: count * size, elementSize: size)
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
    BufferOwner.isUnwritten(pointer(at: range.lowerBound), byteCount: range.count * size)
  }

  func copy() -> Buffer {
    let other = Buffer(element, count: count)
    other.pointer.copyMemory(from: pointer, byteCount: count * size)
    return other
  }

  /// The place of an element, for calls that start inside the array.
  func pointer(at index: Int) -> UnsafeMutableRawPointer { pointer + index * size }
}
