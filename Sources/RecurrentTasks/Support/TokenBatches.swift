import RecurrentTensor

/// Batches of pairs of sequences, those of equal length together, as many as fit into so many steps.
///
/// In every epoch the pairs are put in a random order, sorted by the length of the first of each (those of equal length
/// stay in the random order), cut into batches, and the batches are put in a random order: a pure function of epoch and key.
struct TokenBatches: Sendable {
  private let lengths: [Int]
  /// Where batches begin in the sorted order, and its end.
  private let starts: [Int]
  private let order = EpochOrder()
  private let batchOrder = EpochOrder()

  /// Batches of at most `batchSize` pairs, and of at most `limit` steps of the longest sequence of their pairs unless a
  /// pair alone has more.
  ///
  /// - Parameters:
  ///   - lengths: The lengths of the first sequences, which pairs are sorted by.
  ///   - others: The lengths of the second ones. A batch is cut where they were all as long as the longest of them
  ///     relative to the first could be, so that where batches begin does not depend on the order.
  init(lengths: [Int], others: [Int], batchSize: Int, limit: Int?) {
    precondition(batchSize > 0 && lengths.count == others.count, "batches of \(batchSize) pairs")
    self.lengths = lengths
    // The longest second sequence among all pairs whose first one is as long: the same in whatever order they come.
    var longest: [Int: Int] = [:]
    for (length, other) in zip(lengths, others) { longest[length] = max(longest[length] ?? 0, length, other) }
    let sorted = lengths.sorted()
    var starts = [0]
    var width = 0
    for (place, length) in sorted.enumerated() {
      let count = place - (starts.last ?? 0)
      let wider = max(width, longest[length] ?? length)
      if count == batchSize || (count > 0 && (count + 1) * wider > limit ?? .max) {
        starts.append(place)
        width = longest[length] ?? length
      } else {
        width = wider
      }
    }
    if !sorted.isEmpty { starts.append(sorted.count) }
    self.starts = starts
  }

  /// The number of batches of an epoch.
  var count: Int { starts.count - 1 }

  /// The numbers of the pairs of a batch.
  ///
  /// - Parameters:
  ///   - index: Which batch of the epoch.
  ///   - epoch: Which epoch.
  ///   - key: The key of the run.
  func numbers(ofBatch index: Int, inEpoch epoch: Int, key: RandomKey) -> ArraySlice<Int> {
    let sorted = order.numbers(below: lengths.count, inEpoch: epoch, key: key) { shuffled in
      // Stable, so that the random order decides among equals.
      let places = shuffled.indices.sorted { a, b in (lengths[shuffled[a]], a) < (lengths[shuffled[b]], b) }
      return places.map { shuffled[$0] }
    }
    let place = batchOrder.numbers(below: count, inEpoch: epoch, key: key.folding(1))[index]
    return sorted[starts[place]..<starts[place + 1]]
  }
}
