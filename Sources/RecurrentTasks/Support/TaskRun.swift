public import RecurrentDistribution
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
  /// What is trained, and on what.
  public let training: Training
  private let place: RunFolder?
  private let communicator: any Communicator
  private let isResumed: Bool

  /// Where everything is written. Only rank 0 has such a place.
  public var folder: RunFolder {
    guard let place else { preconditionFailure("rank \(communicator.rank) writes nothing") }
    return place
  }

  /// A new run on data that were read before there was a folder. Its settings are written at once.
  ///
  /// - Parameters:
  ///   - training: What is trained.
  ///   - folder: Where everything is written; nil at every rank but the first.
  ///   - communicator: The ranks that train the model together; all make the same calls.
  /// - Throws: `MemoryError` where the run cannot fit in memory; errors of the task, and errors of files.
  public init(
    _ training: Training, folder: RunFolder?, over communicator: any Communicator = SingleProcess()
  ) throws {
    self.init(training, folder: folder, over: communicator, isResumed: false)
    // Before anything is written: a folder in which nothing has begun can be taken again.
    try checkMemory()
    try folder?.begin(
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
  /// - Parameters:
  ///   - folder: The folder, which only rank 0 opens; nil at every other rank.
  ///   - configuration: The settings.
  ///   - communicator: The ranks that train the model together; there may be more or fewer than before.
  /// - Throws: `MemoryError` where the run cannot fit in memory; errors of the task, and errors of files.
  public init(
    resuming folder: RunFolder?, configuration: Training.Product.Configuration,
    over communicator: any Communicator = SingleProcess()
  ) throws {
    self.init(try Training(configuration), folder: folder, over: communicator, isResumed: true)
    try checkMemory()
  }

  private init(
    _ training: Training, folder: RunFolder?, over communicator: any Communicator, isResumed: Bool
  ) {
    precondition((folder == nil) == (communicator.rank > 0), "rank 0 has a folder, and no other rank")
    self.training = training
    self.communicator = communicator
    place = folder
    self.isResumed = isResumed
  }

  private var configuration: Training.Product.Configuration { training.initial.configuration }

  /// Trains until the end or until `stop` is set, and writes the model and what is found about it.
  ///
  /// - Parameters:
  ///   - stop: Looked at after every step. A run that is stopped leaves a checkpoint and no model.
  ///   - onEvent: Told of everything that happens.
  /// - Returns: What the run has led to. Only rank 0 writes the model and judges it: the report of others has no figures.
  /// - Throws: `TrainingError`, errors of the task, `CommunicationError`, and errors of files.
  public func run(
    until stop: StopRequest = StopRequest(), onEvent: (TrainingEvent) -> Void = { _ in }
  ) throws -> TaskReport {
    let identity = try agreedIdentity()
    let runner = try TrainingRunner(
      training, model: training.initial.network, configuration: configuration.training, folder: place,
      identity: identity,
      // Settings that came later are those of every older run.
      identityDefaults: ["settings": .object(Training.Product.Configuration().resultSettings)], over: communicator)
    if isResumed { try runner.resume(onEvent: onEvent) }
    let trained = try runner.run(until: stop, onEvent: onEvent)

    var product = training.initial
    product.network = trained.model
    var report = TaskReport(
      task: Training.Product.task, outcome: trained.outcome, modelPath: place?.modelPath ?? "",
      parameterCount: trained.model.parameterCount, epochs: trained.epochs, seconds: trained.seconds,
      traffic: trained.traffic)
    if case .interrupted = trained.outcome { return report }
    guard communicator.rank == 0 else { return report }
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

  /// What a checkpoint must agree on to be resumed, and all ranks with each other.
  private func agreedIdentity() throws -> JSONObject {
    var hash = SHA256()
    training.digestData(into: &hash)
    let (settings, data) = (JSONValue.object(configuration.resultSettings), hash.hexadecimalDigest())
    if communicator.size > 1 {
      try communicator.requireAgreement(on: [("the settings", settings.text(.oneLine)), ("the data", data)])
    }
    return ["settings": settings, "data": .string(data)]
  }
}
