public import RecurrentFormats
public import RecurrentTraining

/// What a run has led to: the errors of the forecaster on each part, beside those of forecasts that need no model.
public struct ForecastReport: Sendable {
  /// Why the run has ended.
  public var outcome: TrainingOutcome
  /// The folder of the model.
  public var modelPath: String
  /// The number of numbers in the network.
  public var parameterCount: Int
  /// Epochs done.
  public var epochs: Int
  /// Seconds of training.
  public var seconds: Double
  /// The errors on each part that has rows.
  public var metrics: [(part: Part, metrics: ForecastMetrics)] = []
  /// The errors of the baselines on the test part.
  public var baselines: [(baseline: Baseline, metrics: ForecastMetrics)] = []
  /// The picture of the forecasts, if one was drawn.
  public var chartPath: String?
  /// What a reader of the figures should know.
  public var notes: [String] = []

  /// The report as one JSON object.
  public var json: JSONValue {
    var parts = JSONObject()
    for (part, metrics) in metrics { parts[part.rawValue] = metrics.json }
    var simple = JSONObject()
    for (baseline, metrics) in baselines { simple[baseline.rawValue] = metrics.json }
    var object: JSONObject = [
      "task": .string(Forecaster.task), "model": .string(modelPath), "parameters": .integer(parameterCount),
      "epochs": .integer(epochs), "seconds": .number(seconds), "metrics": .object(parts),
      "baselines": .object(simple),
    ]
    if let chartPath { object["chart"] = .string(chartPath) }
    if !notes.isEmpty { object["notes"] = .array(notes.map { .string($0) }) }
    return .object(object)
  }
}

extension ForecastMetrics {
  /// The measures by name.
  public var json: JSONValue {
    var object = JSONObject()
    for (name, value) in values { object[name] = .number(value) }
    return .object(object)
  }
}
