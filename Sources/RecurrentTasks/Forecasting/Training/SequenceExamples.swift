import RecurrentLayers
import RecurrentTensor

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
  /// The number of labels that count.
  let count: Int

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
    count =
      observed.isEmpty ? matrices.reduce(0) { $0 + $1.1 } * width : observed.count { $0 != 0 }
    let scales = data.prepared.flatMap { series in
      (0..<horizon).flatMap { _ in series.scales.targets.map { Float($0.scale) } }
    }
    units = Tensor(scales, shape: [1, matrices.count, width])
  }
}
