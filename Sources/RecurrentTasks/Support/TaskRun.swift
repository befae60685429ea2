import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// Trains the model of a task in a folder of its own, from the data to the model and its pictures.
///
/// ```swift
/// let training = try ForecastTraining(configuration)
/// let report = try TaskRun(training, folder: .createNumbered(task: Forecaster.task)).run()
/// ```
public struct TaskRun<Training: TaskTraining> {
  /// Where everything is written.
  public let folder: RunFolder
  /// What is trained, and on what.
  public let training: Training
  private let isResumed: Bool

  /// A new run on data that were read before there was a folder. Its settings are written at once.
  ///
  /// - Throws: `MemoryError` where the run cannot fit in memory; errors of the task, and errors of files.
  public init(_ training: Training, folder: RunFolder) throws {
    self.init(training, folder: folder, isResumed: false)
    // Before anything is written: a folder in which nothing has begun can be taken again.
    try checkMemory()
    try folder.begin(
      configuration: configuration.yaml(
        title: "settings of recurrent train \(Training.Product.task), version \(LibraryVersion.current)"),
      environment: [
        "library_version": .string(LibraryVersion.current),
        "kernels": .string(ComputeEnvironment.instructionSet),
        "seed": .integer(configuration.training.seed),
      ])
  }

  /// A run that goes on from its newest checkpoint, with the settings that its folder holds.
  ///
  /// - Throws: `MemoryError` where the run cannot fit in memory; errors of the task, and errors of files.
  public init(resuming folder: RunFolder, configuration: Training.Product.Configuration) throws {
    self.init(try Training(configuration), folder: folder, isResumed: true)
    try checkMemory()
  }

  private init(_ training: Training, folder: RunFolder, isResumed: Bool) {
    self.training = training
    self.folder = folder
    self.isResumed = isResumed
  }

  private var configuration: Training.Product.Configuration { training.initial.configuration }

  /// Trains until the end or until `stop` is set, and writes the model and what is found about it.
  ///
  /// - Parameters:
  ///   - stop: Looked at after every step. A run that is stopped leaves a checkpoint and no model.
  ///   - onEvent: Told of everything that happens.
  /// - Throws: `TrainingError`, errors of the task, and errors of files.
  public func run(
    until stop: StopRequest = StopRequest(), onEvent: (TrainingEvent) -> Void = { _ in }
  ) throws -> TaskReport {
    let runner = try TrainingRunner(
      training, model: training.initial.network, configuration: configuration.training, folder: folder,
      identity: identity,
      // Settings that came later are those of every older run.
      identityDefaults: ["settings": .object(Training.Product.Configuration().resultSettings)])
    if isResumed { try runner.resume(onEvent: onEvent) }
    let trained = try runner.run(until: stop, onEvent: onEvent)

    var product = training.initial
    product.network = trained.model
    var report = TaskReport(
      task: Training.Product.task, outcome: trained.outcome, modelPath: folder.modelPath,
      parameterCount: trained.model.parameterCount, epochs: trained.epochs, seconds: trained.seconds)
    if case .interrupted = trained.outcome { return report }
    product = try training.completed(product)
    try product.write(to: folder.modelPath, trainedBy: trained.summary)
    report.findings = try training.findings(on: product, in: folder)
    return report
  }

  /// Makes sure that there is memory enough.
  private func checkMemory() throws {
    if let threads = configuration.training.threads { ComputeEnvironment.threads = threads }
    let estimator = MemoryEstimator(
      training, model: training.initial.network, configuration: configuration.training)
    try estimator.estimate().check(against: .ofThisProcess, lowering: configuration.batchSetting)
  }

  /// What a checkpoint must agree on to be resumed.
  private var identity: JSONObject {
    var hash = SHA256()
    training.digestData(into: &hash)
    return ["settings": .object(configuration.resultSettings), "data": .string(hash.hexadecimalDigest())]
  }
}
