import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// The network of a translator as what a search asks step by step.
struct TranslationWriter: StepwiseWriter {
  let decoder: TargetDecoder
  let vocabularySize: Int
  let start: Int32
  let end: Int32?
  let unknown: Int32?
  let excluded: [Int32]

  init(_ decoder: TargetDecoder, of translator: Translator) {
    self.decoder = decoder
    let vocabulary = translator.tokenizers.target.vocabulary
    vocabularySize = vocabulary.count
    start = translator.tokenizers.start
    end = translator.tokenizers.end
    unknown = vocabulary.unknown
    excluded = [start, vocabulary[TranslationTokenizers.padding]]
  }

  func firstState(_ memory: TargetDecoder.Memory) -> TargetDecoder.State { decoder.firstState(memory) }

  func step(
    _ previous: [Int32], _ memory: TargetDecoder.Memory, from state: TargetDecoder.State, needsWeights: Bool
  ) -> (logits: Tensor, weights: Tensor?, state: TargetDecoder.State) {
    let vectors = decoder.embedding.weight.value.rows(at: previous)
    let (output, weights, next) = decoder.advance(vectors, memory, from: state)
    return (decoder.logits(output), weights, next)
  }

  func selecting(rows: [Int], of state: TargetDecoder.State) -> TargetDecoder.State {
    let indices = rows.map { Int32($0) }
    return TargetDecoder.State(
      layers: state.layers.selecting(rows: rows), fed: state.fed?.rows(at: indices),
      coverage: state.coverage?.rows(at: indices))
  }

  func selecting(sources: [Int], of memory: TargetDecoder.Memory) -> TargetDecoder.Memory {
    TargetDecoder.Memory(
      attention: memory.attention?.selecting(rows: sources),
      context: memory.context.rows(at: sources.map { Int32($0) }), first: memory.first.selecting(rows: sources),
      stepCount: memory.stepCount)
  }
}
