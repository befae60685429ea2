import CRecurrentKernels

/// Scores v · tanh(q + k) of each query with each step of its own sequence (Bahdanau et al., 2015).
///
/// The `[U, T, N, A]` values of tanh are never stored: the way back computes them again, which is faster than to read them.
struct AdditiveScoresOperation: DifferentiableOperation {
  let queries: Tensor
  let keys: Tensor
  let weight: Tensor
  let lengths: [Int32]?

  func pullback(_ adjoints: inout Adjoints) {
    guard let dscores = adjoints.takeOutput() else { return }
    let workspace = adjoints.tape.scratch(count: keys.shape[1] * weight.count, elementType: keys.elementType)
    keys.kernels.pointee.additive_scores_backward(
      Int64(queries.shape[0]), Int64(keys.shape[0]), Int64(keys.shape[1]), Int64(weight.count), lengths,
      queries.pointer, keys.pointer, weight.pointer, dscores.pointer, adjoints.pointer(for: queries),
      adjoints.pointer(for: keys), adjoints.pointer(for: weight), workspace)
  }
}

extension Tensor {
  /// The scores `weight` · tanh(q + k) of queries, `[U, N, A]`, with the steps of their own sequences, `[T, N, A]`:
  /// `[U, N, T]`.
  ///
  /// - Parameters:
  ///   - keys: The steps.
  ///   - weight: `[A]`.
  ///   - lengths: The real steps of each sequence; the others are not read and get zeros. nil when all have T.
  package func additiveScores(_ keys: Tensor, weight: Tensor, lengths: [Int32]? = nil) -> Tensor {
    requireRank(3, shape, in: "additiveScores")
    requireRank(3, keys.shape, in: "additiveScores")
    requireElementType(self, keys, weight)
    requireDimension(1, "batch", shape[1], keys.shape, in: "additiveScores")
    for operand in [shape, keys.shape] { requireDimension(2, "features", weight.count, operand, in: "additiveScores") }
    let tape = Tape.common(self, keys, weight)
    var scores = Tensor(
      uninitialized: [shape[0], shape[1], keys.shape[0]], elementType: elementType, on: tape)
    kernels.pointee.additive_scores(
      Int64(shape[0]), Int64(keys.shape[0]), Int64(shape[1]), Int64(weight.count), lengths, pointer, keys.pointer,
      weight.pointer, scores.mutablePointer)
    scores.node = tape?.record(
      AdditiveScoresOperation(queries: self, keys: keys, weight: weight, lengths: lengths))
    return scores
  }
}
