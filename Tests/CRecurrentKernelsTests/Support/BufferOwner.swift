import Foundation
import Synchronization
import Testing

/// The memory of one test's buffers. When the test ends, the guards around each are checked and all is freed.
final class BufferOwner: Sendable {
  /// What every byte holds before it is written: all ones are a NaN in both element types.
  static let unwritten: UInt8 = 0xFF

  @TaskLocal static var current: BufferOwner?

  private static let guardBytes = 256
  private static let pageBytes = Int(getpagesize())

  private struct Block {
    let address: UInt
    let byteCount: Int
    /// The part in the middle that kernels may write.
    let used: Range<Int>
    let isMapped: Bool

    var memory: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: address) }
  }

  private let isFenced: Bool
  private let blocks = Mutex<[Block]>([])

  init(isFenced: Bool) { self.isFenced = isFenced }

  /// Memory for elements of the given size. Behind it lies a guard to be checked or, when fenced, a page that cannot be
  /// touched.
  func allocate(byteCount: Int, elementSize: Int) -> UnsafeMutableRawPointer {
    let block = isFenced ? mapped(byteCount) : allocated(byteCount, offset: elementSize)
    guard let memory = block.memory else { preconditionFailure("No memory for a test") }
    memory.initializeMemory(as: UInt8.self, repeating: Self.unwritten, count: block.byteCount)
    blocks.withLock { $0.append(block) }
    return memory + block.used.lowerBound
  }

  /// Guards on both sides of memory that starts `offset` bytes past a multiple of 64.
  private func allocated(_ byteCount: Int, offset: Int) -> Block {
    let start = Self.guardBytes + offset
    let whole = start + byteCount + Self.guardBytes
    let memory = UnsafeMutableRawPointer.allocate(byteCount: whole, alignment: 64)
    return Block(
      address: UInt(bitPattern: memory), byteCount: whole, used: start..<(start + byteCount), isMapped: false)
  }

  /// Whole pages, of which the end is used, before one that may be neither read nor written.
  private func mapped(_ byteCount: Int) -> Block {
    let pages = (Self.guardBytes + byteCount + Self.pageBytes - 1) / Self.pageBytes
    let whole = pages * Self.pageBytes
    let memory = mmap(nil, whole + Self.pageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let memory, memory != MAP_FAILED, mprotect(memory + whole, Self.pageBytes, PROT_NONE) == 0 else {
      preconditionFailure("No fenced memory for a test")
    }
    return Block(
      address: UInt(bitPattern: memory), byteCount: whole, used: (whole - byteCount)..<whole, isMapped: true)
  }

  /// Whether every byte is as it was at first: the first one is, and each equals the next.
  static func isUnwritten(_ memory: UnsafeRawPointer, byteCount: Int) -> Bool {
    guard byteCount > 0 else { return true }
    return memory.load(as: UInt8.self) == unwritten && memcmp(memory, memory + 1, byteCount - 1) == 0
  }

  /// Records an issue for each buffer around which something was written, and frees all.
  func close() {
    for block in blocks.withLock({ $0 }) {
      guard let memory = block.memory else { continue }
      let (start, end) = (memory + block.used.lowerBound, memory + block.used.upperBound)
      let zones = [
        ("before", start - Self.guardBytes, Self.guardBytes), ("behind", end, block.byteCount - block.used.upperBound),
      ]
      for (name, zone, byteCount) in zones where !Self.isUnwritten(zone, byteCount: byteCount) {
        Issue.record("A kernel wrote \(name) an array of \(block.used.count) bytes")
      }
      if block.isMapped { munmap(memory, block.byteCount + Self.pageBytes) } else { memory.deallocate() }
    }
  }
}

/// Gives every test of a suite its own buffers and checks them when it ends.
struct GuardedBuffers: SuiteTrait, TestTrait, TestScoping {
  let isFenced: Bool
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let owner = BufferOwner(isFenced: isFenced)
    try await BufferOwner.$current.withValue(owner, operation: function)
    owner.close()
  }
}

extension Trait where Self == GuardedBuffers {
  /// Buffers with guards on both sides that are checked when the test ends.
  static var guardedBuffers: Self { GuardedBuffers(isFenced: false) }

  /// Buffers behind which the process may neither read nor write. They take a page or two each: not for tests that need
  /// tens of thousands.
  static var fencedBuffers: Self { GuardedBuffers(isFenced: true) }
}
