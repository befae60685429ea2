public import RecurrentDistribution
public import RecurrentFormats
public import RecurrentTraining

/// What a run has led to.
public struct TaskReport: Sendable {
  /// The task that was trained for.
  public let task: String
  /// Why the run has ended.
  public let outcome: TrainingOutcome
  /// The folder of the model.
  public let modelPath: String
  /// The number of numbers in the network.
  public let parameterCount: Int
  /// Epochs done.
  public let epochs: Int
  /// Seconds of training.
  public let seconds: Double
  /// What sums over processes have taken of the time; nil for a single one.
  public var traffic: Traffic?
  /// How good the model is.
  public var findings = TaskFindings()

  /// The report as one JSON object.
  public var json: JSONValue {
    var object: JSONObject = [
      "task": .string(task), "model": .string(modelPath), "parameters": .integer(parameterCount),
      "epochs": .integer(epochs), "seconds": .number(seconds),
    ]
    if let traffic {
      object["communication"] = [
        "bytes_sent": .integer(traffic.byteCount), "seconds": .number(traffic.seconds),
        "seconds_waited": .number(traffic.waitedSeconds),
      ]
    }
    findings.add(to: &object)
    return .object(object)
  }
}
