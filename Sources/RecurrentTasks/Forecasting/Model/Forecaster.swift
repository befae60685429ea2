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

  /// The name of the task in a model's `config.json`.
  public static let task = "forecast"

  /// A forecaster with random weights for the data of a configuration.
  init(_ configuration: ForecastConfiguration, data: ForecastData, preparation: Preparation) {
    self.configuration = configuration
    schema = data.frame.schema
    self.preparation = preparation
    network = Forecaster.makeNetwork(configuration, data.frame.schema)
  }

  /// Loads a forecaster.
  ///
  /// - Throws: `ModelDataError`, `ModelFolderError`.
  public init(_ folder: ModelFolder) throws {
    configuration = try Self.configuration(of: folder)
    do {
      schema = try folder.description.data["schema"].decoded()
      preparation = try folder.description.data["preparation"].decoded()
    } catch {
      throw ModelDataError(path: folder.path, problem: "'data' lacks the columns or the scales of a forecaster")
    }
    guard schema.targets.count > 0 else {
      throw ModelDataError(path: folder.path, problem: "'data' names no column to forecast")
    }
    network = Forecaster.makeNetwork(configuration, schema)
    try folder.load(into: &network)
  }

  /// The columns of the tables and the scales of the values.
  public func modelData() throws -> JSONObject {
    ["schema": try JSONValue(encoding: schema), "preparation": try JSONValue(encoding: preparation)]
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
