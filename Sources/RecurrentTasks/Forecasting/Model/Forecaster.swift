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
public struct Forecaster: TaskModel {
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

  /// Loads a forecaster.
  ///
  /// - Throws: `ModelDataError`, `ModelFolderError`.
  public init(_ folder: ModelFolder) throws {
    configuration = try Self.configuration(of: folder)
    do {
      let data = folder.description.data
      schema = try data["schema"].decoded()
      preparation = try data["preparation"].decoded()
      calibration = try data["calibration"].map { try $0.decoded() }
      seriesNames = try data["series"].map { try $0.decoded() } ?? []
    } catch {
      throw ModelDataError(path: folder.path, problem: "'data' lacks the columns or the scales of a forecaster")
    }
    guard schema.targets.count > 0 else {
      throw ModelDataError(path: folder.path, problem: "'data' names no column to forecast")
    }
    guard
      Set(seriesNames).count == seriesNames.count, configuration.seriesEmbedding == nil || !seriesNames.isEmpty
    else {
      throw ModelDataError(
        path: folder.path, problem: "'series' does not name the series that the model tells apart")
    }
    network = Forecaster.makeNetwork(configuration, schema, preparation, seriesCount: seriesNames.count)
    try folder.load(into: &network)
  }

  /// The columns of the tables, the scales of the values, and the errors that intervals are made from.
  public func modelData() throws -> JSONObject {
    var data: JSONObject = [
      "schema": try JSONValue(encoding: schema), "preparation": try JSONValue(encoding: preparation),
    ]
    if let calibration { data["calibration"] = try JSONValue(encoding: calibration) }
    if !seriesNames.isEmpty { data["series"] = try JSONValue(encoding: seriesNames) }
    return data
  }

  /// What the columns of its tables mean.
  public var information: [InformationSection] {
    func list(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
    var columns: JSONObject = ["time": list(schema.time), "target": list(schema.targets)]
    if let series = schema.series { columns["series"] = .string(series) }
    if !schema.pastCovariates.isEmpty { columns["past_covariates"] = list(schema.pastCovariates) }
    if !schema.futureCovariates.isEmpty { columns["future_covariates"] = list(schema.futureCovariates) }
    for (column, values) in schema.categories.sorted(by: { $0.key < $1.key }) {
      columns["values of \(column)"] = list(values)
    }
    columns["frequency"] = .string("\(schema.frequency)")
    columns["season"] = .integer(schema.seasonalPeriod)
    return [InformationSection("columns", columns)]
  }

  /// Reads series with the columns of the training table.
  ///
  /// - Parameter data: A path or a built-in data set; nil reads the data of training again, with what came after them.
  public func readSeries(_ data: String? = nil) throws(ForecastError) -> SeriesFrame {
    try wrapping(ForecastError.series) { () throws(SeriesError) in
      let frame = try SeriesFrame.read(data ?? configuration.data, like: schema)
      guard data == nil, let later = configuration.testData else { return frame }
      return try frame.appending(try SeriesFrame.read(later, like: schema))
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
      configuration.architecture, shape: shape, members: configuration.members,
      visibleSteps: configuration.memberLookBacks.map { $0 / configuration.valuesPerStep },
      key: RandomKey(seed: UInt64(configuration.training.seed)))
  }
}
