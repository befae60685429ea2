import RecurrentFormats
import RecurrentLayers

extension KerasTranslation {
  /// Translates one layer; what comes out of it is the next flow.
  mutating func translate(_ layer: KerasLayer) throws(KerasError) {
    switch layer.className {
    case "InputLayer":
      try layer.options.check(["sparse", "ragged"])
      guard place == 0 else {
        throw layer.options.unsupported("an input stands among the layers; only the first can be one")
      }
    case "Embedding": try embedding(layer)
    case "LSTM", "GRU", "SimpleRNN", "Bidirectional": try recurrent(layer)
    case "TimeDistributed": try timeDistributed(layer)
    case "Dense": try dense(layer, layer)
    case "Activation", "Softmax", "ReLU", "LeakyReLU": try activation(layer)
    case "Dropout", "SpatialDropout1D": try dropout(layer)
    case "Conv1D": try convolution(layer)
    case "MaxPooling1D", "AveragePooling1D": try pooling(layer)
    case "GlobalMaxPooling1D", "GlobalAveragePooling1D": try globalPooling(layer)
    case "BatchNormalization", "LayerNormalization": try normalization(layer)
    case "Flatten": try flatten(layer)
    case "Masking":
      throw layer.options.unsupported(
        "Masking leaves out steps by their values, which networks here do by lengths; take the layer out and give lengths"
      )
    default:
      throw layer.options.unsupported(
        "layers of the class '\(layer.className.printable())' are not read; those that are: \(Self.known)")
    }
  }

  private static let known =
    "InputLayer, Embedding, LSTM, GRU, SimpleRNN, Bidirectional, TimeDistributed(Dense), Dense, Activation, Softmax, ReLU, "
    + "LeakyReLU, Dropout, SpatialDropout1D, Conv1D, MaxPooling1D, AveragePooling1D, GlobalMaxPooling1D, "
    + "GlobalAveragePooling1D, BatchNormalization, LayerNormalization, Flatten"

  /// The steps and features of a sequence that comes in.
  func sequence(_ layer: KerasLayer) throws(KerasError) -> (steps: Int?, size: Int) {
    guard case .sequence(let steps, let size)? = flow else { throw layer.options.unsupported(mismatch("sequences")) }
    return (steps, size)
  }

  /// The features of whatever comes in.
  private func features(_ layer: KerasLayer) throws(KerasError) -> Int {
    switch flow {
    case .sequence(_, let size), .vectors(let size): return size
    default: throw layer.options.unsupported(mismatch("sequences or vectors"))
    }
  }

  private func mismatch(_ wanted: String) -> String {
    switch flow {
    case nil: "the shape of the input is not stated; build the model, or begin it with an Input layer"
    case .rows: "it needs \(wanted) and is given the model's input of two axes, which only an Embedding takes"
    default: "it needs \(wanted); check the layers before it"
    }
  }

  private mutating func embedding(_ layer: KerasLayer) throws(KerasError) {
    try layer.options.check(["input_dim", "output_dim", "mask_zero", "input_length"])
    guard elements.isEmpty, flow.map({ $0.rank == 2 }) ?? true else {
      throw layer.options.unsupported("an Embedding is only read as the first layer, of an input [batch, steps]")
    }
    let size = try layer.options.size("output_dim")
    if try layer.options.flag("mask_zero", default: false) {
      note(layer, "symbol 0 is masked in Keras; here give the rows' lengths instead")
    }
    add(layer, .embedding(vocabularySize: try layer.options.size("input_dim"), size: size), .embedding)
    flow = .sequence(steps: flow?.size, size: size)
  }

  private mutating func timeDistributed(_ layer: KerasLayer) throws(KerasError) {
    try layer.options.check(["layer"])
    _ = try sequence(layer)
    guard let inner = layer.options["layer"], case let wrapped = try KerasConfiguration.layer(inner),
      wrapped.className == "Dense"
    else { throw layer.options.unsupported("TimeDistributed is read around Dense alone") }
    try dense(layer, wrapped)
  }

  /// A linear map and its function. `layer` names it, `options` are those of the dense layer itself.
  private mutating func dense(_ layer: KerasLayer, _ dense: KerasLayer) throws(KerasError) {
    let options = dense.options
    try options.check(["units", "activation", "use_bias"])
    let units = try options.size("units")
    let function = try self.function(options.function("activation", default: "linear"), options)
    let hasBias = try options.flag("use_bias", default: true)
    add(
      layer, .linear(inputSize: try features(layer), outputSize: units, hasBias: hasBias), .linear(order: order))
    order = nil
    if case .sequence(let steps, _)? = flow {
      flow = .sequence(steps: steps, size: units)
    } else {
      flow = .vectors(size: units)
    }
    if let function { add(layer, part: "activation", .activation(function: function)) }
  }

  /// A function of a layer by its name; nil for the identity.
  func function(_ name: String, _ options: KerasOptions) throws(KerasError) -> NetworkActivation? {
    if name == "linear" { return nil }
    guard let function = KerasFunctions.layer(name) else {
      throw options.unsupported(
        "the function '\(name.printable())' is not read here; use linear, tanh, sigmoid, relu, leaky_relu, softplus, softmax or log_softmax"
      )
    }
    return function
  }

  private mutating func activation(_ layer: KerasLayer) throws(KerasError) {
    let options = layer.options
    let rank = flow?.rank ?? 3
    _ = try features(layer)
    switch layer.className {
    case "Activation":
      try options.check(["activation"])
      guard let function = try function(options.function("activation", default: "linear"), options) else { return }
      add(layer, .activation(function: function))
    case "Softmax":
      try options.check(["axis"])
      guard options.isLastAxis("axis", rank: rank) else {
        throw options.unsupported("Softmax is read over the last axis only")
      }
      add(layer, .activation(function: .softmax))
    case "LeakyReLU":
      try options.check(["negative_slope", "alpha"])
      let slope = Float(try options.number("negative_slope", default: options.number("alpha", default: 0.3)))
      guard slope.isFinite else { throw options.unsupported("the slope is beyond single precision") }
      add(layer, .activation(function: .leakyReLU(slope: slope)))
    default:
      try options.check(["max_value", "negative_slope", "threshold"])
      guard options["max_value"] == nil, try options.number("threshold", default: 0) == 0 else {
        throw options.unsupported("ReLU is read without max_value and threshold")
      }
      let slope = Float(try options.number("negative_slope", default: 0))
      guard slope.isFinite else { throw options.unsupported("the slope is beyond single precision") }
      add(layer, .activation(function: slope == 0 ? .relu : .leakyReLU(slope: slope)))
    }
  }

  private mutating func dropout(_ layer: KerasLayer) throws(KerasError) {
    try layer.options.check(["rate", "data_format"])
    _ = try features(layer)
    let rate = Float(try layer.options.number("rate", default: 0))
    guard (0..<1).contains(rate) else { throw layer.options.unsupported("a rate of \(rate) is not from 0 to below 1") }
    if layer.className == "SpatialDropout1D" {
      note(layer, "drops whole features in Keras; here, in training, single numbers")
    }
    add(layer, .dropout(rate: rate))
  }

  private mutating func normalization(_ layer: KerasLayer) throws(KerasError) {
    let options = layer.options
    try options.check(["axis", "epsilon", "center", "scale"])
    let size = try features(layer)
    guard options.isLastAxis("axis", rank: flow?.rank ?? 3) else {
      throw options.unsupported("normalisation is read over the last axis only")
    }
    let epsilon = Float(try options.number("epsilon", default: 1e-3))
    guard epsilon > 0, epsilon.isFinite else { throw options.unsupported("an epsilon of \(epsilon) is not above 0") }
    let (center, scale) = (try options.flag("center", default: true), try options.flag("scale", default: true))
    if layer.className == "LayerNormalization" {
      add(
        layer, .layerNormalization(size: size, epsilon: epsilon),
        .layerNormalization(center: center, scale: scale, order: order))
    } else {
      add(
        layer, .batchNormalization(size: size, epsilon: epsilon, isAffine: center || scale),
        .batchNormalization(center: center, scale: scale, order: order))
    }
  }
}
