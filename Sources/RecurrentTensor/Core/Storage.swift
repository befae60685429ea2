import Synchronization

/// A block of memory that holds the elements of tensors.
///
/// Values share a block until one of them is changed; `Tensor` copies a block that it does not own alone before writing.
// Unchecked: the memory is written only by whoever holds the one reference to the block (`isKnownUniquelyReferenced`),
// or by the operation that has just made it and has not shown it to anybody yet.
package final class Storage: @unchecked Sendable {
  package let elementType: ElementType
  /// Elements that fit.
  package let capacity: Int
  package let base: UnsafeMutableRawPointer
  /// A number that no other content of any block ever had. Packed forms of weights remember what they were made from.
  // Whoever changes it holds the only reference to the block.
  @exclusivity(unchecked) package private(set) var stamp: UInt64

  private static let stamps = Atomic<UInt64>(1)

  package init(capacity: Int, elementType: ElementType) {
    self.capacity = capacity
    self.elementType = elementType
    // Cache lines, and the widest vectors, are 64 bytes.
    base = .allocate(byteCount: max(1, capacity) * elementType.stride, alignment: 64)
    stamp = Storage.nextStamp()
  }

  deinit { base.deallocate() }

  private static func nextStamp() -> UInt64 { reserveStamps(1) }

  /// The first of `count` stamps in a row that are nobody else's.
  fileprivate static func reserveStamps(_ count: UInt64) -> UInt64 {
    stamps.wrappingAdd(count, ordering: .relaxed).oldValue
  }

  /// To be called before the content changes.
  package func markChanged() { stamp = Storage.nextStamp() }

  fileprivate func markChanged(as stamp: UInt64) { self.stamp = stamp }
}

/// Recycles blocks from one training step to the next, so that a step allocates nothing once it has run before.
///
/// A block is free when nobody but the arena refers to it; there is no explicit release.
package struct Arena: Sendable {
  private struct Shelf {
    let capacity: Int
    let elementType: ElementType
    var blocks: [Storage] = []
    var cursor = 0

    /// The first block after the cursor, of at most `reach`, that nobody else refers to.
    mutating func freeBlock(reach: Int) -> Storage? {
      let count = blocks.count
      for _ in 0..<min(count, reach) {
        cursor = cursor + 1 < count ? cursor + 1 : 0
        if isKnownUniquelyReferenced(&blocks[cursor]) { return blocks[cursor] }
      }
      return nil
    }
  }

  private var shelves: [Shelf] = []
  private var stamp: UInt64 = 0
  private var stampsLeft: UInt64 = 0

  package init() {}

  /// Blocks that the arena holds, in use or free.
  package var blockCount: Int { shelves.reduce(0) { $0 + $1.blocks.count } }

  /// How many neighbours of the cursor are tried before a new block is made. While a step runs forward all blocks of a
  /// size are in use and a longer search would only cost time; in the next step the cursor finds free ones at once.
  private static let reach = 12

  /// A block with room for `count` elements, its content undefined.
  package mutating func block(count: Int, elementType: ElementType) -> Storage {
    let capacity = Arena.rounded(count)
    for index in shelves.indices
    where shelves[index].capacity == capacity && shelves[index].elementType == elementType {
      return take(from: index)
    }
    shelves.append(Shelf(capacity: capacity, elementType: elementType))
    return take(from: shelves.count - 1)
  }

  /// Rounds up by at most an eighth, so that batches of nearly equal size share blocks.
  private static func rounded(_ count: Int) -> Int {
    guard count > 64 else { return max(16, (count + 15) & ~15) }
    let grain = 1 << max(4, Int.bitWidth - count.leadingZeroBitCount - 4)
    return (count + grain - 1) & ~(grain - 1)
  }

  private mutating func take(from index: Int) -> Storage {
    if let block = shelves[index].freeBlock(reach: Arena.reach) {
      block.markChanged(as: nextStamp())
      return block
    }
    let block = Storage(capacity: shelves[index].capacity, elementType: shelves[index].elementType)
    shelves[index].blocks.append(block)
    return block
  }

  /// Stamps are reserved many at a time, because all threads take them from one counter.
  private mutating func nextStamp() -> UInt64 {
    if stampsLeft == 0 {
      stampsLeft = 1024
      stamp = Storage.reserveStamps(stampsLeft)
    }
    stampsLeft -= 1
    defer { stamp += 1 }
    return stamp
  }
}
