import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// The training of a forecaster: its examples, its loss, and how it is judged after an epoch.
public struct ForecastTraining: TrainingTask {
  /// What is trained.
  public typealias Model = ForecastNetwork

  /// The series, divided and prepared.
  public let data: ForecastData
  /// The forecaster with its first weights.
  public let initial: Forecaster
  private let examples: Examples
  private let order = EpochOrder()

  private enum Examples: Sendable {
    /// All series side by side, `[T, N, C]`, and the steps that count.
    case sequence(SequenceBatch, labels: Tensor, mask: Tensor?, count: Int)
    case windows(WindowSet)
  }

  /// Reads the data of a configuration and makes a forecaster for them.
  public init(_ configuration: ForecastConfiguration) throws(ForecastError) {
    let (data, preparation) = try ForecastData.read(configuration)
    try self.init(configuration, data, preparation)
  }

  /// Makes a forecaster for series that were read before.
  ///
  /// - Parameters:
  ///   - configuration: The settings; those of reading and dividing are not looked at.
  ///   - frame: The series.
  ///   - parts: The parts of each series.
  public init(_ configuration: ForecastConfiguration, frame: SeriesFrame, parts: [Parts]) throws(ForecastError) {
    let (data, preparation) = try ForecastData.prepare(configuration, frame: frame, parts: parts)
    try self.init(configuration, data, preparation)
  }

  private init(
    _ configuration: ForecastConfiguration, _ data: ForecastData, _ preparation: Preparation
  ) throws(ForecastError) {
    self.data = data
    initial = Forecaster(configuration, data: data, preparation: preparation)
    switch configuration.arrangement {
    case .sequence: examples = ForecastTraining.sequence(data, configuration)
    case .windows:
      examples = try wrapping(ForecastError.preparation) { () throws(PreparationError) in
        .windows(
          try WindowSet(
            data.prepared, rows: data.parts.map(\.train), shape: try configuration.windowShape(),
            looksBackBefore: false, normalization: preparation.windowNormalization))
      }
    }
  }

  /// The training parts of all series as one batch, padded to the longest.
  private static func sequence(_ data: ForecastData, _ configuration: ForecastConfiguration) -> Examples {
    let matrices = zip(data.prepared, data.parts).map { series, parts in
      let matrix = LagMatrix(series, lookBack: configuration.lookBack, horizon: configuration.modelHorizon)
      return (matrix, matrix.steps(in: 0..<parts.train.upperBound, horizon: configuration.modelHorizon).upperBound)
    }
    let longest = matrices.map(\.1).max() ?? 0
    let channels = matrices.first?.0.channelCount ?? 0
    let width = configuration.modelHorizon * data.frame.schema.targets.count
    var inputs = [Float](repeating: 0, count: longest * matrices.count * channels)
    var labels = [Float](repeating: 0, count: longest * matrices.count * width)
    for (row, (matrix, steps)) in matrices.enumerated() {
      for step in 0..<steps {
        let place = step * matrices.count + row
        inputs.replaceSubrange(
          place * channels..<(place + 1) * channels, with: matrix.inputs[step * channels..<(step + 1) * channels])
        labels.replaceSubrange(
          place * width..<(place + 1) * width, with: matrix.labels[step * width..<(step + 1) * width])
      }
    }
    let lengths = matrices.allSatisfy { $0.1 == longest } ? nil : matrices.map(\.1)
    let batch = SequenceBatch(Tensor(inputs, shape: [longest, matrices.count, channels]), lengths: lengths)
    return .sequence(
      batch, labels: Tensor(labels, shape: [longest, matrices.count, width]), mask: batch.mask(elementType: .float32),
      count: matrices.reduce(0) { $0 + $1.1 } * width)
  }

  /// One for a sequence, else all windows in batches.
  public func batchCount(inEpoch epoch: Int) -> Int {
    switch examples {
    case .sequence: 1
    case .windows(let windows): (windows.count + batchSize - 1) / batchSize
    }
  }

  private var batchSize: Int { initial.configuration.batchSize }

  /// The loss of one batch, in units of the scaled targets.
  public func loss(of model: ForecastNetwork, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
    switch examples {
    case .sequence(let inputs, let labels, let mask, let count):
      return BatchLoss(mean: loss(model(inputs).0, labels, mask: mask), count: count)
    case .windows(let windows):
      let order = order.numbers(below: windows.count, inEpoch: batch.epoch, key: batch.key)
      let chosen = order[batch.index * batchSize..<min((batch.index + 1) * batchSize, order.count)]
      let examples = windows.batch(chosen)
      let inputs = examples.sequence(stepCount: windows.shape.lookBack)
      let outputs =
        windows.shape.labels == .every
        ? model(inputs).0 : model.last(inputs).reshaped(to: [1, chosen.count, windows.labelWidth])
      let labels = Tensor(examples.labels, shape: outputs.shape)
      return BatchLoss(mean: loss(outputs, labels, mask: nil), count: labels.count)
    }
  }

  private func loss(_ forecasts: Tensor, _ labels: Tensor, mask: Tensor?) -> Tensor {
    switch initial.configuration.loss {
    case .meanSquaredError: meanSquaredError(forecasts, labels, mask: mask)
    case .meanAbsoluteError: meanAbsoluteError(forecasts, labels, mask: mask)
    case .huber: huberLoss(forecasts, labels, mask: mask)
    }
  }

  /// The errors on the validation part, in the unit of the data; empty where there is no such part.
  public func validate(_ model: ForecastNetwork) throws -> [Metric] {
    var forecaster = initial
    forecaster.network = model
    guard let metrics = try forecaster.evaluation(of: data, part: .validation, against: [])?.metrics else { return [] }
    return metrics.list
  }
}
