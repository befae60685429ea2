/// Decides after every epoch whether the model has become better, and whether it is time to stop.
struct MetricMonitor: Sendable {
  /// The name that stands for the training loss.
  static let trainingLossName = "train_loss"
  /// What stands before the names of metrics of the validation part.
  static let validationPrefix = "validation_"

  let name: String?
  let patience: Int?
  let minimumChange: Double

  init(_ configuration: TrainingConfiguration) {
    name = configuration.monitor
    patience = configuration.patience
    minimumChange = configuration.minimumChange
  }

  /// The metric that decides: the one asked for, else the first of the validation part, else the training loss.
  func metric(of report: EpochReport) throws(TrainingError) -> Metric {
    let columns = report.columns
    guard let name else { return columns.dropFirst().first ?? columns[0] }
    if let metric = columns.first(where: { $0.name == name }) { return metric }
    throw TrainingError.unknownMetric(name, known: columns.map(\.name))
  }

  /// Whether there is more to judge a model by than its training loss, or the user has said that this is enough.
  func canChooseBest(_ report: EpochReport) -> Bool { name != nil || !report.metrics.isEmpty }

  /// Takes an epoch into account.
  ///
  /// - Returns: Whether the model is the best so far.
  func judge(_ report: EpochReport, by metric: Metric, _ state: inout TrainingState) -> Bool {
    let isBetter = metric.value.isFinite && isImprovement(metric, over: state.best?.metric)
    if isBetter {
      state.best = BestEpoch(epoch: report.epoch, step: report.step, metric: metric)
      state.epochsWithoutImprovement = 0
    } else {
      state.epochsWithoutImprovement += 1
    }
    if let patience, state.epochsWithoutImprovement >= patience { state.ending = .stoppedEarly }
    return isBetter
  }

  private func isImprovement(_ metric: Metric, over best: Metric?) -> Bool {
    guard let best else { return true }
    return switch metric.direction {
    case .lowerIsBetter: metric.value < best.value - minimumChange
    case .higherIsBetter: metric.value > best.value + minimumChange
    }
  }
}

extension EpochReport {
  /// The figures of the epoch under their names in `metrics.csv`, the training loss first.
  public var columns: [Metric] {
    [Metric(MetricMonitor.trainingLossName, trainingLoss)]
      + metrics.map { Metric(MetricMonitor.validationPrefix + $0.name, $0.value, $0.direction) }
  }
}
