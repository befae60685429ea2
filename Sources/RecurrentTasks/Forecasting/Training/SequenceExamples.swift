import RecurrentLayers
import RecurrentTensor
import RecurrentTraining

/// The training parts of all series side by side as one batch, padded to the longest.
struct SequenceExamples: Sendable {
  /// What the network reads, `[T, N, C]`.
  let inputs: SequenceBatch
  /// What it is to foretell, `[T, N, H * K]`.
  let labels: Tensor
  /// Which labels count, `[T, N, H * K]` or `[T, N, 1]`; nil for all.
  let mask: Tensor?
  /// The value of 1 of each label in the data, `[1, N, H * K]`.
  let units: Tensor
  /// The labels of each series that count.
  private let counts: [Int]

  /// The number of labels that count.
  var count: Int { counts.reduce(0, +) }

  init(_ data: ForecastData, _ configuration: ForecastConfiguration) {
    let horizon = configuration.modelHorizon
    let matrices = zip(data.prepared, data.parts).map { series, parts in
      let matrix = LagMatrix(
        series, lookBack: configuration.lookBack, horizon: horizon, features: configuration.features)
      return (matrix, matrix.steps(in: 0..<parts.train.upperBound, horizon: horizon).upperBound)
    }
    let longest = matrices.map(\.1).max() ?? 0
    let channels = matrices.first?.0.channelCount ?? 0
    let width = horizon * data.frame.schema.targets.count
    var inputs = [Float](repeating: 0, count: longest * matrices.count * channels)
    var labels = [Float](repeating: 0, count: longest * matrices.count * width)
    var observed = [Float](repeating: 0, count: configuration.missing == .mask ? labels.count : 0)
    for (row, (matrix, steps)) in matrices.enumerated() {
      for step in 0..<steps {
        let place = step * matrices.count + row
        inputs.replaceSubrange(
          place * channels..<(place + 1) * channels, with: matrix.inputs[step * channels..<(step + 1) * channels])
        labels.replaceSubrange(
          place * width..<(place + 1) * width, with: matrix.labels[step * width..<(step + 1) * width])
        if !observed.isEmpty {
          observed.replaceSubrange(
            place * width..<(place + 1) * width, with: matrix.labelMask[step * width..<(step + 1) * width])
        }
      }
    }
    let lengths = matrices.allSatisfy { $0.1 == longest } ? nil : matrices.map(\.1)
    let shape: Shape = [longest, matrices.count, width]
    self.inputs = SequenceBatch(Tensor(inputs, shape: [longest, matrices.count, channels]), lengths: lengths)
    self.labels = Tensor(labels, shape: shape)
    mask = observed.isEmpty ? self.inputs.mask(elementType: .float32) : Tensor(observed, shape: shape)
    counts = matrices.indices.map { row in
      if observed.isEmpty { return matrices[row].1 * width }
      return (0..<longest).reduce(0) { count, step in
        let place = (step * matrices.count + row) * width
        return count + observed[place..<place + width].count { $0 != 0 }
      }
    }
    let scales = data.prepared.flatMap { series in
      (0..<horizon).flatMap { _ in series.scales.targets.map { Float($0.scale) } }
    }
    units = Tensor(scales, shape: [1, matrices.count, width])
  }

  /// Some of the series, padded to the longest of them.
  private init(_ all: SequenceExamples, _ rows: Range<Int>) {
    let lengths = all.inputs.lengths.map { $0[rows].map { Int($0) } }
    let steps = 0..<(lengths?.max() ?? all.inputs.stepCount)
    func cut(_ values: Tensor) -> Tensor { values.slice(axis: 1, rows).slice(axis: 0, steps) }
    inputs = SequenceBatch(cut(all.inputs.values), lengths: lengths)
    labels = cut(all.labels)
    mask = all.mask.map(cut)
    units = all.units.slice(axis: 1, rows)
    counts = Array(all.counts[rows])
  }

  /// The series of a share; nil where it has none.
  func share(_ share: BatchShare) -> SequenceExamples? {
    if share.isWhole { return self }
    let rows = share.range(of: inputs.batchSize)
    return rows.isEmpty ? nil : SequenceExamples(self, rows)
  }
}
