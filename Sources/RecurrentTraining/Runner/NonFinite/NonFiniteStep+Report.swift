import RecurrentFormats

extension NonFiniteStep {
  /// The version of the layout of a report.
  static let formatVersion = 1
  /// A report lists at most so many tensors and examples.
  private static let listLimit = 1000

  /// The name of the report in the folder of the run.
  var reportName: String { "nonfinite-step-\(step).json" }

  /// The content of the report. There is no clock time in it, so that a resumed run writes the same bytes.
  var json: JSONValue {
    let (kind, tensor) = culprit.parts
    var object: JSONObject = [
      "format": "swift-recurrent nonfinite report", "format_version": .integer(Self.formatVersion),
      "library_version": .string(LibraryVersion.current), "step": .integer(step), "epoch": .integer(epoch),
      "batch": .integer(batch), "examples": .array(examples.prefix(Self.listLimit).map { .integer($0) }),
      "culprit": .string(kind), "layer": culprit.layer.map { .string($0) } ?? .null,
      "tensor": tensor.map { .string($0) } ?? .null,
      "tensors": .array(tensors.prefix(Self.listLimit).map { .string($0) }), "loss": Self.number(loss),
      "gradient_norm": Self.number(gradientNorm), "learning_rate": Self.number(learningRate),
      "policy": .string(policy.rawValue),
    ]
    switch response {
    case .stopped: object["response"] = "stopped"
    case .skipped(let count):
      object["response"] = "skipped"
      object["skipped_in_a_row"] = .integer(count)
    case .lowered(let step, let factor):
      object["response"] = "lowered_rate"
      object["back_to_step"] = .integer(step)
      object["learning_rate_factor"] = .number(factor)
    }
    return .object(object)
  }

  /// JSON has no infinite numbers: they are words.
  private static func number(_ value: Double) -> JSONValue {
    value.isFinite ? .number(value) : .string(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")
  }
}
