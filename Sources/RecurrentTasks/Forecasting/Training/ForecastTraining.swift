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
    case sequence(SequenceExamples)
    case windows(WindowExamples)
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
    case .sequence: examples = .sequence(SequenceExamples(data, configuration))
    case .windows:
      examples = .windows(
        try wrapping(ForecastError.preparation) { () throws(PreparationError) in
          try WindowExamples(data, configuration, normalization: preparation.windowNormalization)
        })
    }
  }

  /// One for a sequence, else all windows in batches.
  public func batchCount(inEpoch epoch: Int) -> Int {
    switch examples {
    case .sequence: 1
    case .windows(let windows): (windows.countInEpoch + batchSize - 1) / batchSize
    }
  }

  private var batchSize: Int { initial.configuration.batchSize }

  /// Whole series, or windows.
  public var examplesPerBatch: Int {
    switch examples {
    case .sequence(let examples): examples.inputs.batchSize
    case .windows(let windows): min(batchSize, windows.countInEpoch)
    }
  }

  /// The loss of one batch, or of some of its series or windows, in units of the scaled targets.
  public func loss(of model: ForecastNetwork, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
    let configuration = initial.configuration
    switch examples {
    case .sequence(let all):
      guard let examples = all.share(batch.share) else { return .empty }
      let losses = model.forecasts(examples.inputs).0.map { outputs in
        configuration.loss(outputs, examples.labels, units: examples.units, mask: examples.mask)
      }
      return BatchLoss(mean: ForecastNetwork.mean(losses), count: examples.count)
    case .windows(let windows):
      let chosen = windows.windows(numbered: numbers(of: windows, in: batch), inEpoch: batch.epoch, key: batch.key)
      if chosen.isEmpty { return .empty }
      let batch = windows.set.batch(of: chosen)
      let inputs = batch.inputs(configuration, shape: windows.set.shape, series: windows.seriesNumbers(chosen))
      let width = windows.set.labelWidth
      let isEvery = windows.set.shape.labels == .every
      let outputs =
        isEvery
        ? model.forecasts(inputs.sequence).0
        : model.lastForecasts(inputs).map {
          $0.reshaped(to: [1, chosen.count, width * configuration.parameterCount])
        }
      let shape: Shape = [isEvery ? windows.set.shape.lookBack : 1, chosen.count, width]
      let mask = batch.labelMask.isEmpty ? nil : Tensor(batch.labelMask, shape: shape)
      let labels = Tensor(batch.labels, shape: shape)
      let (weights, units) = (windows.weights(batch), windows.units(chosen))
      let losses = outputs.map { configuration.loss($0, labels, weights: weights, units: units, mask: mask) }
      return BatchLoss(
        mean: ForecastNetwork.mean(losses), count: mask.map { Int($0.sum().scalar) } ?? batch.labels.count)
    }
  }

  /// The numbers of the windows of a batch among those of its epoch.
  private func numbers(of windows: WindowExamples, in batch: BatchPosition) -> ArraySlice<Int> {
    let order = order.numbers(below: windows.countInEpoch, inEpoch: batch.epoch, key: batch.key)
    let first = batch.index * batchSize
    let share = batch.share(of: min(batchSize, order.count - first))
    return order[first + share.lowerBound..<first + share.upperBound]
  }

  /// What networks read and what they are to foretell, `[T, N, C]`; nothing of how it was normalised.
  public func contents(of batch: BatchPosition) -> BatchContents {
    let parameters = initial.configuration.parameterCount
    func contents(_ examples: [Int], _ inputs: Tensor, _ labels: Tensor) -> BatchContents {
      BatchContents(
        examples: examples, inputs: [BatchContents.Part("inputs", inputs)],
        targets: [BatchContents.Part("labels", labels)],
        outputs: [BatchContents.Part("forecasts", [labels.shape[0], labels.shape[1], labels.shape[2] * parameters])])
    }
    switch examples {
    case .sequence(let all):
      guard let share = all.share(batch.share) else { return BatchContents() }
      return contents(Array(batch.share(of: all.inputs.batchSize)), share.inputs.values, share.labels)
    case .windows(let windows):
      let numbers = numbers(of: windows, in: batch)
      let found = windows.set.batch(of: windows.windows(numbered: numbers, inEpoch: batch.epoch, key: batch.key))
      let (count, width) = (numbers.count, windows.set.labelWidth)
      if count == 0 { return BatchContents() }
      return contents(
        Array(numbers),
        Tensor(found.inputs, shape: [found.inputs.count / (count * found.channelCount), count, found.channelCount]),
        Tensor(found.labels, shape: [found.labels.count / (count * width), count, width]))
    }
  }

  /// The errors on the validation part, in the unit of the data; empty where there is no such part.
  ///
  /// Where a distribution is forecast, how well it fits comes first: `crps`.
  public func validate(_ model: ForecastNetwork) throws -> [Metric] {
    var forecaster = initial
    forecaster.network = model
    let isExact = forecaster.hasExactQuantiles(horizon: initial.configuration.horizon)
    let hasDistribution = initial.configuration.outputDistribution != .point && isExact
    guard
      let metrics = try forecaster.evaluation(
        of: data, part: .validation, against: [], levels: [], withDistribution: hasDistribution)?.metrics
    else { return [] }
    let values = metrics.list
    return values.filter { $0.name == "crps" } + values.filter { $0.name != "crps" }
  }
}
