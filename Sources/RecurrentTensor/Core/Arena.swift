/// Recycles blocks from one training step to the next, so that a step allocates nothing once it has run before.
///
/// A block is free when nobody but the arena refers to it; there is no explicit release. A step usually asks for the same
/// blocks in the same order as the step before, so the arena remembers what it gave at each place in that order, and
/// searches only where that block is not free or of another size.
package struct Arena: Sendable {
  /// The blocks of one size.
  private struct Shelf {
    let capacity: Int
    let elementType: ElementType
    /// Their numbers.
    var blocks: [Int] = []
    /// Where the last search ended.
    var cursor = 0
  }

  private var blocks: [Storage] = []
  /// Bytes that were asked for when each block was made, which has room for somewhat more.
  package private(set) var requests: [Int] = []
  private var shelves: [Shelf] = []
  /// By place in the order of a step, the number of the block that was given there the last time.
  private var lastGiven: [Int] = []
  private var place = 0
  /// How many blocks may be tried in searches beyond `reach`: places without a search earn it, so that all searches of a
  /// long step together take no longer than the step.
  private var credit = 0
  private var stamp: UInt64 = 0
  private var stampsLeft: UInt64 = 0

  package init() {}

  /// Blocks that the arena holds, in use or free.
  package var blockCount: Int { blocks.count }

  /// Their bytes.
  package var byteCount: Int { blocks.reduce(0) { $0 + $1.capacity * $1.elementType.stride } }

  /// The bytes of the block that so many bytes are given, each number 4.
  package static func blockSize(forBytes count: Int) -> Int { 4 * rounded((count + 3) / 4) }

  /// Says that a step begins.
  package mutating func beginStep() {
    place = 0
    credit = 0
  }

  /// A block with room for `count` elements, its content undefined.
  package mutating func block(count: Int, elementType: ElementType) -> Storage {
    let capacity = Arena.rounded(count)
    defer { place += 1 }
    if place < lastGiven.count {
      let number = lastGiven[place]
      if isKnownUniquelyReferenced(&blocks[number]) {
        let block = blocks[number]
        if block.capacity == capacity && block.elementType == elementType {
          credit += Arena.reach
          block.markChanged(as: nextStamp())
          return block
        }
      }
    }
    let number = find(count, capacity, elementType)
    if place < lastGiven.count { lastGiven[place] = number } else { lastGiven.append(number) }
    let block = blocks[number]
    block.markChanged(as: nextStamp())
    return block
  }

  /// Whether nobody refers to the block but the arena, if it is one of its own, and whoever asks.
  package mutating func isOnlyUser(of block: inout Storage) -> Bool {
    guard let number = blocks.firstIndex(where: { $0 === block }) else { return isKnownUniquelyReferenced(&block) }
    // Without the arena's own reference the question can be asked.
    let last = blocks.count - 1
    blocks.swapAt(number, last)
    blocks.removeLast()
    let isOnly = isKnownUniquelyReferenced(&block)
    blocks.append(block)
    blocks.swapAt(number, last)
    return isOnly
  }

  /// Rounds up by at most an eighth, so that batches of nearly equal size share blocks.
  private static func rounded(_ count: Int) -> Int {
    guard count > 64 else { return max(16, (count + 15) & ~15) }
    let grain = 1 << max(4, Int.bitWidth - count.leadingZeroBitCount - 4)
    return (count + grain - 1) & ~(grain - 1)
  }

  // MARK: Searching

  /// The number of a free block of a capacity, made if need be.
  private mutating func find(_ count: Int, _ capacity: Int, _ elementType: ElementType) -> Int {
    let index = shelf(of: capacity, elementType)
    if let number = freeBlock(on: index) { return number }
    blocks.append(Storage(capacity: capacity, elementType: elementType))
    requests.append(count * elementType.stride)
    shelves[index].blocks.append(blocks.count - 1)
    return blocks.count - 1
  }

  private mutating func shelf(of capacity: Int, _ elementType: ElementType) -> Int {
    for index in shelves.indices
    where shelves[index].capacity == capacity && shelves[index].elementType == elementType {
      return index
    }
    shelves.append(Shelf(capacity: capacity, elementType: elementType))
    return shelves.count - 1
  }

  /// How many neighbours of the cursor are tried before a new small block is made. While a step runs forward all blocks of
  /// a size are in use and a longer search would only cost time; in the next step the cursor finds free ones at once.
  private static let reach = 12
  /// Where that would waste memory worth speaking of, all are tried.
  private static let largeCapacity = 1 << 14

  private mutating func freeBlock(on index: Int) -> Int? {
    let count = shelves[index].blocks.count
    let isLarge = shelves[index].capacity >= Arena.largeCapacity
    let reach = isLarge ? count : min(count, Arena.reach + credit)
    var cursor = shelves[index].cursor
    defer { shelves[index].cursor = cursor }
    for tried in 0..<reach {
      cursor = cursor + 1 < count ? cursor + 1 : 0
      let number = shelves[index].blocks[cursor]
      if isKnownUniquelyReferenced(&blocks[number]) {
        credit -= min(credit, tried)
        return number
      }
    }
    credit -= min(credit, reach)
    return nil
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
