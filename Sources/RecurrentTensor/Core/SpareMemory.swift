import Synchronization

/// Memory that a kernel writes in while it runs outside of any gradient scope, kept for the next call: one step of a small
/// network takes less time than asking the system for memory.
enum SpareMemory {
  /// More than this is given back: a call that needs it takes long enough.
  private static let largestKept = 1 << 20
  private static let line = 64

  /// The address of a block that nobody uses now; 0 for none. Its first word is its size.
  private static let spare = Atomic<UInt>(0)

  /// Calls `body` with at least `byteCount` bytes that begin on a cache line.
  @inline(__always)
  static func withScratch(byteCount: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
    let block = take(byteCount)
    body(block + line)
    giveBack(block)
  }

  private static func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
    if let block = UnsafeMutableRawPointer(bitPattern: spare.exchange(0, ordering: .acquiring)) {
      if block.load(as: Int.self) >= byteCount { return block }
      block.deallocate()
    }
    let size = max(byteCount, 1 << 14)
    let block = UnsafeMutableRawPointer.allocate(byteCount: line + size, alignment: line)
    block.storeBytes(of: size, as: Int.self)
    return block
  }

  private static func giveBack(_ block: UnsafeMutableRawPointer) {
    if block.load(as: Int.self) > largestKept {
      block.deallocate()
    } else {
      let other = spare.exchange(UInt(bitPattern: block), ordering: .acquiringAndReleasing)
      UnsafeMutableRawPointer(bitPattern: other)?.deallocate()
    }
  }
}
