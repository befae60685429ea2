import RecurrentFormats
import RecurrentLayers
public import RecurrentTensor
public import RecurrentTraining

extension GenerationTraining {
  /// A window, `[T, N]`: what is read and what comes next. Its examples are the rows that are read side by side.
  public func contents(of batch: BatchPosition) -> BatchContents {
    let window = window(batch)
    let shape: Shape = [window.inputs.stepCount, window.inputs.batchSize]
    var inputs = [BatchContents.Part("symbols", shape)]
    if let conditions = window.conditions { inputs.append(BatchContents.Part("conditions", conditions)) }
    return BatchContents(
      examples: Array(batch.share(of: examplesPerBatch)), inputs: inputs,
      targets: [BatchContents.Part("symbols", shape)],
      outputs: [BatchContents.Part("logits", [shape[0], shape[1], initial.tokenizer.vocabulary.count])])
  }

  /// Text is judged in longer windows than it is learned from.
  public var judgedSize: Int? {
    let rows = data.parts.values.map { $0.rows(configuration.batchSize, end: initial.endSymbol) }
    return rows.map { rows in
      let steps = min(rows.stepCount, initial.network.windowLength(rowCount: rows.rows.count))
      return 2 * steps * rows.rows.count
    }.max()
  }
}
