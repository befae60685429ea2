import RecurrentLayers
import RecurrentTensor

/// Keras' functions by name, as our cells and networks have them.
enum KerasFunctions {
  /// Keras 3's hard sigmoid has the slope 1/6; before that it was 0.2.
  static func cell(_ name: String, isBeforeKeras3: Bool) -> CellActivation? {
    if name == "hard_sigmoid", isBeforeKeras3 { return .hardSigmoid() }
    return cells.first { $0.name == name }?.function
  }

  /// The name of a function of a cell, nil where Keras has none by name.
  static func name(of function: CellActivation) -> String? { cells.first { $0.function == function }?.name }

  /// A function of a layer.
  static func layer(_ name: String) -> NetworkActivation? { layers.first { $0.name == name }?.function }

  /// The name of a function of a layer, nil where Keras has none by name.
  static func name(of function: NetworkActivation) -> String? { layers.first { $0.function == function }?.name }

  private static let cells: [(name: String, function: CellActivation)] = [
    ("linear", .identity), ("tanh", .tanh), ("sigmoid", .sigmoid), ("relu", .relu),
    ("hard_sigmoid", .hardSigmoid(slope: 1.0 / 6, offset: 0.5)), ("softsign", .softsign), ("softplus", .softplus),
    ("elu", .elu()), ("leaky_relu", .leakyReLU(slope: 0.2)), ("hard_tanh", .hardTanh),
  ]

  private static let layers: [(name: String, function: NetworkActivation)] = [
    ("tanh", .tanh), ("sigmoid", .sigmoid), ("relu", .relu), ("leaky_relu", .leakyReLU(slope: 0.2)),
    ("softplus", .softplus), ("softmax", .softmax), ("log_softmax", .logSoftmax),
  ]
}
