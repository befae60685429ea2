import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// Trains a forecaster in a folder of its own, from the table to the model and its picture.
public struct ForecastRun {
  /// Where everything is written.
  public let folder: RunFolder
  /// What is trained, and on what.
  public let training: ForecastTraining
  private let isResumed: Bool

  /// A new run. Its data are read, and its settings written, at once.
  public init(_ configuration: ForecastConfiguration, folder: RunFolder) throws {
    try self.init(try ForecastTraining(configuration), folder: folder)
  }

  /// A new run on data that were read before there was a folder. Its settings are written at once.
  public init(_ training: ForecastTraining, folder: RunFolder) throws {
    self.init(training, folder: folder, isResumed: false)
    try folder.begin(
      configuration: configuration.yaml(title: "settings of a forecaster, by recurrent \(LibraryVersion.current)"),
      environment: [
        "library_version": .string(LibraryVersion.current),
        "kernels": .string(ComputeEnvironment.instructionSet),
        "seed": .integer(configuration.training.seed),
      ])
  }

  /// A run that goes on from its newest checkpoint, with the settings that its folder holds.
  public init(resuming folder: RunFolder, configuration: ForecastConfiguration) throws {
    self.init(try ForecastTraining(configuration), folder: folder, isResumed: true)
  }

  private init(_ training: ForecastTraining, folder: RunFolder, isResumed: Bool) {
    self.training = training
    self.folder = folder
    self.isResumed = isResumed
  }

  private var configuration: ForecastConfiguration { training.initial.configuration }

  /// Trains until the end or until `stop` is set, and writes the model, its forecasts and its picture.
  ///
  /// - Parameters:
  ///   - stop: Looked at after every step. A run that is stopped leaves a checkpoint and no model.
  ///   - onEvent: Told of everything that happens.
  /// - Throws: `TrainingError`, `ForecastError`, and errors of files.
  public func run(
    until stop: StopRequest = StopRequest(), onEvent: (TrainingEvent) -> Void = { _ in }
  ) throws -> ForecastReport {
    let runner = try TrainingRunner(
      training, model: training.initial.network, configuration: configuration.training, folder: folder,
      identity: try identity())
    if isResumed { try runner.resume(onEvent: onEvent) }
    let trained = try runner.run(until: stop, onEvent: onEvent)

    var forecaster = training.initial
    forecaster.network = trained.model
    var report = ForecastReport(
      outcome: trained.outcome, modelPath: folder.modelPath, parameterCount: trained.model.parameterCount,
      epochs: trained.epochs, seconds: trained.seconds)
    if case .interrupted = trained.outcome { return report }
    try ModelFolder.write(
      forecaster.network, try forecaster.modelDescription(trainedBy: trained.summary), to: folder.modelPath)
    try evaluate(forecaster, into: &report)
    return report
  }

  /// What a checkpoint must agree on to be resumed.
  private func identity() throws -> JSONObject {
    var hash = SHA256()
    for series in training.data.frame.series {
      for channel in series.targets + series.pastCovariates + series.futureCovariates {
        channel.withUnsafeBytes { hash.update($0) }
      }
    }
    return ["settings": .object(configuration.resultSettings), "data": .string(hash.hexadecimalDigest())]
  }

  private func evaluate(_ forecaster: Forecaster, into report: inout ForecastReport) throws {
    if configuration.fitScalerOn == .all, configuration.scaler != .none {
      report.notes.append(
        "fit_scaler_on all: the scaler has seen the test part, so its errors there are too good to be true (a leak)")
    }
    var evaluations: [(part: Part, evaluation: ForecastEvaluation)] = []
    for part in Part.allCases {
      let baselines = part == .test ? Baseline.allCases : []
      guard let evaluation = try forecaster.evaluation(of: training.data, part: part, against: baselines) else {
        continue
      }
      evaluations.append((part, evaluation))
      if let metrics = evaluation.metrics { report.metrics.append((part, metrics)) }
      if part == .test { report.baselines = evaluation.baselines }
    }
    guard configuration.plot else { return }
    let path = folder.path + "/forecast.svg"
    try ForecastChart(training.data, evaluations).chart.write(to: path)
    report.chartPath = path
  }
}
