import RecurrentFormats

/// A node of a graph, as messages name it.
struct ONNXNode: Sendable {
  /// The file.
  let path: String
  /// The name of the operator.
  let operatorName: String
  /// The version of the operators that the file asks for.
  let opset: Int
  /// The names of the inputs; empty for one that is left out.
  let inputs: [String]
  /// The names of the outputs; empty for one that nobody wants.
  let outputs: [String]
  /// Where the node is: its name, or its number in the file.
  let place: String

  init(_ proto: ONNXNodeProto, number: Int, opset: Int, path: String) {
    self.path = path
    self.opset = opset
    operatorName = proto.opType
    inputs = proto.input
    outputs = proto.output
    place = ONNXNode.place(proto, number: number)
  }

  static func place(_ proto: ONNXNodeProto, number: Int) -> String {
    let name = proto.name.isEmpty ? "node \(number)" : "node '\(proto.name.printable())'"
    return "\(name) (\(proto.opType.printable(limit: 40)))"
  }

  func error(_ problem: String) -> ONNXError { ONNXError(path: path, place: place, problem: problem) }

  func hasInput(_ position: Int) -> Bool { position < inputs.count && !inputs[position].isEmpty }
  func hasOutput(_ position: Int) -> Bool { position < outputs.count && !outputs[position].isEmpty }
}

/// The attributes of a node, each to be asked for once: what is left over is an error.
struct NodeReader {
  let node: ONNXNode
  private var attributes: [String: ONNXAttributeProto] = [:]

  init(_ node: ONNXNode, _ proto: ONNXNodeProto) {
    self.node = node
    for attribute in proto.attribute { attributes[attribute.name] = attribute }
  }

  func error(_ problem: String) -> ONNXError { node.error(problem) }

  private mutating func take(
    _ name: String, _ type: ONNXAttributeProto.AttributeType
  ) throws(ONNXError) -> ONNXAttributeProto? {
    guard let attribute = attributes.removeValue(forKey: name) else { return nil }
    guard attribute.type == type else {
      throw error("attribute '\(name)' is of type \(attribute.type), not \(type)")
    }
    return attribute
  }

  mutating func integer(_ name: String) throws(ONNXError) -> Int? { try take(name, .int).map { Int($0.i) } }

  mutating func integer(_ name: String, default value: Int) throws(ONNXError) -> Int { try integer(name) ?? value }

  /// 0 or 1.
  mutating func flag(_ name: String, default value: Bool = false) throws(ONNXError) -> Bool {
    guard let number = try integer(name) else { return value }
    guard number == 0 || number == 1 else { throw error("attribute '\(name)' is \(number), not 0 or 1") }
    return number == 1
  }

  /// A finite number.
  mutating func float(_ name: String) throws(ONNXError) -> Float? {
    guard let value = try take(name, .float)?.f else { return nil }
    guard value.isFinite else { throw error("attribute '\(name)' is not a finite number") }
    return value
  }

  mutating func float(_ name: String, default value: Float) throws(ONNXError) -> Float { try float(name) ?? value }

  mutating func integers(_ name: String) throws(ONNXError) -> [Int]? { try take(name, .ints)?.ints.map { Int($0) } }

  mutating func floats(_ name: String) throws(ONNXError) -> [Float]? {
    guard let values = try take(name, .floats)?.floats else { return nil }
    guard values.allSatisfy(\.isFinite) else { throw error("attribute '\(name)' holds what is not a finite number") }
    return values
  }

  mutating func string(_ name: String) throws(ONNXError) -> String? {
    try take(name, .string).map { String(decoding: $0.s, as: UTF8.self) }
  }

  mutating func strings(_ name: String) throws(ONNXError) -> [String]? {
    try take(name, .strings)?.strings.map { String(decoding: $0, as: UTF8.self) }
  }

  mutating func tensor(_ name: String) throws(ONNXError) -> ONNXValue? {
    guard let attribute = try take(name, .tensor) else { return nil }
    return try TensorReader(path: node.path).value(of: attribute.t, place: "\(node.place), attribute '\(name)'")
  }

  /// One of some words.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, default value: Choice
  ) throws(ONNXError) -> Choice where Choice.RawValue == String {
    guard let word = try string(name) else { return value }
    guard let choice = Choice(rawValue: word) else {
      let known = Choice.allCases.map { $0.rawValue }.joined(separator: ", ")
      throw error("attribute '\(name)' is '\(word)'; known are \(known)")
    }
    return choice
  }

  /// Complains about what nobody has asked for.
  func finish() throws(ONNXError) {
    guard let name = attributes.keys.min() else { return }
    throw error(
      "attribute '\(name)' is unknown to \(node.operatorName) of operator set \(node.opset), or not supported here")
  }
}
