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
  /// How far its forecasts were off on the validation part; nil where there is none.
  public var calibration: ConformalCalibration?
  /// The series that the network tells apart, by name; empty where it does not.
  let seriesNames: [String]

  /// The name of the task in a model's `config.json`.
  public static let task = "forecast"

  /// A forecaster with random weights for the data of a configuration.
  init(_ configuration: ForecastConfiguration, data: ForecastData, preparation: Preparation) {
    self.configuration = configuration
    schema = data.frame.schema
    self.preparation = preparation
    let isShared = configuration.shareVariables
    seriesNames =
      configuration.seriesEmbedding == nil
      ? [] : isShared ? data.prepared.flatMap { $0.variables.map(\.name) } : data.prepared.map(\.name)
    network = Forecaster.makeNetwork(configuration, data.frame.schema, preparation, seriesCount: seriesNames.count)
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
      let data = folder.description.data
      schema = try data["schema"].decoded()
      preparation = try data["preparation"].decoded()
      calibration = try data["calibration"].map { try $0.decoded() }
      seriesNames = try data["series"].map { try $0.decoded() } ?? []
    } catch {
      throw .description(path: folder.path, problem: "'data' lacks the columns or the scales of a forecaster")
    }
    guard schema.targets.count > 0 else {
      throw .description(path: folder.path, problem: "'data' names no column to forecast")
    }
    guard Set(seriesNames).count == seriesNames.count, settings.seriesEmbedding == nil || !seriesNames.isEmpty else {
      throw .description(path: folder.path, problem: "'series' does not name the series that the model tells apart")
    }
    var network = Forecaster.makeNetwork(settings, schema, preparation, seriesCount: seriesNames.count)
    try wrapping(ForecastError.model) { () throws(ModelFolderError) in try folder.load(into: &network) }
    self.network = network
  }

  /// The content of `config.json` for this forecaster.
  public func modelDescription(trainedBy training: JSONObject) throws -> ModelDescription {
    var data: JSONObject = [
      "schema": try JSONValue(encoding: schema), "preparation": try JSONValue(encoding: preparation),
    ]
    if let calibration { data["calibration"] = try JSONValue(encoding: calibration) }
    if !seriesNames.isEmpty { data["series"] = try JSONValue(encoding: seriesNames) }
    return ModelDescription(
      task: Forecaster.task, settings: configuration.resultSettings, data: data, training: training)
  }

  /// Reads series with the columns of the training table.
  ///
  /// - Parameter data: A path or a built-in data set; nil reads the training table again.
  public func readSeries(_ data: String? = nil) throws(ForecastError) -> SeriesFrame {
    try wrapping(ForecastError.series) { () throws(SeriesError) in
      try SeriesFrame.read(data ?? configuration.data, like: schema)
    }
  }

  /// The number of a series that the network tells apart; nil where it does not.
  func seriesNumber(of series: PreparedSeries) throws(ForecastError) -> Int32? {
    if configuration.seriesEmbedding == nil { return nil }
    guard let number = seriesNames.firstIndex(of: series.name) else { throw .unknownSeries(series.name) }
    return Int32(number)
  }

  private static func makeNetwork(
    _ configuration: ForecastConfiguration, _ schema: SeriesSchema, _ preparation: Preparation, seriesCount: Int
  ) -> ForecastNetwork {
    let shape = configuration.networkShape(
      schema, calendarChannels: 2 * preparation.settings.calendar.count, seriesCount: seriesCount)
    return ForecastNetwork(
      configuration.architecture, shape: shape, key: RandomKey(seed: UInt64(configuration.training.seed)))
  }
}
