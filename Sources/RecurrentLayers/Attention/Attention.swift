public import RecurrentTensor

/// A way for a decoder to look back at all states of an encoder: each query gets a mean of the states, weighed by how well
/// they match it.
///
/// ```swift
/// let attention = AdditiveAttention(querySize: 256, keySize: 512, size: 128, key: key)
/// let memory = attention.prepare(encoder(source).outputs)   // once for each batch
/// let (context, weights) = attention(queries, over: memory)  // all steps of a decoder at once, or one after the other
/// ```
///
/// A sequence of length 0 gives a zero context and zero weights.
public protocol Attention: Module {
  /// The number of features of a query, Q.
  var querySize: Int { get }
  /// The number of features of a state, K.
  var keySize: Int { get }
  /// The number of features of a context, V.
  var contextSize: Int { get }

  /// Computes once what all queries need of the states.
  ///
  /// - Parameter states: `[T, N, K]`; steps behind the end of a row get no weight.
  func prepare(_ states: SequenceBatch) -> AttentionMemory

  /// How well each query, `[U, N, Q]`, matches each step: `[U, N, T]`, any number behind the end of a row.
  func scores(_ queries: Tensor, _ memory: AttentionMemory) -> Tensor
}

/// What attention keeps of the states of an encoder: made by `Attention.prepare`, read at every step of decoding. A decoder
/// that asks step by step finds keys and values packed for its products from the second step on.
public struct AttentionMemory: Sendable {
  /// What queries are matched with, `[T, N, …]`.
  public let keys: Tensor
  /// What contexts are means of, `[T, N, V]`.
  public let values: Tensor
  /// The real steps of each row; nil when all have T.
  public let lengths: [Int32]?
  let packedKeys = PackedSteps()
  let packedValues = PackedSteps()

  /// A memory of keys and values with the lengths of `states`.
  public init(keys: Tensor, values: Tensor, of states: SequenceBatch) {
    for operand in [keys.shape, values.shape] {
      requireRank(3, operand, in: "AttentionMemory")
      requireDimension(0, "steps", states.stepCount, operand, in: "AttentionMemory")
      requireDimension(1, "batch", states.batchSize, operand, in: "AttentionMemory")
    }
    self.init(keys: keys, values: values, lengths: states.lengths)
  }

  private init(keys: Tensor, values: Tensor, lengths: [Int32]?) {
    self.keys = keys
    self.values = values
    self.lengths = lengths
  }

  /// The memory of some rows of the batch, in the given order.
  public func selecting(rows: [Int]) -> AttentionMemory {
    let chosen = lengths.map { lengths in rows.map { lengths[$0] } }
    return AttentionMemory(
      keys: keys.selectingColumns(rows), values: values.selectingColumns(rows), lengths: chosen)
  }
}

extension Tensor {
  /// Some rows of a time-major batch, `[T, N, C]`.
  fileprivate func selectingColumns(_ columns: [Int]) -> Tensor {
    let (steps, rows, width) = (shape[0], shape[1], shape[2])
    let indices = (0..<steps).flatMap { step in columns.map { Int32(step * rows + $0) } }
    return reshaped(to: [steps * rows, width]).rows(at: indices).reshaped(to: [steps, columns.count, width])
  }
}

extension Attention {
  /// The contexts of many queries at once, such as all steps of a decoder.
  ///
  /// - Parameters:
  ///   - queries: `[U, N, Q]`, or `[N, Q]` for a single step.
  ///   - memory: From `prepare`.
  ///   - bias: What is added to the scores, such as what was looked at before, of the shape of the weights; nil for
  ///     nothing.
  /// - Returns: The contexts, `[U, N, V]`, and the weights that made them, `[U, N, T]`, which add up to 1; without U for a
  ///   single step.
  public func callAsFunction(
    _ queries: Tensor, over memory: AttentionMemory, adding bias: Tensor? = nil
  ) -> (context: Tensor, weights: Tensor) {
    if queries.shape.rank == 2 {
      let (context, weights) = self(
        queries.reshaped(to: queries.shape.inserting(1, at: 0)), over: memory,
        adding: bias.map { $0.reshaped(to: $0.shape.inserting(1, at: 0)) })
      return (context[0], weights[0])
    }
    requireRank(3, queries.shape, in: "Attention")
    requireDimension(2, "query features", querySize, queries.shape, in: "Attention")
    let matched = scores(queries, memory)
    let weights = (bias.map { matched + $0 } ?? matched).softmaxOverSteps(lengths: memory.lengths)
    let context = weights.sequenceMixes(memory.values, lengths: memory.lengths, packed: memory.packedValues)
    return (context, weights)
  }

  /// The same over states that no other queries will look at.
  public func callAsFunction(
    _ queries: Tensor, over states: SequenceBatch
  ) -> (context: Tensor, weights: Tensor) {
    self(queries, over: prepare(states))
  }
}
