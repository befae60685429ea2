public import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// A trained forecaster: the network, and everything needed to turn a table into its inputs and its outputs into values.
///
/// ```swift
/// let forecaster = try Forecaster(modelFolder: "runs/0001-forecast")
/// let history = try forecaster.readSeries()
/// let forecast = try forecaster.forecast(history, horizon: 24)
/// ```
public struct Forecaster: Sendable {
  /// The settings it was trained with.
  public let configuration: ForecastConfiguration
  /// What the columns of its tables mean.
  public let schema: SeriesSchema
  /// How values are transformed and scaled.
  public let preparation: Preparation
  /// The network.
  public var network: ForecastNetwork

  /// The name of the task in a model's `config.json`.
  public static let task = "forecast"

  /// A forecaster with random weights for the data of a configuration.
  init(_ configuration: ForecastConfiguration, data: ForecastData, preparation: Preparation) {
    self.configuration = configuration
    schema = data.frame.schema
    self.preparation = preparation
    network = Forecaster.makeNetwork(configuration, data.frame.schema)
  }

  /// Loads the forecaster of a run's folder, or of its `model/`.
  public init(modelFolder path: String) throws(ForecastError) {
    let folder = try wrapping(ForecastError.model) { () throws(ModelFolderError) in
      try ModelFolder(path, task: Forecaster.task)
    }
    var settings = ForecastConfiguration()
    do throws(SettingError) {
      try settings.apply(
        try SettingAssignment.list(from: .object(folder.description.settings), file: folder.path + "/config.json"))
    } catch {
      throw .description(path: folder.path, problem: error.description)
    }
    configuration = settings
    do {
      schema = try folder.description.data["schema"].decoded()
      preparation = try folder.description.data["preparation"].decoded()
    } catch {
      throw .description(path: folder.path, problem: "'data' lacks the columns or the scales of a forecaster")
    }
    guard schema.targets.count > 0 else {
      throw .description(path: folder.path, problem: "'data' names no column to forecast")
    }
    var network = Forecaster.makeNetwork(settings, schema)
    try wrapping(ForecastError.model) { () throws(ModelFolderError) in try folder.load(into: &network) }
    self.network = network
  }

  /// The content of `config.json` for this forecaster.
  public func modelDescription(trainedBy training: JSONObject) throws -> ModelDescription {
    ModelDescription(
      task: Forecaster.task, settings: configuration.resultSettings,
      data: ["schema": try JSONValue(encoding: schema), "preparation": try JSONValue(encoding: preparation)],
      training: training)
  }

  /// Reads series with the columns of the training table.
  ///
  /// - Parameter data: A path or a built-in data set; nil reads the training table again.
  public func readSeries(_ data: String? = nil) throws(ForecastError) -> SeriesFrame {
    try wrapping(ForecastError.series) { () throws(SeriesError) in
      try SeriesFrame.read(data ?? configuration.data, like: schema)
    }
  }

  /// The number of features of a step.
  static func inputSize(_ configuration: ForecastConfiguration, _ schema: SeriesSchema) -> Int {
    let future = schema.futureChannels.count * configuration.modelHorizon
    let past = schema.targets.count + schema.pastChannels.count
    return future + past * (configuration.arrangement == .sequence ? configuration.lookBack : 1)
  }

  private static func makeNetwork(_ configuration: ForecastConfiguration, _ schema: SeriesSchema) -> ForecastNetwork {
    ForecastNetwork(
      configuration.architecture, inputSize: inputSize(configuration, schema),
      outputSize: configuration.modelHorizon * schema.targets.count, hasSkip: configuration.skip,
      key: RandomKey(seed: UInt64(configuration.training.seed)))
  }
}
