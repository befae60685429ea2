/// Which sources of a batch are still being written for, and where they stand in it.
struct SourceSlots {
  /// The number of the source in each place of the batch, N.
  private(set) var sources: [Int]
  /// Whether the source in a place is done.
  private var isDone: [Bool]

  init(count: Int) {
    sources = Array(0..<count)
    isDone = [Bool](repeating: false, count: count)
  }

  /// The number of places.
  var count: Int { sources.count }
  /// Whether all sources are done.
  var areDone: Bool { !isDone.contains(false) }

  /// Whether the source in a place is still being written for.
  func isOpen(_ slot: Int) -> Bool { !isDone[slot] }

  /// Ends the source in a place.
  mutating func close(_ slot: Int) { isDone[slot] = true }

  /// Takes sources that are done out of the batch once they are a quarter of it: to take each out at once would cost more
  /// than to compute some rows in vain, since what was made of the sources is copied.
  ///
  /// - Returns: The places that stay, in their order.
  mutating func compact() -> [Int] {
    let staying = isDone.indices.filter { !isDone[$0] }
    guard 4 * (count - staying.count) >= count else { return Array(0..<count) }
    sources = staying.map { sources[$0] }
    isDone = [Bool](repeating: false, count: staying.count)
    return staying
  }
}
