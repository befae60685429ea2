import RecurrentLayers
public import RecurrentTensor
public import RecurrentTraining

extension ClassificationTraining {
  /// Sequences, `[T, N]` or `[T, N, C]`, and their labels or numbers.
  public func contents(of batch: BatchPosition) -> BatchContents {
    let numbers = batch.share(of: batches.numbers(ofBatch: batch.index, inEpoch: batch.epoch, key: batch.key))
    var contents = BatchContents(examples: numbers)
    switch data.inputs {
    case .text:
      let steps = numbers.map { training.examples.lengths[$0] }.max() ?? 0
      contents.inputs = [BatchContents.Part("symbols", [steps, numbers.count])]
    case .signal(let encoding):
      let signals = training.examples.signalBatch(numbers, encoding)
      contents.inputs = signals.map { [BatchContents.Part("signals", $0.values)] } ?? []
    }
    switch training.answers {
    case .classes: contents.targets = [BatchContents.Part("classes", [numbers.count])]
    case .numbers(let truth):
      contents.targets = [BatchContents.Part("numbers", Tensor(numbers.map { Float(truth[$0]) }))]
    }
    contents.outputs = [BatchContents.Part("outputs", [numbers.count, data.target.outputCount])]
    return contents
  }

  /// The steps of all sequences, padding included.
  public func batchSizes(inEpoch epoch: Int, key: RandomKey) -> [Int] {
    batches.sizes(inEpoch: epoch, key: key) { training.examples.lengths[$0] }
  }

  /// The steps of the largest batch that is judged, padding included.
  public var judgedSize: Int? {
    data.parts.values.flatMap { part in
      let lengths = part.examples.lengths
      return Classifier.batches(lengths: lengths).map { $0.count * ($0.map { lengths[$0] }.max() ?? 0) }
    }.max()
  }
}
