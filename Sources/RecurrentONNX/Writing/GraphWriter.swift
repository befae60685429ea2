import RecurrentTensor

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Collects what a graph is made of, and gives every name once.
struct GraphWriter {
  /// The size of an axis of an input or output.
  enum Axis {
    case named(String)
    case fixed(Int)
  }

  private(set) var graph = ONNXGraphProto()
  private var names: Set<String> = []
  private var constants: [[Int]: String] = [:]

  init(name: String) { graph.name = name }

  /// The name, with a number behind it if it is taken.
  mutating func unused(_ name: String) -> String {
    var candidate = name
    var number = 2
    while !names.insert(candidate).inserted {
      candidate = "\(name)_\(number)"
      number += 1
    }
    return candidate
  }

  // MARK: Nodes

  /// Adds a node with one output.
  ///
  /// - Parameters:
  ///   - operatorName: What it computes.
  ///   - inputs: The names of its inputs; empty for one that is left out.
  ///   - place: What its name begins with.
  ///   - attributes: Its attributes.
  /// - Returns: The name of the output.
  mutating func node(
    _ operatorName: String, _ inputs: [String], at place: String, _ attributes: [ONNXAttributeProto] = []
  ) -> String {
    let name = unused("\(place)/\(operatorName)")
    add(operatorName, inputs, outputs: [name], named: name, attributes)
    return name
  }

  /// Adds a node whose outputs have names already; empty for one that nobody wants.
  mutating func add(
    _ operatorName: String, _ inputs: [String], outputs: [String], named name: String,
    _ attributes: [ONNXAttributeProto]
  ) {
    var node = ONNXNodeProto()
    node.opType = operatorName
    node.name = name
    node.input = inputs
    node.output = outputs
    // Inputs and outputs at the end that are left out have no place either.
    while node.input.last == "" { node.input.removeLast() }
    while node.output.last == "" { node.output.removeLast() }
    node.attribute = attributes
    graph.node.append(node)
  }

  /// Gives what a node computes another name.
  mutating func rename(_ old: String, to new: String) {
    for index in graph.node.indices {
      graph.node[index].input = graph.node[index].input.map { $0 == old ? new : $0 }
      graph.node[index].output = graph.node[index].output.map { $0 == old ? new : $0 }
    }
  }

  // MARK: Initialisers

  /// Adds a tensor of the network.
  mutating func weight(_ name: String, _ tensor: Tensor) -> String {
    var proto = ONNXTensorProto()
    proto.name = unused(name)
    proto.dims = tensor.shape.dimensions.map { Int64($0) }
    proto.dataType = Int32(ONNXTensorProto.DataType.float.rawValue)
    proto.rawData = GraphWriter.raw(tensor.scalars.map { $0.bitPattern.littleEndian })
    graph.initializer.append(proto)
    return proto.name
  }

  /// The name of a list of integers, which is added unless it is there.
  mutating func list(_ values: [Int]) -> String {
    if let known = constants[values] { return known }
    let name = unused("constants/" + values.map(String.init).joined(separator: "_"))
    add(name, dims: [Int64(values.count)], values)
    constants[values] = name
    return name
  }

  /// Adds a single integer.
  mutating func integer(_ value: Int, named name: String) -> String {
    let name = unused(name)
    add(name, dims: [], [value])
    return name
  }

  /// Adds a single number.
  mutating func number(_ value: Float, named name: String) -> String { weight(name, Tensor(value)) }

  private mutating func add(_ name: String, dims: [Int64], _ values: [Int]) {
    var proto = ONNXTensorProto()
    proto.name = name
    proto.dims = dims
    proto.dataType = Int32(ONNXTensorProto.DataType.int64.rawValue)
    proto.rawData = GraphWriter.raw(values.map { Int64($0).littleEndian })
    graph.initializer.append(proto)
  }

  private static func raw(_ words: [some FixedWidthInteger]) -> Data {
    words.withUnsafeBytes { Data($0) }
  }

  // MARK: Inputs and outputs

  mutating func input(_ name: String, _ type: ONNXTensorProto.DataType, _ axes: [Axis]) -> String {
    let name = unused(name)
    graph.input.append(ONNXValueInfoProto(name, type, axes))
    return name
  }

  /// Adds an output; its name is one that `unused` has given.
  mutating func output(_ name: String, _ axes: [Axis]) {
    graph.output.append(ONNXValueInfoProto(name, .float, axes))
  }
}

extension ONNXValueInfoProto {
  fileprivate init(_ name: String, _ type: ONNXTensorProto.DataType, _ axes: [GraphWriter.Axis]) {
    self.init()
    self.name = name
    var tensor = ONNXTypeProto.Tensor()
    tensor.elemType = Int32(type.rawValue)
    tensor.shape.dim = axes.map { axis in
      var dimension = ONNXTensorShapeProto.Dimension()
      switch axis {
      case .named(let name): dimension.dimParam = name
      case .fixed(let size): dimension.dimValue = Int64(size)
      }
      return dimension
    }
    self.type.tensorType = tensor
  }
}

extension ONNXAttributeProto {
  private init(_ name: String, _ type: AttributeType) {
    self.init()
    self.name = name
    self.type = type
  }

  static func integer(_ name: String, _ value: Int) -> Self {
    var attribute = Self(name, .int)
    attribute.i = Int64(value)
    return attribute
  }

  static func integers(_ name: String, _ values: [Int]) -> Self {
    var attribute = Self(name, .ints)
    attribute.ints = values.map { Int64($0) }
    return attribute
  }

  static func float(_ name: String, _ value: Float) -> Self {
    var attribute = Self(name, .float)
    attribute.f = value
    return attribute
  }

  static func floats(_ name: String, _ values: [Float]) -> Self {
    var attribute = Self(name, .floats)
    attribute.floats = values
    return attribute
  }

  static func string(_ name: String, _ value: String) -> Self {
    var attribute = Self(name, .string)
    attribute.s = Data(value.utf8)
    return attribute
  }

  static func strings(_ name: String, _ values: [String]) -> Self {
    var attribute = Self(name, .strings)
    attribute.strings = values.map { Data($0.utf8) }
    return attribute
  }
}
