import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

extension PyTorchReader {
  /// Reads a recurrent module: as many layers and directions as it has tensors for.
  mutating func readRecurrent(_ layer: LayoutLayer, _ layout: RecurrentLayout) throws {
    let prefix = prefix(of: layer, first: "weight_ih_l0")
    guard let module = try RecurrentModule(prefix, layout, &self) else { return giveUp() }
    try check(layer, .recurrent(layers: module.layers))
    var layers: [AnySequenceLayer] = []
    for (index, description) in module.layers.enumerated() {
      let directions = try (0..<description.directionCount).map { direction in
        try weights(RecurrentPlace(prefix, index, isReverse: direction == 1), description, layout)
      }
      let found = directions.compactMap(\.self)
      guard found.count == directions.count else { continue }
      do throws(ParameterLoadingError) {
        layers.append(try description.makeLayer(found))
      } catch {
        throw self.error(prefix, error.description)
      }
    }
    guard layers.count == module.layers.count else { return giveUp(width: module.outputSize) }
    add(layer, .recurrent(layers: module.layers), .recurrent(RecurrentStack<AnySequenceLayer>(layers)))
    setWidth(module.outputSize)
  }

  /// The weights of one direction of a layer; nil where something is missing or has another shape.
  private mutating func weights(
    _ place: RecurrentPlace, _ description: RecurrentDescription, _ layout: RecurrentLayout
  ) throws -> DirectionWeights? {
    let shapes = description.shapes
    let bias = shapes.bias.dimensions
    func path(_ name: String) -> String { target(name + place.suffix) }
    let input = try take(
      place.name(.inputHidden), as: path("weight_ih"), shape: shapes.inputHidden.dimensions)
    let hidden = try take(
      place.name(.hiddenHidden), as: path("weight_hh"), shape: shapes.hiddenHidden.dimensions)
    let projection = try shapes.projection.flatMap {
      try take(place.name(.projection), as: path("weight_hr"), shape: $0.dimensions)
    }
    var (inputBias, hiddenBias): (Tensor?, Tensor?)
    var biasesAreThere = true
    switch description.bias {
    case .none: break
    case .double:
      inputBias = try take(place.name(.inputBias), as: path("bias_ih"), shape: bias)
      hiddenBias = try take(place.name(.hiddenBias), as: path("bias_hh"), shape: bias)
      biasesAreThere = inputBias != nil && hiddenBias != nil
    case .single:
      let target = path(description.isFused ? "bias_ih" : "bias")
      inputBias = try singleBias(place, as: target, shape: bias, mustBeZero: layout.hasSingleBias)
      biasesAreThere = inputBias != nil
    }
    guard let input, let hidden, biasesAreThere, (projection != nil) == (shapes.projection != nil) else { return nil }
    return DirectionWeights(
      inputHidden: input, hiddenHidden: hidden, inputBias: inputBias, hiddenBias: hiddenBias, projection: projection)
  }

  /// The bias of a cell that has one: the file's first, where its second is zeros, or the sum of both.
  private mutating func singleBias(
    _ place: RecurrentPlace, as target: String, shape: [Int], mustBeZero: Bool
  ) throws -> Tensor? {
    let (first, second) = (place.name(.inputBias), place.name(.hiddenBias))
    guard let one = dict[first], let other = dict[second], one.shape == shape, other.shape == shape else {
      // Notes which of them is missing or has another shape.
      _ = try take(first, as: target, shape: shape)
      _ = try take(second, as: target, shape: shape)
      return nil
    }
    let addend = try dict.tensor(second)
    let isZero = addend.scalars.allSatisfy { $0 == 0 }
    if mustBeZero {
      guard isZero else { throw error(second, "it is not all zeros, so there are two biases; leave bias=single out") }
      let bias = try take(first, as: target, shape: shape)
      skip(second, because: "zeros")
      return bias
    }
    markUsed([first, second])
    let conversions = one.conversion + (other.conversion == one.conversion ? [] : other.conversion)
    audit.took([first, second], as: target, shape: shape, conversions + [.summed])
    return try dict.tensor(first) + addend
  }
}

/// Where the tensors of one direction of a layer stand.
private struct RecurrentPlace {
  private let prefix: String
  private let layer: Int
  private let isReverse: Bool

  init(_ prefix: String, _ layer: Int, isReverse: Bool) {
    (self.prefix, self.layer, self.isReverse) = (prefix, layer, isReverse)
  }

  func name(_ field: RecurrentTensorName.Field) -> String {
    RecurrentTensorName(prefix, field, layer: layer, isReverse: isReverse).text
  }

  var suffix: String { "_l\(layer)" + (isReverse ? "_reverse" : "") }
}

/// The layers of a recurrent module, by what its tensors say.
private struct RecurrentModule {
  let layers: [RecurrentDescription]

  var outputSize: Int { layers[layers.count - 1].outputSize }

  /// Looks at the tensors under a prefix; nil where the first is missing, which is noted.
  init?(_ prefix: String, _ layout: RecurrentLayout, _ reader: inout PyTorchReader) throws(PyTorchError) {
    func name(_ field: RecurrentTensorName.Field, _ layer: Int = 0, isReverse: Bool = false) -> String {
      RecurrentTensorName(prefix, field, layer: layer, isReverse: isReverse).text
    }
    let inputName = name(.inputHidden)
    guard let input = try reader.shape(inputName, ["gates · units", "inputs"], for: reader.target("weight_ih_l0")),
      let hidden = try reader.shape(
        name(.hiddenHidden), ["gates · units", "units"], for: reader.target("weight_hh_l0"))
    else { return nil }
    var units = hidden[1]
    var cell = layout.cell.description(layout.activation)
    if layout.cell == .lstm, reader.dict[name(.projection)] != nil {
      guard
        let shape = try reader.shape(name(.projection), ["projection", "units"], for: reader.target("weight_hr_l0"))
      else { return nil }
      units = shape[1]
      var variant = LSTMVariant()
      variant.projectionSize = shape[0]
      cell = .lstm(variant: variant)
    }
    let isBothWays = reader.dict[name(.inputHidden, isReverse: true)] != nil
    let hasBias = reader.dict[name(.inputBias)] != nil || reader.dict[name(.hiddenBias)] != nil
    var description = RecurrentDescription(
      cell, inputSize: reader.inputWidth(input[1]), hiddenSize: units, directions: isBothWays ? .both() : .forward,
      bias: hasBias ? .double : .none)
    if hasBias, layout.hasSingleBias || !description.isFused { description.bias = .single }
    var layers: [RecurrentDescription] = []
    while reader.dict[name(.inputHidden, layers.count)] != nil {
      layers.append(description)
      description.inputSize = description.outputSize
    }
    self.layers = layers
  }
}

extension RecurrentLayout.Cell {
  /// The cell as layers name it.
  fileprivate func description(_ activation: CellActivation?) -> RecurrentDescription.Cell {
    switch self {
    case .lstm: .lstm()
    case .gru: .gru()
    case .rnn: .elman(activation: activation ?? .tanh)
    }
  }
}
