import RecurrentFormats
import RecurrentLayers
public import RecurrentTensor
public import RecurrentTraining

extension TranslationTraining {
  /// Sources, `[S, N]` or `[S, N, F]`, and what is to be said, `[U, N]`.
  public func contents(of batch: BatchPosition) -> BatchContents {
    let numbers = batch.share(of: batches.numbers(ofBatch: batch.index, inEpoch: batch.epoch, key: batch.key))
    let pairs = pairs.batch(numbers)
    let source: BatchContents.Part =
      switch pairs.sources {
      case .symbols(let symbols): .init("symbols", [symbols.stepCount, symbols.batchSize])
      case .frames(let frames): .init("frames", frames.values)
      }
    let targets: Shape = [pairs.fed.stepCount, pairs.fed.batchSize]
    let symbolCount = initial.tokenizers.target.vocabulary.count
    // Nothing is said where there is only padding.
    let outputs: BatchContents.Part =
      initial.network.decoder == nil
      ? .init("logits", [source.shape[0], source.shape[1], symbolCount])
      : .init("logits", [pairs.labels.count, symbolCount])
    return BatchContents(
      examples: numbers, inputs: [source], targets: [BatchContents.Part("symbols", targets)], outputs: [outputs])
  }

  /// The steps of sources and targets, padding included.
  public func batchSizes(inEpoch epoch: Int, key: RandomKey) -> [Int] {
    let lengths = pairs.sources.lengths
    let sources = batches.sizes(inEpoch: epoch, key: key) { lengths[$0] }
    let targets = batches.sizes(inEpoch: epoch, key: key) { pairs.targets[$0].count + 1 }
    return zip(sources, targets).map { $0 + $1 }
  }
}
