import Foundation

/// The best sequences that a search has found for a source.
struct FoundSequences {
  /// A sequence that has ended.
  struct Candidate {
    /// The sequence in the tree.
    let node: Int
    let logProbability: Double
    let score: Double
    let ending: GenerationEnding
  }

  /// The best ones, the best first; of equally good ones that which was found first.
  private(set) var best: [Candidate] = []
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  /// Keeps a sequence if it is one of the best.
  mutating func insert(_ candidate: Candidate) {
    let place = best.firstIndex { $0.score < candidate.score } ?? best.count
    guard place < capacity else { return }
    best.insert(candidate, at: place)
    if best.count > capacity { best.removeLast() }
  }

  /// What a sequence must exceed to be one of the best; nil while there are too few.
  var bar: Double? { best.count == capacity ? best.last?.score : nil }
}

/// What sequences are compared by.
struct SequenceScore {
  let lengthPenalty: Double
  let coveragePenalty: Double

  /// The score of a sequence.
  ///
  /// - Parameters:
  ///   - logProbability: The sum of the logarithms of the probabilities.
  ///   - length: The number of symbols, the end among them.
  ///   - coverage: The sum of log min(s, 1) over the positions of the source, where s is the attention that each has got.
  func callAsFunction(_ logProbability: Double, length: Int, coverage: Double = 0) -> Double {
    logProbability / pow(Double(length), lengthPenalty) + coveragePenalty * coverage
  }

  /// The best score that a beginning of `length` symbols can still reach: its sum can only fall, its length be anything up
  /// to the limit, and its attention cover all of the source.
  func bound(_ logProbability: Double, length: Int, limit: Int) -> Double {
    max(self(logProbability, length: limit), self(logProbability, length: length + 1))
  }
}
