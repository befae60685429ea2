import RecurrentFormats

/// The options of a layer, each read by its type. What is not known is refused, so that nothing that matters goes unseen.
struct KerasOptions {
  /// The name of the layer.
  let layer: String
  private let values: JSONObject

  /// What matters in training alone, or to the program that made the model.
  private static let harmless: Set<String> = [
    "name", "trainable", "dtype", "seed", "noise_shape", "unit_forget_bias", "implementation", "momentum",
    "synchronized",
    "renorm_clipping", "renorm_momentum", "zero_output_for_mask", "unroll", "batch_input_shape", "batch_shape",
    "optional",
  ]
  private static let harmlessEndings = ["_initializer", "_regularizer", "_constraint"]
  /// What must be absent or off, for no layer that is read has it.
  private static let refused: [String] = [
    "quantization_config", "lora_rank", "return_state", "time_major", "renorm", "rms_scaling", "sparse", "ragged",
    "keepdims",
    "ragged_input",
  ]

  /// The options of a layer.
  init(layer: String, _ values: JSONObject) {
    self.layer = layer
    self.values = values
  }

  subscript(key: String) -> JSONValue? {
    let value = values[key]
    return value == .null ? nil : value
  }

  /// What the layer computes in: the name of a type, or of a policy.
  var policy: String? { self["dtype"]?.string ?? self["dtype"]?["config"]?["name"]?.string }

  func unsupported(_ what: String) -> KerasError { KerasError(.unsupported(what), layer: layer) }

  /// Checks that there are no options but those known.
  func check(_ known: Set<String>) throws(KerasError) {
    for (key, value) in values where !known.contains(key) && !Self.harmless.contains(key) {
      if Self.harmlessEndings.contains(where: key.hasSuffix) { continue }
      if Self.refused.contains(key) {
        guard value == .null || value.bool == false else {
          throw unsupported("the option \(key) is not read; leave it off")
        }
        continue
      }
      throw unsupported(
        "the option '\(key.printable())' is not known; save the model with a Keras that does without it")
    }
  }

  /// A number of units, steps or features.
  func size(_ key: String, default fallback: Int? = nil) throws(KerasError) -> Int {
    guard let value = self[key] ?? fallback.map(JSONValue.integer) else { throw malformed(key, "an integer") }
    // Of one axis Keras writes a list of one.
    let list = value.array ?? value["items"]?.array
    guard let size = list.map({ $0.count == 1 ? $0[0].integer : nil }) ?? value.integer, (1...1 << 24).contains(size)
    else {
      throw malformed(key, "an integer from 1 to \(1 << 24)")
    }
    return size
  }

  func flag(_ key: String, default fallback: Bool) throws(KerasError) -> Bool {
    guard let value = self[key] else { return fallback }
    guard let flag = value.bool else { throw malformed(key, "true or false") }
    return flag
  }

  func number(_ key: String, default fallback: Double) throws(KerasError) -> Double {
    guard let value = self[key] else { return fallback }
    guard let number = value.number, number.isFinite else { throw malformed(key, "a number") }
    return number
  }

  func text(_ key: String, default fallback: String) throws(KerasError) -> String {
    guard let value = self[key] else { return fallback }
    guard let text = value.string else { throw malformed(key, "a text") }
    return text
  }

  /// The name of a function; one that is not Keras' own is refused.
  func function(_ key: String, default fallback: String) throws(KerasError) -> String {
    guard let value = self[key] else { return fallback }
    if let name = value.string { return name }
    // A function with a module, or a layer used as one.
    guard let name = value["class_name"]?.string else { throw malformed(key, "a function") }
    throw unsupported("the \(key) '\(name.printable())' is no function by name; use one of Keras' own by its name")
  }

  private func malformed(_ key: String, _ wanted: String) -> KerasError {
    KerasError(.malformed("the option \(key) is not \(wanted)"), layer: layer)
  }

  /// Whether an option names the last axis, by -1 or by its number.
  func isLastAxis(_ key: String, rank: Int) -> Bool {
    guard let value = self[key] else { return true }
    let axis = value.array.map { $0.count == 1 ? $0[0].integer : nil } ?? value.integer
    return axis == -1 || axis == rank - 1
  }
}
