import RecurrentTensor

/// A network as a list of layers, each the input of the next: what models of other systems are translated into and from.
///
/// ```swift
/// let description = try NetworkDescription([
///   .init("embedding", .embedding(vocabularySize: 1000, size: 32)),
///   .init("lstm", .recurrent(layers: [RecurrentDescription(.lstm(), inputSize: 32, hiddenSize: 64)])),
///   .init("last", .lastStep),
///   .init("head", .linear(inputSize: 64, outputSize: 2, hasBias: true)),
/// ])
/// ```
public struct NetworkDescription: Hashable, Sendable {
  /// A layer under a name.
  public struct Element: Hashable, Sendable, Codable {
    /// The name that the layer has in files of other systems.
    public var name: String
    /// What it is.
    public var layer: NetworkLayer

    /// A named layer.
    public init(_ name: String, _ layer: NetworkLayer) {
      self.name = name
      self.layer = layer
    }
  }

  /// What flows between layers.
  public enum Flow: Hashable, Sendable {
    /// Symbols, `[T, N]`.
    case tokens(vocabularySize: Int)
    /// Sequences, `[T, N, C]`.
    case sequence(size: Int)
    /// Vectors, `[N, C]`.
    case vectors(size: Int)
  }

  /// The layers, first one first; at least one.
  public let elements: [Element]
  /// What goes in.
  public let input: Flow
  /// What comes out of each layer.
  public let flows: [Flow]

  /// The largest size that a description may name.
  public static let sizeLimit = 1 << 24
  /// The largest number of layers, each of a stack counted.
  public static let layerLimit = 1000

  /// A network of layers that fit on each other.
  ///
  /// - Throws: `NetworkDescriptionError` where a size is out of range, a name is taken twice, or a layer does not fit on the one before.
  public init(_ elements: [Element]) throws(NetworkDescriptionError) {
    guard !elements.isEmpty, elements.lazy.map(\.layer.depth).reduce(0, +) <= Self.layerLimit else {
      throw NetworkDescriptionError(layer: nil, problem: "a network has 1 to \(Self.layerLimit) layers")
    }
    var names: Set<String> = []
    for element in elements {
      guard !element.name.isEmpty, names.insert(element.name).inserted else {
        throw NetworkDescriptionError(layer: element.name, problem: "every layer has a name of its own")
      }
      if let problem = element.layer.problem { throw NetworkDescriptionError(layer: element.name, problem: problem) }
    }
    var flow = elements[0].layer.firstFlow ?? .sequence(size: elements.lazy.compactMap(\.layer.inputSize).first ?? 1)
    input = flow
    var flows: [Flow] = []
    for (index, element) in elements.enumerated() {
      let below = index > 0 ? elements[index - 1].layer : nil
      guard let next = element.layer.flow(from: flow, below: below) else {
        throw NetworkDescriptionError(layer: element.name, problem: "does not fit on \(flow.text)")
      }
      flow = next
      flows.append(next)
    }
    self.elements = elements
    self.flows = flows
  }

  /// What comes out.
  public var output: Flow { flows[flows.count - 1] }
}

/// A description of a network that cannot be one.
public struct NetworkDescriptionError: Error, Hashable, CustomStringConvertible {
  /// The name of the layer; nil for the whole.
  public let layer: String?
  /// What is wrong.
  public let problem: String

  /// One line.
  public var description: String { (layer.map { "layer '\($0.prefix(200))': " } ?? "") + problem }
}

extension NetworkDescription.Flow {
  /// The features of a step or a vector; of symbols, how many there are.
  public var size: Int {
    switch self {
    case .tokens(let size), .sequence(let size), .vectors(let size): size
    }
  }

  var text: String {
    switch self {
    case .tokens: "symbols"
    case .sequence(let size): "sequences of \(size) features"
    case .vectors(let size): "vectors of \(size) features"
    }
  }

  func resized(_ size: Int) -> Self? {
    switch self {
    case .tokens: nil
    case .sequence: .sequence(size: size)
    case .vectors: .vectors(size: size)
    }
  }
}

extension NetworkLayer {
  /// How many layers it is: as many as a stack has.
  fileprivate var depth: Int { if case .recurrent(let layers) = self { max(1, layers.count) } else { 1 } }

  /// What a network that begins with this layer takes; nil where the layer takes any size.
  fileprivate var firstFlow: NetworkDescription.Flow? {
    if case .embedding(let size, _) = self { return .tokens(vocabularySize: size) }
    return inputSize.map { .sequence(size: $0) }
  }

  /// The features that the layer needs; nil where it takes any.
  var inputSize: Int? {
    switch self {
    case .recurrent(let layers): layers[0].inputSize
    case .linear(let size, _, _), .batchNormalization(let size, _, _), .layerNormalization(let size, _): size
    case .convolution(let convolution): convolution.inputChannels
    default: nil
    }
  }

  /// What comes out when `flow` goes in; nil where it does not fit.
  fileprivate func flow(from flow: NetworkDescription.Flow, below: NetworkLayer?) -> NetworkDescription.Flow? {
    if let inputSize, inputSize != flow.size { return nil }
    switch (self, flow) {
    case (.embedding(let count, let size), .tokens(let symbols)): return count == symbols ? .sequence(size: size) : nil
    case (.embedding, _), (_, .tokens): return nil
    case (.linear(_, let size, _), _): return flow.resized(size)
    case (.batchNormalization, _), (.layerNormalization, _), (.activation, _), (.dropout, _): return flow
    case (_, .vectors): return nil
    case (.recurrent(let layers), _): return .sequence(size: layers[layers.count - 1].outputSize)
    case (.convolution(let convolution), _): return .sequence(size: convolution.outputChannels)
    case (.maxPooling, _), (.averagePooling, _): return flow
    case (.lastStep, .sequence(let size)), (.globalPooling, .sequence(let size)): return .vectors(size: size)
    case (.finalHidden, .sequence(let size)):
      guard case .recurrent(let layers)? = below else { return nil }
      let last = layers[layers.count - 1]
      return .vectors(size: last.directionCount == 2 ? 2 * last.directionSize : size)
    case (.flatten(let steps), .sequence(let size)): return .vectors(size: steps * size)
    }
  }

  /// Why this cannot be a layer; nil where it can.
  fileprivate var problem: String? {
    let limit = 1...NetworkDescription.sizeLimit
    switch self {
    case .embedding(let count, let size):
      return limit ~= count && limit ~= size ? nil : "sizes are 1 to \(limit.upperBound)"
    case .recurrent(let layers):
      guard let first = layers.first else { return "a stack has at least one layer" }
      var width = first.inputSize
      for layer in layers {
        if let problem = layer.problem { return problem }
        guard layer.inputSize == width else { return "\(layer.inputSize) inputs on \(width) outputs" }
        width = layer.outputSize
      }
      return nil
    case .linear(let input, let output, _):
      return limit ~= input && limit ~= output ? nil : "sizes are 1 to \(limit.upperBound)"
    case .convolution(let convolution): return convolution.problem
    case .maxPooling(let pooling), .averagePooling(let pooling): return pooling.problem
    case .batchNormalization(let size, let epsilon, _), .layerNormalization(let size, let epsilon):
      return limit ~= size && epsilon > 0 && epsilon.isFinite
        ? nil : "sizes are 1 to \(limit.upperBound), epsilon above 0"
    case .dropout(let rate): return (0..<1).contains(rate) ? nil : "a rate is at least 0 and below 1"
    case .flatten(let steps): return 1...65536 ~= steps ? nil : "the steps of a flattened sequence are 1 to 65536"
    case .activation(.leakyReLU(let slope)): return slope.isFinite ? nil : "a slope is finite"
    case .activation, .lastStep, .finalHidden, .globalPooling: return nil
    }
  }
}

extension ConvolutionDescription {
  fileprivate var problem: String? {
    let limit = 1...NetworkDescription.sizeLimit
    guard limit ~= inputChannels, limit ~= outputChannels, 1...65536 ~= kernelSize, 1...65536 ~= stride,
      1...65536 ~= dilation
    else { return "sizes of a convolution are out of range" }
    guard groups > 0, inputChannels % groups == 0, outputChannels % groups == 0 else {
      return "channels do not split into \(groups) groups"
    }
    if case .zeros(let count) = padding, !(0...65536 ~= count) { return "a padding of \(count) is out of range" }
    return padding == .same && stride != 1 ? "the padding 'same' exists for stride 1 only" : nil
  }
}

extension PoolingDescription {
  fileprivate var problem: String? {
    guard 1...65536 ~= kernelSize, 1...65536 ~= stride, padding >= 0, padding <= kernelSize / 2 else {
      return "a window is 1 to 65536 steps, its padding at most half of it"
    }
    return nil
  }
}

extension NetworkDescription {
  /// The numbers that training of such a network changes, counted without making it; `Int.max` if there are more than that.
  public var parameterCount: Int {
    elements.reduce(0) { sum, element in
      let (total, overflow) = sum.addingReportingOverflow(element.layer.parameterCount)
      return overflow ? .max : total
    }
  }
}

extension NetworkLayer {
  // Sizes are limited, so that no product of two overflows.
  fileprivate var parameterCount: Int {
    switch self {
    case .embedding(let count, let size): count * size
    case .recurrent(let layers): layers.reduce(0) { $0 + $1.parameterCount }
    case .linear(let input, let output, let hasBias): (input + (hasBias ? 1 : 0)) * output
    case .convolution(let window): window.parameterCount
    case .batchNormalization(let size, _, let isAffine): isAffine ? 2 * size : 0
    case .layerNormalization(let size, _): 2 * size
    default: 0
    }
  }
}

extension ConvolutionDescription {
  fileprivate var parameterCount: Int {
    let fanIn = inputChannels / groups * kernelSize + (hasBias ? 1 : 0)
    let (count, overflow) = fanIn.multipliedReportingOverflow(by: outputChannels)
    return overflow ? .max : count
  }
}

extension RecurrentDescription {
  fileprivate var parameterCount: Int {
    let shapes = shapes
    var count = shapes.inputHidden.elementCount + shapes.hiddenHidden.elementCount
    count += (shapes.peepholes?.elementCount ?? 0) + (shapes.projection?.elementCount ?? 0)
    switch (bias, cell) {
    case (.none, _): break
    case (_, .gru(let variant)) where !isFused && variant.reset == .resetAfter:
      count += shapes.bias.elementCount + hiddenSize
    case (.double, _) where isFused: count += 2 * shapes.bias.elementCount
    default: count += shapes.bias.elementCount
    }
    return count * directionCount
  }
}
