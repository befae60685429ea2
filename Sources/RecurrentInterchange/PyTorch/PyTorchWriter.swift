import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// Makes a state dict of a network: the names that PyTorch's modules give to their tensors, and the layout that says what the
/// modules do.
struct PyTorchWriter {
  /// The key of the layout in the metadata of the file; PyTorch passes over it.
  static let layoutKey = "recurrent_layout"

  private let network: SequenceNetwork
  private let path: String
  private(set) var tensors: [(name: String, value: Tensor)] = []
  private(set) var audit = ConversionAudit()
  private(set) var layers: [LayoutLayer] = []
  private var prefixes: Set<String> = []

  /// Translates a network.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - path: The file that it is for, for messages.
  /// - Throws: `PyTorchError` where a layer does what no module of PyTorch does.
  init(_ network: SequenceNetwork, for path: String) throws(PyTorchError) {
    self.network = network
    self.path = path
    for (index, element) in network.description.elements.enumerated() { try add(element, index) }
  }

  /// The file.
  ///
  /// - Throws: `SafetensorsError`.
  func file() throws(SafetensorsError) -> SafetensorsWriter {
    var writer = SafetensorsWriter(metadata: ["format": "pt", Self.layoutKey: NetworkLayout(layers).description])
    for (name, value) in tensors { try writer.add(name, value) }
    return writer
  }

  // MARK: Layers

  private mutating func add(_ element: NetworkDescription.Element, _ index: Int) throws(PyTorchError) {
    let part = network.layers[index]
    switch element.layer {
    case .recurrent(let descriptions):
      guard case .recurrent(let stack) = part else { preconditionFailure("a layer of another kind than described") }
      try add(element.name, RecurrentRuns(descriptions, stack), index)
    case .embedding: addNamed(element.name, .embedding, part, index)
    case .linear: addNamed(element.name, .linear(tied: nil), part, index)
    case .convolution(let window):
      addNamed(
        element.name, .convolution(padding: window.padding, stride: window.stride, dilation: window.dilation), part,
        index)
    case .batchNormalization(_, let epsilon, _):
      addNamed(element.name, .batchNormalization(epsilon: epsilon), part, index)
    case .layerNormalization(_, let epsilon): addNamed(element.name, .layerNormalization(epsilon: epsilon), part, index)
    case .activation, .dropout, .flatten, .maxPooling, .averagePooling, .lastStep, .finalHidden, .globalPooling:
      layers.append(LayoutLayer(nil, .weightless(element.layer)))
    }
  }

  /// Adds a layer whose tensors PyTorch's module has under the same names.
  private mutating func addNamed(_ name: String, _ kind: LayoutKind, _ part: NetworkPart, _ index: Int) {
    let name = newPrefix(name)
    layers.append(LayoutLayer(name, kind))
    for (path, value) in part.tensors { add("\(name).\(path)", value, from: ["layers.\(index).\(path)"]) }
  }

  private mutating func add(
    _ name: String, _ value: Tensor, from sources: [String], _ actions: [ConversionAudit.Action] = []
  ) {
    tensors.append((name, value))
    audit.took(sources, as: name, shape: value.shape.dimensions, actions)
  }

  /// A name that attributes can have and no other layer has.
  private mutating func newPrefix(_ name: String) -> String {
    let plain = String(name.map { LayoutParser.isOfWord($0) && $0 != "+" ? $0 : "_" }.prefix(200))
    var (candidate, number) = (plain, 1)
    while !prefixes.insert(candidate).inserted {
      number += 1
      candidate = "\(plain)_\(number)"
    }
    return candidate
  }

  // MARK: Recurrent layers

  /// Adds recurrent layers as one module for each run of equal layers; a network that is one such module has no prefix, so that
  /// `torch.nn.LSTM(…).load_state_dict(load_file(…))` takes it.
  private mutating func add(_ name: String, _ runs: RecurrentRuns, _ index: Int) throws(PyTorchError) {
    let isAlone = network.layers.count == 1 && runs.ranges.count == 1
    for (number, range) in runs.ranges.enumerated() {
      let module: String? = isAlone ? nil : newPrefix(runs.ranges.count == 1 ? name : "\(name).\(number)")
      let first = runs.descriptions[range.lowerBound]
      do throws(PyTorchRefusal) {
        layers.append(LayoutLayer(module, .recurrent(try RecurrentLayout(first))))
      } catch {
        throw PyTorchError(path: path, place: name, problem: error.reason)
      }
      for layer in range { addWeights(module.map { $0 + "." } ?? "", layer - range.lowerBound, runs, layer, index) }
    }
  }

  private mutating func addWeights(_ prefix: String, _ number: Int, _ runs: RecurrentRuns, _ layer: Int, _ index: Int) {
    let description = runs.descriptions[layer]
    for (direction, weights) in description.weights(of: runs.layers[layer]).enumerated() {
      func name(_ field: RecurrentTensorName.Field) -> String {
        RecurrentTensorName(prefix, field, layer: number, isReverse: direction == 1).text
      }
      func source(_ name: String) -> [String] { [runs.path(name, layer: layer, direction: direction, index: index)] }
      add(name(.inputHidden), weights.inputHidden, from: source("weight_ih"))
      add(name(.hiddenHidden), weights.hiddenHidden, from: source("weight_hh"))
      if let projection = weights.projection { add(name(.projection), projection, from: source("weight_hr")) }
      guard let inputBias = weights.inputBias else { continue }
      add(name(.inputBias), inputBias, from: source(description.isFused ? "bias_ih" : "bias"))
      if let hiddenBias = weights.hiddenBias {
        add(name(.hiddenBias), hiddenBias, from: source("bias_hh"))
      } else {
        add(name(.hiddenBias), Tensor(zeros: inputBias.shape), from: [], [.filled])
      }
    }
  }
}

/// The layers of a stack in runs that one module of PyTorch holds: of one cell, width and bias, each the input of the next.
private struct RecurrentRuns {
  let descriptions: [RecurrentDescription]
  let layers: [AnySequenceLayer]
  let ranges: [Range<Int>]
  /// Whether the stack's own names have numbers for its layers.
  private let hasNumbers: Bool

  init(_ descriptions: [RecurrentDescription], _ stack: RecurrentStack<AnySequenceLayer>) {
    self.descriptions = descriptions
    layers = stack.layers
    hasNumbers = stack.tensors.first?.path.hasPrefix("layers.") ?? false
    var ranges: [Range<Int>] = []
    for index in descriptions.indices {
      if let last = ranges.last, Self.areEqual(descriptions[last.lowerBound], descriptions[index]) {
        ranges[ranges.count - 1] = last.lowerBound..<index + 1
      } else {
        ranges.append(index..<index + 1)
      }
    }
    self.ranges = ranges
  }

  private static func areEqual(_ a: RecurrentDescription, _ b: RecurrentDescription) -> Bool {
    var other = b
    other.inputSize = a.inputSize
    return a == other
  }

  /// The path of a tensor in the network.
  func path(_ name: String, layer: Int, direction: Int, index: Int) -> String {
    let reverse = direction == 1 ? "_reverse" : ""
    return hasNumbers
      ? "layers.\(index).layers.\(layer).\(name)\(reverse)" : "layers.\(index).\(name)_l\(layer)\(reverse)"
  }
}

/// Why no module of PyTorch does what a layer does.
private struct PyTorchRefusal: Error {
  let reason: String
}

extension RecurrentLayout {
  /// What a layout says of a module of such layers.
  fileprivate init(_ description: RecurrentDescription) throws(PyTorchRefusal) {
    func refuse(_ reason: String) -> PyTorchRefusal { PyTorchRefusal(reason: reason) }
    switch description.directions {
    case .forward, .both(merge: .concatenate): break
    case .backward:
      throw refuse("PyTorch has no layer that runs from the end alone; convert to ONNX, or train with both directions")
    case .both(let merge):
      throw refuse("PyTorch puts both directions side by side and knows no merge '\(merge.rawValue)'; convert to Keras")
    }
    switch description.cell {
    case .lstm(var variant):
      variant.projectionSize = nil
      guard variant == LSTMVariant() else {
        throw refuse(
          "PyTorch's LSTM has no peepholes, coupled gates, clips, other functions or normalisation inside; convert to ONNX"
        )
      }
      self.init(.lstm)
    case .gru(let variant):
      guard variant.reset == .resetAfter else {
        throw refuse(
          "PyTorch's GRU resets after the product with the hidden state, this one before it, and no weights make one of the "
            + "other; convert to ONNX or Keras, or train with gru_variant reset-after")
      }
      guard variant == GRUVariant() else {
        throw refuse(
          "PyTorch's GRU has no clips, other functions, other senses of its gates or normalisation inside; convert to ONNX"
        )
      }
      self.init(.gru)
    case .elman(let activation):
      guard activation == .tanh || activation == .relu else {
        throw refuse("PyTorch's RNN has tanh or relu as its function; convert to ONNX or Keras")
      }
      self.init(.rnn, activation: activation)
    }
    hasSingleBias = description.bias != .none && !(description.bias == .double && description.isFused)
  }
}
