public import RecurrentTensor

/// What a decoder is fed at every step: what it gave the step before.
public protocol DecoderFeed: Module {
  /// The sequences that it learns to give.
  associatedtype Targets: Sendable
  /// The number of features that are fed; 0 where nothing is.
  var size: Int { get }

  /// What the first step is fed, `[N, size]`, where the context is `[N, K]`.
  func first(like context: Tensor) -> Tensor
  /// What all steps are fed under a teacher, `[T, N, size]`: `first` at the first, then the target of the step before.
  func delayed(_ targets: Targets, like context: Tensor) -> SequenceBatch
  /// What the next step is fed after an output: `[N, D]` to `[N, size]`.
  func next(after output: Tensor) -> Tensor
}

/// Nothing is fed back: each step depends on the context and the state alone (Keras' `RepeatVector`).
public struct NoFeed: DecoderFeed {
  /// Nothing.
  public init() {}
  /// None.
  public var size: Int { 0 }
  /// There is nothing to train.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {}

  /// No features.
  public func first(like context: Tensor) -> Tensor {
    Tensor(repeating: 0, shape: [context.shape[0], 0], elementType: context.elementType)
  }
  /// No features. The targets are the lengths of the rows.
  public func delayed(_ lengths: [Int], like context: Tensor) -> SequenceBatch {
    SequenceBatch(
      Tensor(repeating: 0, shape: [lengths.max() ?? 0, context.shape[0], 0], elementType: context.elementType),
      lengths: lengths)
  }
  /// No features.
  public func next(after output: Tensor) -> Tensor { first(like: output) }
}

/// The output itself is fed back; the first step is fed zeros.
public struct VectorFeed: DecoderFeed {
  /// The number of features of an output, D.
  public let size: Int

  /// Feeds back all of `size` features.
  public init(size: Int) { self.size = size }
  /// There is nothing to train.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {}

  /// Zeros.
  public func first(like context: Tensor) -> Tensor {
    Tensor(repeating: 0, shape: [context.shape[0], size], elementType: context.elementType)
  }
  /// The targets, `[T, N, D]`, one step later.
  public func delayed(_ targets: SequenceBatch, like context: Tensor) -> SequenceBatch {
    targets.delayed(first: first(like: context))
  }
  /// The output.
  public func next(after output: Tensor) -> Tensor { output }
}

/// The vector of the likeliest symbol is fed back; the first step is fed that of a start symbol.
public struct TokenFeed: DecoderFeed {
  /// The vectors of the symbols.
  public var embedding: Embedding
  /// What stands before the first symbol.
  public let start: Int32

  /// Feeds back symbols of a vocabulary.
  ///
  /// - Parameters:
  ///   - embedding: The vectors of the symbols, `[V, size]`.
  ///   - start: A symbol of the vocabulary that begins every sequence and is never given.
  public init(_ embedding: Embedding, start: Int32) {
    precondition((0..<embedding.weight.value.shape[0]).contains(Int(start)), "there is no start symbol \(start)")
    self.embedding = embedding
    self.start = start
  }

  /// The number of features of a vector.
  public var size: Int { embedding.weight.value.shape[1] }

  /// Visits the vectors.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("embedding", &embedding)
  }

  /// The vector of the start symbol in every row.
  public func first(like context: Tensor) -> Tensor {
    embedding.weight.value.rows(at: [Int32](repeating: start, count: context.shape[0]))
  }
  /// The vectors of the targets, one step later.
  public func delayed(_ targets: TokenBatch, like context: Tensor) -> SequenceBatch {
    embedding(targets.delayed(start: start))
  }
  /// The vectors of the likeliest symbols.
  public func next(after output: Tensor) -> Tensor { embedding.weight.value.rows(at: output.likeliest) }
}

extension Tensor {
  /// The position of the largest number of each row of `[N, V]`, the first one where several are equally large.
  public var likeliest: [Int32] {
    requireRank(2, shape, in: "likeliest")
    let width = shape[1]
    precondition(width > 0, "there is nothing to choose from")
    let scalars = scalars
    return (0..<shape[0]).map { row in
      let logits = scalars[row * width..<(row + 1) * width]
      var best = logits.startIndex
      for index in logits.indices where logits[index] > logits[best] { best = index }
      return Int32(best - logits.startIndex)
    }
  }
}

extension TokenBatch {
  /// The same symbols one step later, after `start`. The lengths stay: the last symbol of each row is gone.
  public func delayed(start: Int32) -> TokenBatch {
    TokenBatch(
      (0..<batchSize).map { row in
        let length = lengths.map { Int($0[row]) } ?? stepCount
        return (0..<length).map { $0 == 0 ? start : tokens[($0 - 1) * batchSize + row] }
      })
  }
}
