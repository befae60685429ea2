import RecurrentLayers
import RecurrentTensor

/// Feeds some steps of training what the model itself says is likeliest, in place of the right symbol (Bengio et al., 2015).
struct SampledFeeding: Sendable {
  /// How many.
  let share: Double
  /// Whether whole sequences are drawn, and not each symbol by itself.
  let isPerSequence: Bool
  /// Where the random numbers come from.
  let key: RandomKey

  /// The symbols that a step is fed.
  ///
  /// - Parameters:
  ///   - step: Its number.
  ///   - symbols: The right ones.
  ///   - logits: What the step before said, `[N, V]`.
  func symbols(_ step: Int, _ symbols: [Int32], _ logits: Tensor) -> [Int32] {
    let said = logits.likeliest
    return symbols.indices.map { row in
      let place = isPerSequence ? row : step * symbols.count + row
      // Where a row is over there is nothing to feed.
      return symbols[row] >= 0 && key.unit(at: place) < share ? said[row] : symbols[row]
    }
  }
}

extension TargetDecoder {
  /// The logits of the real steps of a batch under a teacher, `[R, V]`, and how much was looked at twice.
  func logits(
    _ batch: PairBatch, _ memory: Memory, sampling: SampledFeeding? = nil
  ) -> (logits: Tensor, overlap: Tensor?) {
    let steps: DecodedSteps =
      if isFused, sampling == nil {
        DecodedSteps(outputs: fused(batch.fed, memory), overlap: nil)
      } else {
        stepwise(batch.fed, memory, choosing: sampling.map { sampling in { sampling.symbols($0, $1, $2) } })
      }
    let shape = steps.outputs.shape
    let outputs = steps.outputs.reshaped(to: [shape[0] * shape[1], shape[2]])
    // The logits are the largest part of the work: none are computed for padding.
    let real = batch.realSteps.count == shape[0] * shape[1] ? outputs : outputs.rows(at: batch.realSteps)
    return (logits(real), steps.overlap)
  }
}
