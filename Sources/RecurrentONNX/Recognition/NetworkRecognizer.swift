import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// Follows the nodes of a graph from its input on and finds the layers that they are.
///
/// Axes are followed by what they count, so that it does not matter where a graph transposes. What cannot be told from the file is
/// refused at the node where it would be needed.
struct NetworkRecognizer {
  let model: ONNXModel
  var findings: [String: Finding] = [:]
  var layers: [RecognizedLayer] = []
  /// The names of the layers.
  var names: Set<String> = []
  /// Grows with each layer and each choice in the last one.
  var version = 0
  /// The features of what the last layer has computed, of one direction of a recurrent layer; nil before the first.
  var featureCount: Int?
  /// What the axes of the input turned out to be.
  var roles: [Int: Axis] = [:]
  /// The input that the layers begin with.
  var mainInput: String?
  /// Numbers of the file that say how to compute.
  var settings: Set<String> = []
  /// Whether lengths of rows are used, and the first node that takes all rows for whole.
  var usesLengths = false
  /// The name of a layer that makes vectors of all steps and whose size the next layer says.
  var flattenName = "flatten"
  /// Whether a layer has changed the number of steps.
  var changesTime = false
  var firstWithWholeRows: ONNXNode?

  init(_ model: ONNXModel) { self.model = model }

  /// Reads all nodes in order.
  mutating func readGraph() throws(ONNXError) {
    try readInputs()
    for (number, proto) in model.graph.node.enumerated() {
      let node = ONNXNode(proto, number: number, opset: model.opset, path: model.path)
      var reader = NodeReader(node, proto)
      guard layers.count < NetworkDescription.layerLimit else {
        throw node.error("there are more than \(NetworkDescription.layerLimit) layers before this node")
      }
      let results = try read(RecognizedNode(node: node, name: proto.name), &reader)
      try reader.finish()
      for (position, name) in node.outputs.enumerated() where !name.isEmpty {
        guard position < results.count else { throw node.error("output number \(position) is not known here") }
        findings[name] = results[position]
      }
    }
    try checkOutputs()
    if usesLengths, let node = firstWithWholeRows {
      throw node.error("takes all rows for whole, while other nodes follow their lengths; no network here does both")
    }
  }

  private mutating func readInputs() throws(ONNXError) {
    let reader = TensorReader(path: model.path)
    for tensor in model.graph.initializer {
      let place = "initializer '\(tensor.name.printable())'"
      findings[tensor.name] = try finding(tensor.name, reader, tensor, place)
    }
    for input in model.inputs where findings[input.name] == nil {
      let rank = input.dimensions?.count
      if input.elementType.isInteger, rank == 1 {
        findings[input.name] = .rows(RowValue(kind: .lengths, axes: [.batch]))
      } else {
        let count = rank ?? (input.elementType.isInteger ? 2 : 3)
        findings[input.name] = .input(input.name, (0..<count).map { .open($0) })
      }
    }
  }

  /// A tensor that stands in the file.
  func finding(
    _ name: String, _ reader: TensorReader, _ tensor: ONNXTensorProto, _ place: String
  ) throws(ONNXError) -> Finding {
    switch try reader.value(of: tensor, place: place) {
    case .integers(let integers): return .integers(integers)
    case .tensor(let values):
      let type = try reader.check(tensor, place: place).type
      return .numbers(
        NamedNumbers(name: name, values: values, convertedFrom: type == .float ? nil : type.rawValue))
    }
  }

  // MARK: Outputs

  /// One output is what the last layer computes; others are states of recurrent layers.
  private mutating func checkOutputs() throws(ONNXError) {
    var hasOutput = false
    for output in model.outputs {
      let place = "output '\(output.name.printable())'"
      let error = { [model] in ONNXError(path: model.path, place: place, problem: $0) }
      switch findings[output.name] {
      case .flow(let flow) where !hasOutput:
        try requireLatest(flow, error)
        hasOutput = true
      case .states(let states):
        guard !hasOutput, model.outputs.count == 1 else { continue }
        _ = try flow(of: states, error)
        hasOutput = true
      default: throw error("is not what the last layer computes, and no state of a recurrent layer")
      }
    }
    guard hasOutput, !layers.isEmpty else {
      throw ONNXError(path: model.path, place: "graph", problem: "has no output that a chain of layers computes")
    }
  }

  // MARK: The input

  /// What the axes of the input count, where no node has told it.
  ///
  /// - Returns: Whether the batch comes first.
  mutating func orderInput() throws(ONNXError) -> Bool {
    guard let input = model.inputs.first(where: { $0.name == mainInput }) else {
      throw ONNXError(path: model.path, place: "graph", problem: "has no input that a layer reads")
    }
    if let role = roles[0] { return role == .batch }
    if let role = roles[1] { return role == .time }
    guard case .named(let name)? = input.dimensions?.first else { return false }
    return ["batch", "batch_size", "N"].contains(name)
  }
}

/// A node with the name that the file gives it.
struct RecognizedNode {
  let node: ONNXNode
  let name: String

  func error(_ problem: String) -> ONNXError {
    node.error("\(problem): the graph is no chain of layers here, but can be run as it is")
  }
}

// MARK: - What nodes read

extension NetworkRecognizer {
  /// The operand at a position, if the node has one.
  func finding(_ node: RecognizedNode, _ position: Int) -> Finding? {
    node.node.hasInput(position) ? findings[node.node.inputs[position]] : nil
  }

  /// What the layer before has computed.
  mutating func flow(_ node: RecognizedNode, _ position: Int = 0) throws(ONNXError) -> Flow {
    switch finding(node, position) {
    case .flow(let flow):
      try requireLatest(flow, node.error)
      return flow
    case .input(let name, let axes):
      guard layers.isEmpty, mainInput == nil || mainInput == name else {
        throw node.error("reads the input '\(name.printable())' beside another")
      }
      mainInput = name
      if let size = model.inputs.first(where: { $0.name == name })?.dimensions?.last, case .fixed(let count) = size {
        featureCount = featureCount ?? count
      }
      return Flow(version: version, axes: axes.map(resolved))
    case .states(let states): return try flow(of: states, node.error)
    default: throw node.error("reads what no layer has computed")
    }
  }

  /// Refuses what is not the latest.
  func requireVersion(_ flow: Flow, _ error: (String) -> ONNXError) throws(ONNXError) {
    guard flow.version == version else { throw error("reads what an earlier layer has computed") }
  }

  /// Refuses what is not the latest, and what is half of a computation.
  private func requireLatest(_ flow: Flow, _ error: (String) -> ONNXError) throws(ONNXError) {
    try requireVersion(flow, error)
    switch flow.padding {
    case .any, .zeros: break
    case .lowest, .zerosButLast, .summed, .largest: throw error("reads what is half of a computation over steps")
    }
    for case .directions(let count) in flow.axes where count > 1 {
      throw error("reads two directions that are not merged")
    }
    if flow.axes.contains(.lastStep) { throw error("reads a last step that still has an axis of its own") }
  }

  /// The hidden states after the last recurrent layer, as a layer of its own.
  private mutating func flow(of states: LastStates, _ error: (String) -> ONNXError) throws(ONNXError) -> Flow {
    guard let last = layers.last?.recurrent.last, states.isHidden else {
      throw error("reads states that are not the hidden ones of the layer before")
    }
    let count = last.description.directionCount
    let number = layers.reduce(0) { $0 + $1.recurrent.count } - 1
    guard states.parts == (0..<count).map({ LastStates.Part(layer: number, direction: $0) }),
      states.layout == .sideBySide
    else { throw error("reads other states than the hidden ones of the layer before, its directions side by side") }
    featureCount = count * last.description.directionSize
    return add(
      RecognizedLayer(name: unusedName(states.place ?? "final_hidden"), layer: .finalHidden), axes: [.batch, .feature])
  }

  func numbers(_ node: RecognizedNode, _ position: Int) throws(ONNXError) -> NamedNumbers {
    guard case .numbers(let numbers)? = finding(node, position) else {
      throw node.error("its input number \(position) does not stand in the file")
    }
    return numbers
  }

  /// A tensor of a given shape.
  func numbers(_ node: RecognizedNode, _ position: Int, shape: [Int]) throws(ONNXError) -> NamedNumbers {
    let numbers = try numbers(node, position)
    guard numbers.values.shape.dimensions == shape else {
      throw node.node.error(
        "'\(numbers.name.printable())' has the shape \(numbers.values.shape) where \(shape) is wanted")
    }
    return numbers
  }

  /// Integers of the file.
  func integers(_ node: RecognizedNode, _ position: Int) throws(ONNXError) -> ONNXIntegers {
    guard case .integers(let integers)? = finding(node, position) else {
      throw node.error("its input number \(position) is no list of integers in the file")
    }
    return integers
  }

  // MARK: Axes

  func resolved(_ axis: Axis) -> Axis {
    if case .open(let number) = axis { roles[number] ?? axis } else { axis }
  }

  /// Whether axes count what is wanted; those of the input that are not known yet are taken to do so.
  mutating func unify(_ axes: [Axis], _ wanted: [Axis]) -> Bool {
    guard axes.count == wanted.count else { return false }
    for (axis, role) in zip(axes, wanted) {
      switch resolved(axis) {
      case role: continue
      case .open(let number):
        guard !roles.values.contains(role) else { return false }
        roles[number] = role
      default: return false
      }
    }
    return true
  }

  // MARK: Layers

  /// Notes a layer.
  mutating func add(_ layer: RecognizedLayer, axes: [Axis]) -> Flow {
    layers.append(layer)
    names.insert(layer.name)
    version += 1
    return Flow(version: version, axes: axes)
  }

  /// The name of a layer: that of its weights without their suffix, or the place of its node, or what it does.
  func layerName(_ node: RecognizedNode, weight: String? = nil) -> String {
    if let weight, weight.hasSuffix(".weight"), weight.count > 7 { return unusedName(String(weight.dropLast(7))) }
    return unusedName(scope(of: node) ?? node.node.operatorName.lowercased())
  }

  /// The place of a node, if its name says one: `encoder` of `/encoder/LSTM`.
  func scope(of node: RecognizedNode) -> String? {
    let isPath = node.name.hasPrefix("/")
    guard let end = node.name.lastIndex(of: "/") else { return nil }
    let scope = node.name[..<end].drop { $0 == "/" }
    if scope.isEmpty { return nil }
    return isPath ? String(scope.map { $0 == "/" ? "." : $0 }) : String(scope)
  }

  func unusedName(_ name: String) -> String {
    if !names.contains(name) { return name }
    // Among so many names one is free.
    let numbered = (2...names.count + 2).lazy.map { "\(name)_\($0)" }
    return numbered.first { !names.contains($0) } ?? name
  }
}
