/// Whoever wants the gradients of leaves before the way back is at its end, for example to send them to other machines.
package protocol LeafListener: AnyObject {
  /// Nothing more will be added to the gradient of a leaf.
  func gradientIsComplete(ofLeaf leaf: Int)
}

/// By which record each leaf of a tape is used first: when the way back has passed that record, the gradient is complete.
struct LeafUses {
  /// Of each watched leaf.
  private var firstRecords: [Int32] = []
  /// The leaves that are not complete yet, the one that is complete next at the end.
  private var waiting: [Int32] = []

  private static let never = Int32.max

  /// Watches `count` leaves that nobody has used yet.
  mutating func begin(_ count: Int) {
    firstRecords.removeAll(keepingCapacity: true)
    firstRecords.append(contentsOf: repeatElement(Self.never, count: count))
    waiting.removeAll(keepingCapacity: true)
  }

  /// Takes note that a record, or one that follows it, uses a leaf. Uses come in the order of the records.
  mutating func note(_ leaf: Int, record: Int) {
    if firstRecords[leaf] == Self.never { firstRecords[leaf] = Int32(record) }
  }

  /// Puts the leaves in the order in which they will be complete.
  mutating func beginWayBack() {
    waiting.append(contentsOf: firstRecords.indices.lazy.map { Int32($0) })
    let records = firstRecords
    // Of those that are complete at the same time the last one comes first, as a walk back through a model goes.
    waiting.sort { (records[Int($0)], $0) < (records[Int($1)], $1) }
  }

  /// The next leaf that no record below `count` uses.
  mutating func nextComplete(recordsLeft count: Int) -> Int? {
    guard let leaf = waiting.last, firstRecords[Int(leaf)] >= count else { return nil }
    waiting.removeLast()
    return Int(leaf)
  }

  /// Whether it is known that a record uses a leaf, or one before it does.
  func isNoted(_ leaf: Int, record: Int) -> Bool { firstRecords[leaf] <= record }
}
