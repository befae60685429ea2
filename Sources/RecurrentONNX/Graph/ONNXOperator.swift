import RecurrentFormats

/// An operator that graphs may use.
struct ONNXOperator: Sendable {
  /// What a node computes: its outputs, of which those that nobody wants may be nil or left out at the end.
  typealias Function = @Sendable (NodeCall) throws(ONNXError) -> [ONNXValue?]

  let name: String
  /// The versions of the operator sets that the operator is in.
  let opsets: ClosedRange<Int>
  /// How many inputs there may be; that many from the first on must be there.
  let inputs: ClosedRange<Int>
  let outputs: ClosedRange<Int>
  /// The inputs that say how to compute, such as limits: numbers in the file that stand there are not trained.
  let settings: Set<Int>
  /// The inputs that were observed in training.
  let statistics: Set<Int>
  /// Reads the attributes of a node.
  let make: @Sendable (inout NodeReader) throws(ONNXError) -> Function

  init(
    _ name: String, opsets: ClosedRange<Int> = ONNXModel.opsets, inputs: ClosedRange<Int> = 1...1,
    outputs: ClosedRange<Int> = 1...1, settings: Set<Int> = [], statistics: Set<Int> = [],
    make: @escaping @Sendable (inout NodeReader) throws(ONNXError) -> Function
  ) {
    self.name = name
    self.opsets = opsets
    self.inputs = inputs
    self.outputs = outputs
    self.settings = settings
    self.statistics = statistics
    self.make = make
  }

  /// All of them, by name.
  static let all: [String: ONNXOperator] = {
    let families = [
      recurrent, arithmetic, comparisons, activations, products, convolutions, pooling, normalization, reductions,
      shapes, slicing, joining, constants,
    ]
    return Dictionary(uniqueKeysWithValues: families.flatMap { $0 }.map { ($0.name, $0) })
  }()

  /// The operator of a node, which it can be used by.
  static func find(for node: ONNXNode) throws(ONNXError) -> ONNXOperator {
    guard let found = all[node.operatorName] else {
      let names = all.keys.sorted()
      throw node.error(
        "there is no operator \(node.operatorName) here\(Suggestion.clause(for: node.operatorName, among: names)); there are "
          + names.joined(separator: ", "))
    }
    guard found.opsets.contains(node.opset) else {
      throw node.error(
        "\(found.name) is not in operator set \(node.opset), but in those from \(found.opsets.lowerBound) on")
    }
    guard node.inputs.count <= found.inputs.upperBound, (0..<found.inputs.lowerBound).allSatisfy(node.hasInput) else {
      throw node.error("\(found.name) has \(found.inputs.words) inputs, not \(node.inputs.count)")
    }
    guard node.outputs.count <= found.outputs.upperBound else {
      throw node.error("\(found.name) has \(found.outputs.words) outputs here, not \(node.outputs.count)")
    }
    return found
  }

  /// What a node of this operator computes.
  func function(for node: ONNXNode, _ proto: ONNXNodeProto) throws(ONNXError) -> Function {
    var reader = NodeReader(node, proto)
    let function = try make(&reader)
    try reader.finish()
    return function
  }
}

extension ClosedRange<Int> {
  fileprivate var words: String {
    if lowerBound == upperBound { return "\(lowerBound)" }
    return upperBound == .max ? "\(lowerBound) or more" : "\(lowerBound) to \(upperBound)"
  }
}
