import Synchronization

/// Where a tensor was made: which gradient scope, and which value in it.
///
/// A node counts no reference to its tape: tensors are copied often, and the tape of a scope that is open is alive. What
/// it points to outlives every tape, so that a tensor of a finished scope is recognised rather than followed.
// Unchecked: the anchor is changed only by the thread that opens and closes the scope. Another thread may hold a tensor of
// the scope but not compute with it: `record` refuses it, and `detached()` gives it one that refers to no scope.
package struct TapeNode: @unchecked Sendable {
  let anchor: UnsafeMutablePointer<TapeAnchor>
  // Half words, so that a tensor fills one cache line.
  private let position: Int32
  let generation: UInt32

  init(anchor: UnsafeMutablePointer<TapeAnchor>, index: Int) {
    self.anchor = anchor
    position = Int32(index)
    generation = anchor.pointee.generation
  }

  /// Which value of the scope, in the order of recording.
  package var index: Int { Int(position) }

  /// Whether this is a leaf whose uses are written down.
  @inline(__always)
  var isWatched: Bool { position < anchor.pointee.watchedLeafCount }

  /// The place of a later output of the same operation.
  package func following(by distance: Int) -> TapeNode { TapeNode(anchor: anchor, index: index + distance) }

  /// The tape. Traps when its scope is finished.
  package var tape: Tape {
    guard anchor.pointee.isOpen, anchor.pointee.generation == generation, let tape = anchor.pointee.tape else {
      preconditionFailure(Tape.finishedScope)
    }
    return tape.takeUnretainedValue()
  }
}

/// What the nodes of a tape point to: which scope is open on it, if any.
struct TapeAnchor {
  /// Counts scopes, also of tapes that used the anchor before: a tensor of an earlier scope is recognised by its older
  /// number, unless 2^32 scopes lie between them.
  var generation: UInt32 = 0
  var isOpen = false
  /// The first so many nodes are leaves of which somebody wants to know when their gradients are complete.
  var watchedLeafCount: Int32 = 0
  var tape: Unmanaged<Tape>?
}

/// Anchors are never freed, but used again: there are as many as there ever were tapes at one time.
enum TapeAnchors {
  // Unchecked: whoever takes an address from the list is its only owner.
  private struct Address: @unchecked Sendable {
    let anchor: UnsafeMutablePointer<TapeAnchor>
  }

  private static let unused = Mutex<[Address]>([])

  static func take() -> UnsafeMutablePointer<TapeAnchor> {
    if let address = unused.withLock({ $0.popLast() }) { return address.anchor }
    let anchor = UnsafeMutablePointer<TapeAnchor>.allocate(capacity: 1)
    anchor.initialize(to: TapeAnchor())
    return anchor
  }

  static func giveBack(_ anchor: UnsafeMutablePointer<TapeAnchor>) {
    anchor.pointee.isOpen = false
    anchor.pointee.watchedLeafCount = 0
    anchor.pointee.tape = nil
    let address = Address(anchor: anchor)
    unused.withLock { $0.append(address) }
  }
}
