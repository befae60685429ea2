package import CRecurrentKernels
import Synchronization

/// A block of memory that holds the elements of tensors.
///
/// Values share a block until one of them is changed; `Tensor` copies a block that it does not own alone before writing.
// Unchecked: the memory is written only by whoever holds the one reference to the block (`isKnownUniquelyReferenced`),
// or by the operation that has just made it and has not shown it to anybody yet.
package final class Storage: @unchecked Sendable {
  package let elementType: ElementType
  /// What computes with elements of this type.
  package let kernels: UnsafePointer<rk_kernels>
  /// Elements that fit.
  package let capacity: Int
  package let base: UnsafeMutableRawPointer
  private let allocation: UnsafeMutableRawPointer
  /// A number that no other content of any block ever had. Packed forms of weights remember what they were made from.
  // Whoever changes it holds the only reference to the block.
  @exclusivity(unchecked) package private(set) var stamp: UInt64

  private static let stamps = Atomic<UInt64>(1)

  package init(capacity: Int, elementType: ElementType) {
    self.capacity = capacity
    self.elementType = elementType
    kernels = Kernels.table(for: elementType)
    // Cache lines, and the widest vectors, are 64 bytes. Asking for more and beginning at the next line is several times
    // faster than asking for aligned memory.
    let line = 64
    allocation = .allocate(byteCount: capacity * elementType.stride + line, alignment: MemoryLayout<Int>.alignment)
    base = allocation.alignedUp(toMultipleOf: line)
    stamp = Storage.nextStamp()
    TensorMemory.note(capacity * elementType.stride)
  }

  deinit {
    allocation.deallocate()
    TensorMemory.note(-capacity * elementType.stride)
  }

  private static func nextStamp() -> UInt64 { reserveStamps(1) }

  /// The first of `count` stamps in a row that are nobody else's.
  static func reserveStamps(_ count: UInt64) -> UInt64 {
    stamps.wrappingAdd(count, ordering: .relaxed).oldValue
  }

  /// To be called before the content changes.
  package func markChanged() { stamp = Storage.nextStamp() }

  func markChanged(as stamp: UInt64) { self.stamp = stamp }
}
