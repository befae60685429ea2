import Synchronization

/// The form of some weights that kernels read, kept until the weights change.
///
/// Copies of a layer share it. It remembers which content it was made from, so sharing is never wrong; and it is written
/// again in place only when nobody is computing with it.
package final class PackedWeights: Sendable {
  /// What a packed form was made from: the stamps of the blocks, and which of several forms it is.
  package struct Source: Hashable, Sendable {
    private let stamps: SIMD4<UInt64>
    private let offsets: SIMD4<Int>
    private let form: UInt32

    package init(_ a: Tensor, _ b: Tensor? = nil, _ c: Tensor? = nil, _ d: Tensor? = nil, form: UInt32 = 0) {
      self.form = form
      stamps = [a.storage.stamp, b?.storage.stamp ?? 0, c?.storage.stamp ?? 0, d?.storage.stamp ?? 0]
      offsets = [a.offset, b?.offset ?? 0, c?.offset ?? 0, d?.offset ?? 0]
    }
  }

  private struct State: Sendable {
    var source: Source?
    var block: Storage?
  }

  private let state = Mutex(State())

  package init() {}

  /// The packed form of `source`, made by `pack` unless it is still there from the last time.
  package func block(
    for source: Source, size: @autoclosure () -> Int, elementType: ElementType, pack: (UnsafeMutableRawPointer) -> Void
  ) -> Storage {
    state.withLock { state in
      if state.source == source, let block = state.block { return block }
      let block = PackedWeights.reusable(&state.block, size: size(), elementType: elementType)
      pack(block.base)
      state = State(source: source, block: block)
      return block
    }
  }

  private static func reusable(_ block: inout Storage?, size: Int, elementType: ElementType) -> Storage {
    let isFree = isKnownUniquelyReferenced(&block)
    if isFree, let present = block, present.capacity >= size, present.elementType == elementType { return present }
    return Storage(capacity: size, elementType: elementType)
  }
}
