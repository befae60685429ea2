import RecurrentTensor

/// Some steps of each row of a batch, and where they stand once they are moved to the front of their rows.
struct KeptSteps {
  /// For each step of the shorter batch the step of the longer one, as rows of `[T · N, C]`; -1 behind a row's end.
  private(set) var sources: [Int32] = []
  /// For each step of the longer batch the step of the shorter one; -1 where it is passed over.
  private(set) var places: [Int32]
  private let stepCount: Int
  private let lengths: [Int]
  private let resets: StepFlags?

  /// The steps that are real and flagged in `mask`.
  init(of batch: SequenceBatch, mask: StepFlags) {
    mask.requireFit(batch)
    let rows = batch.batchSize
    var times: [[Int]] = []
    var moved = Set<Int>()
    for row in 0..<rows {
      let end = batch.lengths.map { Int($0[row]) } ?? batch.stepCount
      var kept: [Int] = []
      var beginsAnew = false
      for step in 0..<end {
        beginsAnew = beginsAnew || batch.resets?[step, row] == true
        guard mask[step, row] else { continue }
        if beginsAnew { moved.insert(kept.count * rows + row) }
        beginsAnew = false
        kept.append(step)
      }
      times.append(kept)
    }
    stepCount = times.map(\.count).max() ?? 0
    lengths = times.map(\.count)
    places = [Int32](repeating: -1, count: batch.stepCount * rows)
    for step in 0..<stepCount {
      for row in 0..<rows {
        guard step < times[row].count else {
          sources.append(-1)
          continue
        }
        let source = times[row][step] * rows + row
        sources.append(Int32(source))
        places[source] = Int32(step * rows + row)
      }
    }
    resets =
      moved.isEmpty
      ? nil : StepFlags(stepCount: stepCount, batchSize: rows) { moved.contains($0 * rows + $1) }
  }

  /// The steps that are kept, at the front of their rows.
  func shortened(_ batch: SequenceBatch) -> SequenceBatch {
    let steps = batch.flatRows.rows(at: sources)
    return SequenceBatch(
      steps.reshaped(to: [stepCount, batch.batchSize, batch.featureCount]), lengths: lengths
    ).resetting(at: resets)
  }

  /// What was made of the steps that were kept, at their old places in `batch`; 0 at the others.
  func restored(_ outputs: SequenceBatch, in batch: SequenceBatch) -> SequenceBatch {
    precondition(outputs.stepCount == stepCount, "a layer that joins steps cannot pass over some")
    let steps = outputs.flatRows.rows(at: places)
    return batch.replacingValues(
      steps.reshaped(to: [batch.stepCount, batch.batchSize, outputs.featureCount]))
  }
}

extension SequenceBatch {
  /// Only the steps that are flagged, moved to the front of their rows. A row that was to begin anew at a step that is
  /// gone does so at its next one.
  public func keeping(_ mask: StepFlags) -> SequenceBatch { KeptSteps(of: self, mask: mask).shortened(self) }

  /// All steps of all rows, `[T · N, C]`.
  var flatRows: Tensor { values.reshaped(to: [stepCount * batchSize, featureCount]) }

  /// The same batch with zeros at padding, whatever stood there.
  var zeroPadded: SequenceBatch {
    guard let lengths else { return self }
    let rows = Int32(batchSize)
    let indices = (0..<Int32(stepCount)).flatMap { step in
      lengths.indices.map { step < lengths[$0] ? step * rows + Int32($0) : -1 }
    }
    return replacingValues(flatRows.rows(at: indices).reshaped(to: values.shape))
  }

  /// What `transform` makes of the real steps, `[R, C]` to `[R, D]`, at their places; 0 at padding. Padding costs nothing
  /// and reaches nothing.
  func mapRealSteps(_ transform: (Tensor) -> Tensor) -> SequenceBatch {
    guard let lengths else {
      let steps = transform(flatRows)
      return replacingValues(steps.reshaped(to: [stepCount, batchSize, steps.shape[1]]))
    }
    var sources: [Int32] = []
    var places: [Int32] = []
    for step in 0..<stepCount {
      for row in 0..<batchSize {
        let isReal = step < Int(lengths[row])
        places.append(isReal ? Int32(sources.count) : -1)
        if isReal { sources.append(Int32(step * batchSize + row)) }
      }
    }
    let steps = transform(flatRows.rows(at: sources))
    return replacingValues(steps.rows(at: places).reshaped(to: [stepCount, batchSize, steps.shape[1]]))
  }
}
