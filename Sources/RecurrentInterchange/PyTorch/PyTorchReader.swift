import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// Makes a network of a state dict, layer by layer as a layout names them, and notes what became of every tensor.
struct PyTorchReader {
  let dict: StateDict
  private let layout: NetworkLayout
  var audit = ConversionAudit()
  private var used: Set<String> = []
  /// How many layers have taken each tensor.
  private var uses: [String: Int] = [:]
  /// The last number behind each name that several layers ask for.
  private var numbers: [String: Int] = [:]
  private var names: Set<String> = []
  private var elements: [NetworkDescription.Element] = []
  private var parts: [NetworkPart] = []
  /// The features that come out of the layers so far; nil where nothing is known of them.
  private var width: Int?

  /// The layers that may share a tensor: an embedding, and the linear map that reads out of it.
  private static let useLimit = 2

  init(_ dict: StateDict, _ layout: NetworkLayout) {
    self.dict = dict
    self.layout = layout
  }

  /// Reads all layers.
  ///
  /// - Throws: `SafetensorsError`; `PyTorchError` where layers do not fit on each other; `ConversionError.unexplained` where a tensor
  ///   is missing or has another shape.
  mutating func network() throws -> SequenceNetwork {
    for layer in layout.layers { try read(layer) }
    for entry in dict.entries where !used.contains(entry.name) {
      audit.note(.init(sources: [entry.name], target: nil, shape: entry.shape, verdict: .unused))
    }
    guard parts.count == layout.layers.count else { throw ConversionError.unexplained(path: dict.path, audit: audit) }
    do throws(NetworkDescriptionError) {
      return SequenceNetwork(try NetworkDescription(elements), layers: parts)
    } catch {
      throw PyTorchError(path: dict.path, problem: "\(error.description); check the order of the layers in --layout")
    }
  }

  private mutating func read(_ layer: LayoutLayer) throws {
    switch layer.kind {
    case .embedding: try readEmbedding(layer)
    case .recurrent(let layout): try readRecurrent(layer, layout)
    case .linear(let tied): try readLinear(layer, tied: tied)
    case .convolution: try readConvolution(layer)
    case .batchNormalization(let epsilon): try readBatchNormalization(layer, epsilon)
    case .layerNormalization(let epsilon): try readLayerNormalization(layer, epsilon)
    case .weightless(let kind):
      switch kind {
      case .maxPooling, .averagePooling: try check(layer, kind)
      default: break
      }
      if case .flatten(let steps) = kind { width = width.map { $0 &* steps } }
      add(layer, kind, NetworkPart(kind, key: RandomKey(seed: 0)))
    }
  }

  // MARK: Names

  /// What stands before the names of a layer's tensors: its name, the word of its kind, or nothing.
  ///
  /// - Parameter first: A tensor that every layer of the kind has.
  func prefix(of layer: LayoutLayer, first: String) -> String {
    if let name = layer.name { return name + "." }
    let word = layer.kind.word
    return dict["\(word).\(first)"] == nil && dict[first] != nil ? "" : word + "."
  }

  /// The path of a tensor of the layer that is being read.
  func target(_ name: String) -> String { "layers.\(elements.count).\(name)" }

  /// Adds a layer under a name that no other has.
  mutating func add(_ layer: LayoutLayer, _ kind: NetworkLayer, _ part: NetworkPart) {
    let base = layer.name ?? layer.kind.word
    var name = base
    while !names.insert(name).inserted {
      numbers[base, default: 1] += 1
      name = "\(base)_\(numbers[base, default: 2])"
    }
    elements.append(NetworkDescription.Element(name, kind))
    parts.append(part)
  }

  // MARK: Tensors

  func error(_ name: String, _ problem: String) -> PyTorchError {
    PyTorchError(path: dict.path, place: name, problem: problem)
  }

  /// The shape of a tensor that must have so many axes, each of a size that layers can have; nil where there is none, which is noted.
  mutating func shape(_ name: String, _ axes: [String], for target: String) throws(PyTorchError) -> [Int]? {
    guard let entry = dict[name] else {
      audit.note(.init(sources: [name], target: target, shape: [], verdict: .missing))
      return nil
    }
    guard entry.shape.count == axes.count, entry.shape.allSatisfy({ 1...NetworkDescription.sizeLimit ~= $0 }) else {
      throw error(
        name,
        "the shape \(entry.shape) is not the [\(axes.joined(separator: ", "))] of this kind of layer; check --layout")
    }
    return entry.shape
  }

  /// A tensor that must have a shape; nil where it is missing or has another, which is noted.
  ///
  /// - Throws: `SafetensorsError`; `PyTorchError` where so many layers take it that a small file would fill the memory.
  mutating func take(
    _ name: String, as target: String, shape: [Int], _ actions: [ConversionAudit.Action] = []
  ) throws -> Tensor? {
    guard let entry = dict[name] else {
      audit.note(.init(sources: [name], target: target, shape: shape, verdict: .missing))
      return nil
    }
    used.insert(name)
    guard entry.shape == shape else {
      audit.note(
        .init(sources: [name], target: target, shape: entry.shape, verdict: .wrongShape(expected: shape)))
      return nil
    }
    uses[name, default: 0] += 1
    guard uses[name, default: 0] <= Self.useLimit else {
      throw error(name, "more than \(Self.useLimit) layers take this tensor; check --layout")
    }
    let tensor = try dict.tensor(name)
    audit.took([name], as: target, shape: shape, entry.conversion + actions)
    return tensor
  }

  /// Notes a tensor that carries nothing of the model.
  mutating func skip(_ name: String, because reason: String) {
    guard let entry = dict[name] else { return }
    used.insert(name)
    audit.note(.init(sources: [name], target: nil, shape: entry.shape, verdict: .skipped(reason)))
  }

  /// Goes on after a layer that could not be made; what is wrong with it has been noted.
  mutating func giveUp(width: Int? = nil) { self.width = width }

  /// What the layers so far give, or else what a tensor says.
  func inputWidth(_ said: Int) -> Int { width ?? said }

  mutating func setWidth(_ value: Int) { width = value }

  /// Counts tensors as used whose entries were noted otherwise.
  mutating func markUsed(_ names: some Sequence<String>) { used.formUnion(names) }
}

extension SafetensorsEntry {
  /// What reading does to numbers that are not single precision.
  var conversion: [ConversionAudit.Action] { dtype == .float32 ? [] : [.converted(from: dtype.rawValue)] }
}

extension LayoutKind {
  /// The word of the kind.
  var word: String { String(text.prefix { $0 != "(" }) }
}
