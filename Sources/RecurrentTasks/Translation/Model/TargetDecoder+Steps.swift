import RecurrentLayers
import RecurrentTensor

/// What the steps of training made.
struct DecodedSteps {
  /// s of all steps, `[U, N, A]`.
  let outputs: Tensor
  /// The mean over steps and rows of how much was looked at twice; nil where that is not counted.
  let overlap: Tensor?
}

extension TargetDecoder {
  /// All steps one after the other: what attention gives is fed back, or the model's own symbols are.
  ///
  /// - Parameters:
  ///   - fed: The right symbols, one step late, `[U, N]`.
  ///   - memory: What is known of the sources.
  ///   - choose: The symbols that a step is fed in place of the right ones, given its number, these and the logits of the
  ///     step before; nil for the right ones always.
  func stepwise(
    _ fed: TokenBatch, _ memory: Memory, choosing choose: ((Int, [Int32], Tensor) -> [Int32])? = nil
  ) -> DecodedSteps {
    let rows = fed.batchSize
    let vectors = choose == nil ? inputDropout(embedding(fed)).values : nil
    var state = firstState(memory)
    var outputs: [Tensor] = []
    var overlaps: [Tensor] = []
    for step in 0..<fed.stepCount {
      let input: Tensor
      if let vectors {
        input = vectors[step]
      } else {
        var symbols = Array(fed.tokens[step * rows..<(step + 1) * rows])
        if let choose, let last = outputs.last { symbols = choose(step, symbols, logits(last.detached())) }
        input = inputDropout(SequenceBatch(embedding.weight.value.rows(at: symbols).asOneStep)).values[0]
      }
      let (output, weights, next) = advance(input, memory, from: state)
      if let weights, let coverage = state.coverage { overlaps.append(minimum(weights, coverage).sum()) }
      outputs.append(outputDropout(SequenceBatch(output.asOneStep)).values[0])
      state = next
    }
    let overlap = overlaps.isEmpty ? nil : overlaps.dropFirst().reduce(overlaps[0]) { $0 + $1 }
    return DecodedSteps(
      outputs: Tensor(stacking: outputs), overlap: overlap.map { $0 / Float(fed.stepCount * rows) })
  }
}

extension Tensor {
  /// `[N, C]` as a sequence of one step, `[1, N, C]`.
  var asOneStep: Tensor { reshaped(to: shape.inserting(1, at: 0)) }
}
