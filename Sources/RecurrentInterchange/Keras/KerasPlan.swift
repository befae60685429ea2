import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// The layers of Keras that compute what a network does, in order, and where their weights come from.
struct KerasPlan {
  /// A layer to be written.
  struct Layer {
    let className: String
    let name: String
    /// The options but for the name.
    let options: JSONObject
    let weights: Weights
  }

  /// What a layer's weights are made of.
  enum Weights {
    case none
    /// Those of a whole layer of the network; the vector that goes in is in our order where `order` says of what.
    case layer(Int, order: StepMajorOrder?)
    /// Those of one layer of a stack.
    case recurrent(Int, layer: Int, RecurrentDescription)
  }

  private(set) var layers: [Layer] = []
  private let description: NetworkDescription
  private var names: Set<String> = []
  private var order: StepMajorOrder?
  private var index = 0

  /// Plans the layers of a network.
  /// - Throws: `KerasError` where Keras' own layers cannot compute what one of the network does.
  init(_ description: NetworkDescription) throws(KerasError) {
    self.description = description
    while index < description.elements.count {
      try plan(description.elements[index])
      index += 1
    }
    guard order == nil else {
      throw KerasError(
        .inexpressible(
          "the flattened steps come out of the network, in an order that differs from Keras'; end it with a linear layer"
        ))
    }
  }

  private func inexpressible(_ reason: String) -> KerasError {
    KerasError(.inexpressible(reason), layer: description.elements[index].name)
  }

  /// Adds a layer under a name that Keras takes and that is not taken yet.
  private mutating func add(
    _ className: String, _ options: JSONObject = [:], _ weights: Weights = .none, suffix: String = "",
    of place: Int? = nil
  ) {
    let letters = (description.elements[place ?? index].name + suffix).unicodeScalars.map { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? Character(scalar) : "_"
    }
    var name = String(letters)
    if name.first.map({ $0 == "_" }) ?? true { name = "layer" + name }
    let base = name
    var number = 1
    while !names.insert(name).inserted {
      name = "\(base)_\(number)"
      number += 1
    }
    layers.append(Layer(className: className, name: name, options: options, weights: weights))
  }

  private mutating func plan(_ element: NetworkDescription.Element) throws(KerasError) {
    switch element.layer {
    case .embedding(let count, let size):
      add("Embedding", ["input_dim": .integer(count), "output_dim": .integer(size)], .layer(index, order: nil))
    case .recurrent(let layers): try recurrent(layers)
    case .linear(_, let size, let hasBias):
      let source = index
      let function = takeActivation()
      add(
        "Dense", ["units": .integer(size), "use_bias": .bool(hasBias), "activation": .string(function)],
        .layer(source, order: order), of: source)
      order = nil
    case .convolution(let window): try convolution(window)
    case .maxPooling(let window): try pooling("MaxPooling1D", window)
    case .averagePooling(let window): try pooling("AveragePooling1D", window)
    case .batchNormalization(_, let epsilon, let isAffine):
      add(
        "BatchNormalization",
        ["epsilon": .number(Double(epsilon)), "center": .bool(isAffine), "scale": .bool(isAffine)],
        .layer(index, order: order))
    case .layerNormalization(_, let epsilon):
      add("LayerNormalization", ["epsilon": .number(Double(epsilon))], .layer(index, order: order))
    case .activation(let function):
      if case .leakyReLU(let slope) = function, KerasFunctions.name(of: function) == nil {
        add("LeakyReLU", ["negative_slope": .number(Double(slope))])
      } else if let name = KerasFunctions.name(of: function) {
        add("Activation", ["activation": .string(name)])
      }
    case .dropout(let rate): add("Dropout", ["rate": .number(Double(rate))])
    case .lastStep:
      // Where it follows a recurrent layer and layers of single steps, that layer gives its last step alone.
      guard let source = lastRecurrent(before: index) else {
        throw inexpressible("Keras takes the last step of a forward recurrent layer alone; put one in front")
      }
      guard source.directions == .forward else {
        throw inexpressible(
          "Keras has no layer for the last step of two directions; use the final hidden states instead")
      }
    case .finalHidden: break
    case .globalPooling(let kind): add(kind == .max ? "GlobalMaxPooling1D" : "GlobalAveragePooling1D")
    case .flatten(let steps):
      add("Flatten")
      let size = index == 0 ? description.input.size : description.flows[index - 1].size
      order = steps > 1 && size > 1 ? StepMajorOrder(steps: steps, size: size) : nil
    }
  }

  /// The name of the function that follows at once, which is then part of the layer; `linear` where there is none.
  private mutating func takeActivation() -> String {
    guard index + 1 < description.elements.count,
      case .activation(let function) = description.elements[index + 1].layer,
      let name = KerasFunctions.name(of: function)
    else { return "linear" }
    index += 1
    return name
  }
}

// MARK: - Recurrent layers

extension KerasPlan {
  private mutating func recurrent(_ stack: [RecurrentDescription]) throws(KerasError) {
    for (number, layer) in stack.enumerated() {
      let ends = number == stack.count - 1 && (isFollowedByFinalHidden || isFollowedByLastStep)
      guard layer.directions != .backward || ends && isFollowedByFinalHidden else {
        throw inexpressible(
          "Keras gives the steps of a backward layer in reverse; use both directions, or the final hidden state")
      }
      let options = try self.options(layer, returnsSequences: !ends)
      let weights = Weights.recurrent(index, layer: number, layer)
      let suffix = number == 0 ? "" : "_\(number)"
      guard case .both(let merge) = layer.directions else {
        add(options.className, options.values, weights, suffix: suffix)
        continue
      }
      func direction(_ isBackward: Bool) -> JSONValue {
        var values = options.values
        values["go_backwards"] = .bool(isBackward)
        values["name"] = .string(isBackward ? "backward" : "forward")
        return KerasPlan.json(options.className, values)
      }
      // The final hidden states stand side by side, however the outputs are joined.
      let mode = ends ? "concat" : Self.name(of: merge)
      add(
        "Bidirectional",
        ["merge_mode": .string(mode), "layer": direction(false), "backward_layer": direction(true)], weights,
        suffix: suffix)
    }
  }

  private var isFollowedByFinalHidden: Bool {
    index + 1 < description.elements.count && description.elements[index + 1].layer == .finalHidden
  }

  private var isFollowedByLastStep: Bool {
    for element in description.elements[(index + 1)...] {
      if element.layer == .lastStep { return true }
      guard element.layer.isOfSingleSteps else { return false }
    }
    return false
  }

  /// The recurrent layer whose last step is taken at `place`, with layers of single steps between.
  private func lastRecurrent(before place: Int) -> RecurrentDescription? {
    for element in description.elements[..<place].reversed() {
      if case .recurrent(let stack) = element.layer { return stack.last }
      guard element.layer.isOfSingleSteps else { return nil }
    }
    return nil
  }

  private static func name(of merge: DirectionMerge) -> String {
    switch merge {
    case .concatenate: "concat"
    case .sum: "sum"
    case .multiply: "mul"
    case .average: "ave"
    }
  }

  /// The class and the options of one direction of a recurrent layer.
  private func options(
    _ layer: RecurrentDescription, returnsSequences: Bool
  ) throws(KerasError) -> (className: String, values: JSONObject) {
    var options: JSONObject = [
      "units": .integer(layer.hiddenSize), "use_bias": .bool(layer.bias != .none),
      "return_sequences": .bool(returnsSequences), "go_backwards": .bool(layer.directions == .backward),
    ]
    switch layer.cell {
    case .lstm(let variant):
      var plain = LSTMVariant()
      plain.gateActivation = variant.gateActivation
      plain.inputActivation = variant.inputActivation
      plain.outputActivation = variant.inputActivation
      guard variant == plain else {
        throw inexpressible(
          "Keras' LSTM has no \(Self.difference(variant)); such a network goes to ONNX or PyTorch, or stays as it is")
      }
      options["activation"] = try name(of: variant.inputActivation)
      options["recurrent_activation"] = try name(of: variant.gateActivation)
      return ("LSTM", options)
    case .gru(let variant):
      var plain = GRUVariant()
      plain.reset = variant.reset
      plain.gateActivation = variant.gateActivation
      plain.candidateActivation = variant.candidateActivation
      guard variant == plain else {
        throw inexpressible(
          "Keras' GRU has no \(Self.difference(variant)); such a network goes to ONNX or stays as it is")
      }
      options["activation"] = try name(of: variant.candidateActivation)
      options["recurrent_activation"] = try name(of: variant.gateActivation)
      options["reset_after"] = .bool(variant.reset == .resetAfter)
      return ("GRU", options)
    case .elman(let activation):
      options["activation"] = try name(of: activation)
      return ("SimpleRNN", options)
    }
  }

  private func name(of function: CellActivation) throws(KerasError) -> JSONValue {
    guard let name = KerasFunctions.name(of: function) else {
      throw inexpressible(
        "Keras has no function by name like \(function); use tanh, sigmoid, relu or hard_sigmoid of slope 1/6")
    }
    return .string(name)
  }

  private static func difference(_ variant: LSTMVariant) -> String {
    if variant.projectionSize != nil { return "projection" }
    if variant.hasPeepholes { return "peepholes" }
    if variant.couplesGates { return "coupled gates" }
    if variant.normalization.isPresent { return "normalisation inside" }
    if variant.cellClip != nil || variant.gateClip != nil { return "limits" }
    return "function of its own for the output"
  }

  private static func difference(_ variant: GRUVariant) -> String {
    if variant.updateGate != .keepsOldState { return "update gate that takes the new state" }
    return variant.normalization.isPresent ? "normalisation inside" : "limits"
  }
}

extension NetworkLayer {
  /// Whether each step goes through it by itself, so that taking one of them before or after is the same.
  fileprivate var isOfSingleSteps: Bool {
    switch self {
    case .linear, .batchNormalization, .layerNormalization, .activation, .dropout: true
    default: false
    }
  }
}

// MARK: - Windows

extension KerasPlan {
  private mutating func convolution(_ window: ConvolutionDescription) throws(KerasError) {
    let reach = window.dilation * (window.kernelSize - 1)
    let padding: String
    switch window.padding {
    case .valid, .zeros(0): padding = "valid"
    case .causal: padding = "causal"
    case .same: padding = "same"
    case .zeros(let count):
      guard window.stride == 1, 2 * count == reach else {
        throw inexpressible(
          "Keras' Conv1D has no padding of \(count) zeros; pad by none, or so that the steps stay as many")
      }
      padding = "same"
    }
    let source = index
    let function = takeActivation()
    add(
      "Conv1D",
      [
        "filters": .integer(window.outputChannels), "kernel_size": [.integer(window.kernelSize)],
        "strides": [.integer(window.stride)], "padding": .string(padding),
        "dilation_rate": [.integer(window.dilation)], "groups": .integer(window.groups),
        "activation": .string(function), "use_bias": .bool(window.hasBias),
      ], .layer(source, order: nil), of: source)
  }

  private mutating func pooling(_ className: String, _ window: PoolingDescription) throws(KerasError) {
    let isSame =
      window.stride == 1 && window.kernelSize % 2 == 1 && window.padding == window.kernelSize / 2
      && (className == "MaxPooling1D" || !window.countsPadding)
    guard window.padding == 0 || isSame else {
      throw inexpressible("Keras' \(className) has no padding of \(window.padding) steps; pad by none")
    }
    add(
      className,
      [
        "pool_size": [.integer(window.kernelSize)], "strides": [.integer(window.stride)],
        "padding": .string(window.padding == 0 ? "valid" : "same"),
      ])
  }
}
