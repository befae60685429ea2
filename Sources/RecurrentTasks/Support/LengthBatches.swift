import RecurrentTensor

/// Batches of sequences of nearly equal length, so that little of a batch is padding.
///
/// In every epoch the sequences are put in a random order, sorted by length (those of equal length stay in the random
/// order), cut into batches, and the batches are put in a random order: a pure function of epoch and key.
struct LengthBatches: Sendable {
  private let lengths: [Int]
  /// Where batches begin in the sorted order, and its end.
  private let starts: [Int]
  private let order = EpochOrder()
  private let batchOrder = EpochOrder()

  /// Batches of at most `batchSize` of the sequences that have these lengths.
  ///
  /// - Parameters:
  ///   - lengths: The lengths by which sequences are sorted.
  ///   - others: Of pairs, the lengths of their second sequences.
  ///   - batchSize: The most sequences of a batch.
  ///   - limit: The most steps of a batch on the longer side, padding included, unless a sequence alone has more; nil for no
  ///     limit. Where batches begin must not depend on the order of an epoch: of pairs, each counts with the longest second
  ///     sequence among those whose first is as long.
  init(lengths: [Int], others: [Int]? = nil, batchSize: Int, limit: Int? = nil) {
    precondition(batchSize > 0, "a batch of \(batchSize) sequences")
    precondition(others.map { $0.count == lengths.count } ?? true, "a second sequence for each of \(lengths.count)")
    self.lengths = lengths
    var longest: [Int: Int] = [:]
    for (length, other) in zip(lengths, others ?? lengths) {
      longest[length] = max(longest[length] ?? 0, length, other)
    }
    var starts = [0]
    var width = 0
    for (place, length) in lengths.sorted().enumerated() {
      let own = longest[length] ?? length
      let count = place - (starts.last ?? 0)
      width = max(width, own)
      if count == batchSize || (count > 0 && (count + 1) * width > limit ?? .max) {
        starts.append(place)
        width = own
      }
    }
    if !lengths.isEmpty { starts.append(lengths.count) }
    self.starts = starts
  }

  /// The number of batches of an epoch.
  var count: Int { starts.count - 1 }

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
    return Array(sorted[starts[place]..<starts[place + 1]])
  }

  /// How large each batch of an epoch is: its sequences, each as long as the longest of them.
  ///
  /// - Parameter length: How long a sequence is.
  func sizes(inEpoch epoch: Int, key: RandomKey, length: (Int) -> Int) -> [Int] {
    (0..<count).map { index in
      let numbers = numbers(ofBatch: index, inEpoch: epoch, key: key)
      return numbers.count * (numbers.map(length).max() ?? 0)
    }
  }

  /// The sequences sorted by length and cut into batches, without chance: for judging and using a model.
  var inOrder: [[Int]] {
    let sorted = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    return zip(starts, starts.dropFirst()).map { Array(sorted[$0..<$1]) }
  }

  /// The same without sequences that have no step.
  var inOrderWithoutEmpty: [[Int]] {
    inOrder.map { $0.filter { lengths[$0] > 0 } }.filter { !$0.isEmpty }
  }
}
