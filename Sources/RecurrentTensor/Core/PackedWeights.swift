import Synchronization

/// The forms of some weights that kernels read, one for the way there and one for the way back, kept until the weights
/// change.
///
/// Copies of a layer share it. It remembers which content a form was made from, so sharing is never wrong; and a form is
/// written again in place only when nobody is computing with it.
///
/// The two take turns in one block: while weights are trained each serves for one pass only, and both together would hold
/// the weights twice. A form that is asked for again, of the same weights, after the other has taken its place gets a block
/// of its own.
package final class PackedWeights: Sendable {
  /// What the packed form was made from: the stamps of the blocks, and for which kind of cell.
  package struct Source: Hashable, Sendable {
    private let stamps: SIMD4<UInt64>
    private let offsets: SIMD4<Int>
    private let kind: UInt32

    package init(_ weight: Tensor, kind: UInt32 = 0) {
      self.kind = kind
      stamps = SIMD4(weight.storage.stamp, 0, 0, 0)
      offsets = SIMD4(weight.offset, 0, 0, 0)
    }

    package init(_ a: Tensor, _ b: Tensor, _ c: OptionalTensor, _ d: OptionalTensor, kind: UInt32) {
      self.kind = kind
      stamps = SIMD4(a.storage.stamp, b.storage.stamp, c.storage?.stamp ?? 0, d.storage?.stamp ?? 0)
      offsets = SIMD4(a.offset, b.offset, c.offset, d.offset)
    }
  }

  /// Which of the two forms.
  package enum Form { case forward, backward }

  private struct Slot: Sendable {
    /// What the form was made from, also after the other has taken its block.
    var source: Source?
    var block: Storage?
  }

  private struct State: Sendable {
    var forward = Slot()
    var backward = Slot()
  }

  private let state = Mutex(State())

  package init() {}

  /// A form of `source`, made by `pack` unless it is still there from the last time.
  ///
  /// - Parameter size: Elements with room for either form.
  package func block(
    _ form: Form, of source: Source, size: @autoclosure () -> Int, elementType: ElementType,
    pack: (UnsafeMutableRawPointer) -> Void
  ) -> Storage {
    state.withLock { state in
      switch form {
      case .forward:
        PackedWeights.block(&state.forward, &state.backward, source, size, elementType, pack)
      case .backward:
        PackedWeights.block(&state.backward, &state.forward, source, size, elementType, pack)
      }
    }
  }

  @inline(__always)
  private static func block(
    _ slot: inout Slot, _ other: inout Slot, _ source: Source, _ size: () -> Int, _ elementType: ElementType,
    _ pack: (UnsafeMutableRawPointer) -> Void
  ) -> Storage {
    if slot.block == nil && slot.source != source { slot.block = other.block.take() }
    if slot.source == source, let block = slot.block { return block }
    let block = reusable(&slot.block, size: size(), elementType: elementType)
    pack(block.base)
    slot.source = source
    slot.block = block
    return block
  }

  private static func reusable(_ block: inout Storage?, size: Int, elementType: ElementType) -> Storage {
    let isFree = isKnownUniquelyReferenced(&block)
    if isFree, let present = block, present.capacity >= size, present.elementType == elementType { return present }
    return Storage(capacity: size, elementType: elementType)
  }
}
