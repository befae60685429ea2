/// A time-major batch of sequences of symbols, `[T, N]`, padding behind.
public struct TokenBatch: Sendable, Hashable {
  /// What stands at padded steps: no symbol. Embeddings give zeros for it and losses leave it out.
  public static let padding: Int32 = -1

  /// The symbols, the N of the first step first.
  public let tokens: [Int32]
  /// The number of steps, T.
  public let stepCount: Int
  /// The number of sequences, N.
  public let batchSize: Int
  /// The number of symbols of each row; nil when all rows have T.
  public let lengths: [Int32]?

  init(tokens: [Int32], stepCount: Int, batchSize: Int, lengths: [Int32]?) {
    self.tokens = tokens
    self.stepCount = stepCount
    self.batchSize = batchSize
    self.lengths = lengths
  }

  /// A batch of sequences, padded to the longest.
  public init(_ sequences: [[Int32]]) {
    let longest = sequences.map(\.count).max() ?? 0
    stepCount = longest
    batchSize = sequences.count
    lengths = sequences.allSatisfy { $0.count == longest } ? nil : sequences.map { Int32($0.count) }
    tokens = (0..<longest).flatMap { step in
      sequences.map { step < $0.count ? $0[step] : TokenBatch.padding }
    }
  }
}
