import Synchronization
import Testing

/// The memory of one test's buffers. When the test ends, the guards around each are checked and all is freed.
final class BufferOwner: Sendable {
  /// What every byte holds before it is written: all ones are a NaN in both element types.
  static let unwritten: UInt8 = 0xFF

  @TaskLocal static var current: BufferOwner?

  private static let guardBytes = 256

  private struct Allocation {
    let address: UInt
    let offset: Int
    let byteCount: Int
  }

  private let allocations = Mutex<[Allocation]>([])

  /// Memory that starts `offset` bytes past a multiple of 64.
  func allocate(byteCount: Int, offset: Int) -> UnsafeMutableRawPointer {
    let start = Self.guardBytes + offset
    let whole = start + byteCount + Self.guardBytes
    let memory = UnsafeMutableRawPointer.allocate(byteCount: whole, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: Self.unwritten, count: whole)
    let allocation = Allocation(address: UInt(bitPattern: memory), offset: offset, byteCount: byteCount)
    allocations.withLock { $0.append(allocation) }
    return memory + start
  }

  /// Records an issue for each buffer around which something was written, and frees all.
  func close() {
    for allocation in allocations.withLock({ $0 }) {
      guard let memory = UnsafeMutableRawPointer(bitPattern: allocation.address) else { continue }
      let start = Self.guardBytes + allocation.offset
      let before = UnsafeRawBufferPointer(start: memory, count: start)
      let after = UnsafeRawBufferPointer(start: memory + start + allocation.byteCount, count: Self.guardBytes)
      for (name, bytes) in [("before", before), ("behind", after)] where bytes.contains(where: { $0 != Self.unwritten })
      {
        Issue.record("A kernel wrote \(name) an array of \(allocation.byteCount) bytes")
      }
      memory.deallocate()
    }
  }
}

/// Gives every test of a suite its own buffers and checks them when it ends.
struct GuardedBuffers: SuiteTrait, TestTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let owner = BufferOwner()
    try await BufferOwner.$current.withValue(owner, operation: function)
    owner.close()
  }
}

extension Trait where Self == GuardedBuffers {
  /// Buffers whose guards are checked when the test ends.
  static var guardedBuffers: Self { GuardedBuffers() }
}
