import RecurrentFormats
import RecurrentLayers
public import RecurrentTensor
public import RecurrentTraining

extension TaggingTraining {
  /// Words and their labels, `[T, N]`.
  public func contents(of batch: BatchPosition) -> BatchContents {
    let numbers = batch.share(of: batches.numbers(ofBatch: batch.index, inEpoch: batch.epoch, key: batch.key))
    let shape: Shape = [numbers.map { words[$0].count }.max() ?? 0, numbers.count]
    return BatchContents(
      examples: numbers, inputs: [BatchContents.Part("words", shape)], targets: [BatchContents.Part("labels", shape)],
      outputs: [BatchContents.Part("logits", [shape[0], shape[1], initial.vocabularies.labels.count])])
  }

  /// The steps of words and labels, padding included.
  public func batchSizes(inEpoch epoch: Int, key: RandomKey) -> [Int] {
    batches.sizes(inEpoch: epoch, key: key) { 2 * words[$0].count }
  }

  /// Judged are about so many words at a time, as far as there are so many.
  public var judgedSize: Int? {
    let lengths = parts.all.flatMap { $0.1.sentences.map(\.words.count) }
    return 2 * max(lengths.max() ?? 0, min(Tagger.stepsAtATime, lengths.reduce(0, +)))
  }
}
