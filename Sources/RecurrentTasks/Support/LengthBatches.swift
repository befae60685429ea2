import RecurrentTensor

/// Batches of sequences of nearly equal length, so that little of a batch is padding.
///
/// In every epoch the sequences are put in a random order, sorted by length (those of equal length stay in the random
/// order), cut into batches, and the batches are put in a random order: a pure function of epoch and key.
struct LengthBatches: Sendable {
  private let lengths: [Int]
  private let batchSize: Int
  private let order = EpochOrder()
  private let batchOrder = EpochOrder()

  /// Batches of at most `batchSize` of the sequences that have these lengths.
  init(lengths: [Int], batchSize: Int) {
    precondition(batchSize > 0, "a batch of \(batchSize) sequences")
    self.lengths = lengths
    self.batchSize = batchSize
  }

  /// The number of batches of an epoch.
  var count: Int { (lengths.count + batchSize - 1) / batchSize }

  /// The numbers of the sequences of a batch.
  ///
  /// - Parameters:
  ///   - index: Which batch of the epoch.
  ///   - epoch: Which epoch.
  ///   - key: The key of the run.
  func numbers(ofBatch index: Int, inEpoch epoch: Int, key: RandomKey) -> [Int] {
    let sorted = order.numbers(below: lengths.count, inEpoch: epoch, key: key) { shuffled in
      // Stable, so that the random order decides among equals.
      let places = shuffled.indices.sorted { a, b in
        (lengths[shuffled[a]], a) < (lengths[shuffled[b]], b)
      }
      return places.map { shuffled[$0] }
    }
    let place = batchOrder.numbers(below: count, inEpoch: epoch, key: key.folding(1))[index]
    return Array(sorted[place * batchSize..<min((place + 1) * batchSize, sorted.count)])
  }

  /// The sequences sorted by length and cut into batches, without chance: for judging a model.
  var inOrder: [[Int]] {
    let sorted = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    return stride(from: 0, to: sorted.count, by: batchSize).map {
      Array(sorted[$0..<min($0 + batchSize, sorted.count)])
    }
  }
}
