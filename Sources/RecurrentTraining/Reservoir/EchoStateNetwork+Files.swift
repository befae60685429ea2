import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

extension EchoStateNetwork {
  /// What `config.json` of a saved network calls its task.
  public static let taskName = "echo_state_network"

  /// Writes the network to a model folder: `config.json`, which says how its parts stand to each other, and
  /// `model.safetensors`, which holds all matrices (`reservoirs.0.weight_hh`, …, `readout.weight` in double precision).
  ///
  /// - Throws: `FileError`.
  public func save(to path: String) throws {
    let settings: JSONObject = [
      "input_size": .integer(inputSize),
      "output_size": .integer(outputSize),
      "arrangement": .string(arrangement.rawValue),
      "has_feedback": .bool(hasFeedback),
      "reads_inputs": .bool(readsInputs),
      "reservoirs": .array(
        reservoirs.map { reservoir in
          [
            "units": .integer(reservoir.hiddenSize), "activation": .string(reservoir.activation.rawValue),
            "has_bias": .bool(reservoir.bias != nil),
          ]
        }),
    ]
    let description = ModelDescription(task: Self.taskName, settings: settings, data: [:], training: [:])
    try ModelFolder.write(self, description, to: path)
  }

  /// Reads a network that `save(to:)` wrote.
  ///
  /// - Throws: `ModelFolderError`.
  public init(modelFolder path: String) throws(ModelFolderError) {
    let folder = try ModelFolder(path, task: Self.taskName)
    let settings = JSONValue.object(folder.description.settings)
    func setting<Value>(_ key: String, _ value: Value?) throws(ModelFolderError) -> Value {
      guard let value else { throw ModelFolderError(path: path, reason: .malformed(key: "settings.\(key)")) }
      return value
    }
    let inputSize = try setting("input_size", settings["input_size"]?.integer)
    let outputSize = try setting("output_size", settings["output_size"]?.integer)
    let arrangement = try setting("arrangement", settings["arrangement"]?.string.flatMap(Arrangement.init))
    let hasFeedback = try setting("has_feedback", settings["has_feedback"]?.bool)
    let readsInputs = try setting("reads_inputs", settings["reads_inputs"]?.bool)
    let descriptions = try setting("reservoirs", settings["reservoirs"]?.array)

    // Sizes are believed, and memory asked for, only where the file has a tensor of that shape.
    let tensors = try folder.tensors()
    var reservoirs: [Reservoir] = []
    for (index, description) in descriptions.enumerated() {
      let key = "reservoirs.\(index)"
      let units = try setting("\(key).units", description["units"]?.integer)
      let activation = try setting(
        "\(key).activation", description["activation"]?.string.flatMap(ReservoirActivation.init))
      let hasBias = try setting("\(key).has_bias", description["has_bias"]?.bool)
      let before = arrangement == .series ? reservoirs.last?.hiddenSize ?? inputSize : inputSize
      let width = before.addingReportingOverflow(hasFeedback ? outputSize : 0)
      guard units > 0, !width.overflow, let inputWeights = tensors["\(key).weight_ih"],
        let recurrentWeights = tensors["\(key).weight_hh"],
        inputWeights.shape.dimensions == [units, width.partialValue],
        recurrentWeights.shape.dimensions == [units, units]
      else { throw ModelFolderError(path: path, reason: .malformed(key: "settings.\(key).units")) }
      reservoirs.append(
        Reservoir(
          inputWeights: inputWeights, recurrentWeights: recurrentWeights,
          bias: hasBias ? Tensor(zeros: [units]) : nil, activation: activation))
    }
    guard !reservoirs.isEmpty, outputSize > 0, tensors["readout.bias"]?.count == outputSize else {
      throw ModelFolderError(path: path, reason: .malformed(key: "settings.output_size"))
    }
    self.init(
      reservoirs: reservoirs, inputSize: inputSize, outputSize: outputSize, arrangement: arrangement,
      hasFeedback: hasFeedback, readsInputs: readsInputs)
    try folder.load(into: &self)
  }
}
