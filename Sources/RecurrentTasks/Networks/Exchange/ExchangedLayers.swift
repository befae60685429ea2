import RecurrentLayers
import RecurrentTensor

/// Gathers the layers of a task's network, first one first.
struct ExchangedLayers {
  private let task: String
  private var elements: [NetworkDescription.Element] = []
  private var parts: [NetworkPart] = []
  private var sources: [String: String] = [:]
  var notes: [String] = []

  /// No layers yet, of a model of a task.
  init(task: String) { self.task = task }

  func error(_ problem: String, mend: String) -> ExchangeError {
    ExchangeError(task: task, problem: problem, mend: mend)
  }

  /// Adds a layer.
  ///
  /// - Parameters:
  ///   - name: What it is called in files of other systems.
  ///   - layer: What it is.
  ///   - part: The same with its weights.
  ///   - source: The path of the layer in the model; nil where it has no weights.
  ///   - renamed: The names of tensors that are called otherwise in the model.
  private mutating func add(
    _ name: String, _ layer: NetworkLayer, _ part: NetworkPart, from source: String? = nil,
    renamed: [String: String] = [:]
  ) {
    for (path, _) in source == nil ? [] : part.tensors {
      sources["layers.\(elements.count).\(path)"] = renamed[path] ?? "\(source ?? "").\(path)"
    }
    elements.append(NetworkDescription.Element(name, layer))
    parts.append(part)
  }

  mutating func add(_ name: String, _ embedding: Embedding, from source: String) {
    let shape = embedding.weight.value.shape
    add(name, .embedding(vocabularySize: shape[0], size: shape[1]), .embedding(embedding), from: source)
  }

  mutating func add(_ name: String, _ linear: Linear, from source: String, renamed: [String: String] = [:]) {
    add(
      name, .linear(inputSize: linear.inputSize, outputSize: linear.outputSize, hasBias: linear.bias != nil),
      .linear(linear), from: source, renamed: renamed)
  }

  mutating func add(_ name: String, _ convolution: Conv1d, from source: String) {
    var window = ConvolutionDescription(
      inputChannels: convolution.inputChannels, outputChannels: convolution.outputChannels,
      kernelSize: convolution.kernelSize)
    (window.stride, window.padding) = (convolution.stride, convolution.padding)
    (window.dilation, window.groups) = (convolution.dilation, convolution.groups)
    window.hasBias = convolution.bias != nil
    add(name, .convolution(window: window), .convolution(convolution), from: source)
  }

  mutating func add(_ name: String, _ normalization: BatchNorm1d, from source: String) {
    let layer = NetworkLayer.batchNormalization(
      size: normalization.runningMean.value.count, epsilon: normalization.epsilon,
      isAffine: normalization.weight != nil)
    add(name, layer, .batchNormalization(normalization), from: source)
  }

  /// Adds a layer without weights.
  mutating func add(_ name: String, _ layer: NetworkLayer) {
    add(name, layer, NetworkPart(layer, key: RandomKey(seed: 0)))
  }

  /// Adds recurrent layers under the name that PyTorch's modules of their kind have, without what acts in training alone.
  mutating func add(_ stack: RecurrentStack<AnySequenceLayer>, from source: String) throws(ExchangeError) {
    var layers: [AnySequenceLayer] = []
    var descriptions: [RecurrentDescription] = []
    for layer in stack.layers {
      let description = try describe(layer)
      guard let plain = try? description.makeLayer(description.weights(of: layer)) else {
        preconditionFailure("a layer has other weights than its description")
      }
      layers.append(plain)
      descriptions.append(description)
    }
    let part = NetworkPart.recurrent(RecurrentStack<AnySequenceLayer>(layers))
    add(descriptions[0].cell.name, .recurrent(layers: descriptions), part, from: source)
  }

  private func describe(_ layer: AnySequenceLayer) throws(ExchangeError) -> RecurrentDescription {
    let description: RecurrentDescription
    do throws(UndescribedLayer) {
      description = try RecurrentDescription(of: layer)
    } catch {
      throw self.error(error.reason, mend: "train with cell lstm, gru or elman, and without residual and zoneout")
    }
    if description.isNormalized {
      throw error("no other system normalises inside a cell", mend: "train with normalization none")
    }
    return description
  }

  /// The network of all layers.
  func network() -> ExchangedNetwork {
    guard let description = try? NetworkDescription(elements) else {
      preconditionFailure("the layers of a task's model do not fit on each other")
    }
    return ExchangedNetwork(
      network: SequenceNetwork(description, layers: parts), sources: sources, notes: notes)
  }
}

extension RecurrentDescription {
  /// Whether what goes into the gates is evened out.
  fileprivate var isNormalized: Bool {
    switch cell {
    case .lstm(let variant): variant.normalization != .none
    case .gru(let variant): variant.normalization != .none
    case .elman: false
    }
  }
}

extension RecurrentDescription.Cell {
  /// What attributes of this kind are called in PyTorch's models.
  fileprivate var name: String {
    switch self {
    case .lstm: "lstm"
    case .gru: "gru"
    case .elman: "rnn"
    }
  }
}
