import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// The options of one direction of a recurrent layer.
private struct KerasCell: Equatable {
  let cell: RecurrentDescription.Cell
  let units: Int
  let hasBias: Bool
  let returnsSequences: Bool
}

extension KerasTranslation {
  mutating func recurrent(_ layer: KerasLayer) throws(KerasError) {
    if layer.className == "Bidirectional" { return try bidirectional(layer) }
    let inputSize = try sequence(layer).size
    let (cell, isBackward) = try self.cell(layer, of: layer)
    guard !isBackward || !cell.returnsSequences else {
      throw layer.options.unsupported(
        "go_backwards with return_sequences gives the steps in reverse; use Bidirectional, or return_sequences=False")
    }
    try add(layer, cell, inputSize, isBackward ? .backward : .forward, last: isBackward ? .finalHidden : .lastStep)
  }

  private mutating func bidirectional(_ layer: KerasLayer) throws(KerasError) {
    let options = layer.options
    try options.check(["merge_mode", "layer", "backward_layer"])
    let inputSize = try sequence(layer).size
    guard let inner = options["layer"] else { throw options.unsupported("it wraps no layer") }
    let (forward, forwardIsBackward) = try cell(KerasConfiguration.layer(inner), of: layer)
    // Older files have no second layer where it is made like the first.
    if let inner = options["backward_layer"] {
      let (backward, backwardIsBackward) = try cell(KerasConfiguration.layer(inner), of: layer)
      guard backward == forward, backwardIsBackward else {
        throw options.unsupported("its two directions are made differently; make both of the same layer")
      }
    }
    guard !forwardIsBackward else { throw options.unsupported("its first direction goes backwards; swap the two") }
    let merge = try self.merge(options)
    guard forward.returnsSequences || merge == .concatenate else {
      throw options.unsupported(
        "without return_sequences the last states are only read side by side (merge_mode='concat')")
    }
    try add(layer, forward, inputSize, .both(merge: merge), last: .finalHidden)
  }

  private func merge(_ options: KerasOptions) throws(KerasError) -> DirectionMerge {
    switch options["merge_mode"]?.string {
    case "concat": return .concatenate
    case "sum": return .sum
    case "mul": return .multiply
    case "ave": return .average
    default: throw options.unsupported("its merge_mode is none of concat, sum, mul and ave")
    }
  }

  private mutating func add(
    _ layer: KerasLayer, _ cell: KerasCell, _ inputSize: Int, _ directions: RecurrentDescription.Directions,
    last: NetworkLayer
  ) throws(KerasError) {
    var description = RecurrentDescription(
      cell.cell, inputSize: inputSize, hiddenSize: cell.units, directions: directions, bias: .none)
    if cell.hasBias {
      // Of two biases Keras has the sum, but for the unit whose reset gate comes after the second.
      description.bias =
        if case .gru(let variant) = cell.cell, variant.reset == .resetAfter { .double } else { .single }
      if !description.isFused { description.bias = .single }
    }
    add(layer, .recurrent(layers: [description]), .recurrent(description))
    if cell.returnsSequences {
      flow = .sequence(
        steps: flow.flatMap { if case .sequence(let steps, _) = $0 { steps } else { nil } },
        size: description.outputSize)
    } else {
      add(layer, part: "last", last)
      flow = .vectors(size: description.outputSize)
    }
  }

  /// Reads the options of a layer, or of one direction of `outer`; and whether it goes backwards.
  private mutating func cell(
    _ layer: KerasLayer, of outer: KerasLayer
  ) throws(KerasError) -> (KerasCell, isBackward: Bool) {
    let options = layer.options
    var known: Set<String> = [
      "units", "activation", "use_bias", "return_sequences", "go_backwards", "stateful", "dropout", "recurrent_dropout",
    ]
    if layer.className != "SimpleRNN" { known.insert("recurrent_activation") }
    if layer.className == "GRU" { known.insert("reset_after") }
    try options.check(known)
    let cell: RecurrentDescription.Cell
    switch layer.className {
    case "LSTM": cell = .lstm(variant: try lstm(options))
    case "GRU": cell = .gru(variant: try gru(options))
    case "SimpleRNN": cell = .elman(activation: try function("activation", "tanh", options))
    default:
      throw outer.options.unsupported("it wraps a '\(layer.className.printable())'; LSTM, GRU and SimpleRNN are read")
    }
    let dropout = try options.number("dropout", default: 0) + options.number("recurrent_dropout", default: 0)
    if dropout != 0 { note(outer, "its dropout is not taken over; it acts in training alone") }
    if try options.flag("stateful", default: false) {
      note(outer, "it keeps its states between batches in Keras; here give the states of the last batch yourself")
    }
    let result = KerasCell(
      cell: cell, units: try options.size("units"), hasBias: try options.flag("use_bias", default: true),
      returnsSequences: try options.flag("return_sequences", default: false))
    return (result, try options.flag("go_backwards", default: false))
  }

  private func lstm(_ options: KerasOptions) throws(KerasError) -> LSTMVariant {
    var variant = LSTMVariant()
    variant.gateActivation = try function("recurrent_activation", "sigmoid", options)
    variant.inputActivation = try function("activation", "tanh", options)
    variant.outputActivation = variant.inputActivation
    return variant
  }

  private func gru(_ options: KerasOptions) throws(KerasError) -> GRUVariant {
    var variant = GRUVariant()
    variant.reset = try options.flag("reset_after", default: !isBeforeKeras3) ? .resetAfter : .resetBefore
    variant.gateActivation = try function("recurrent_activation", "sigmoid", options)
    variant.candidateActivation = try function("activation", "tanh", options)
    return variant
  }

  private func function(_ key: String, _ fallback: String, _ options: KerasOptions) throws(KerasError) -> CellActivation
  {
    let name = try options.function(key, default: fallback)
    guard let function = KerasFunctions.cell(name, isBeforeKeras3: isBeforeKeras3) else {
      throw options.unsupported(
        "the \(key) '\(name.printable())' is not read here; use tanh, sigmoid, relu, hard_sigmoid, softsign, softplus, elu, leaky_relu, hard_tanh or linear"
      )
    }
    return function
  }
}
