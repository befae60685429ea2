import RecurrentLayers
import RecurrentTensor

extension NetworkRecognizer {
  /// What a node makes of what it reads, one finding for each output.
  mutating func read(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> [Finding] {
    switch node.node.operatorName {
    case "LSTM": return try readRecurrent(node, .lstm, &reader)
    case "GRU": return try readRecurrent(node, .gru, &reader)
    case "RNN": return try readRecurrent(node, .rnn, &reader)
    case "Split": return try readSplit(node, &reader)
    case "Dropout": return [try readDropout(node, &reader)]
    default: return [try readOne(node, &reader)]
    }
  }

  private mutating func readOne(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    switch node.node.operatorName {
    case "MatMul": try readMatrixProduct(node)
    case "Gemm": try readLinearMap(node, &reader)
    case "Conv": try readConvolution(node, &reader)
    case "MaxPool", "AveragePool": try readPooling(node, &reader)
    case "GlobalMaxPool": try readGlobalPooling(node, .max)
    case "GlobalAveragePool": try readGlobalPooling(node, .average)
    case "BatchNormalization": try readBatchNormalization(node, &reader)
    case "LayerNormalization": try readLayerNormalization(node, &reader)
    case "Tanh": try readFunction(node, .tanh)
    case "Sigmoid": try readFunction(node, .sigmoid)
    case "Relu": try readFunction(node, .relu)
    case "Softplus": try readFunction(node, .softplus)
    case "LeakyRelu": try readFunction(node, .leakyReLU(slope: try reader.float("alpha", default: 0.01)))
    case "Softmax": try readShares(node, .softmax, &reader)
    case "LogSoftmax": try readShares(node, .logSoftmax, &reader)
    case "Gather": try readGather(node, &reader)
    case "Transpose": try readTranspose(node, &reader)
    case "Squeeze": try readSqueeze(node, &reader)
    case "Unsqueeze": try readUnsqueeze(node, &reader)
    case "Reshape": try readReshape(node, &reader)
    case "Flatten": try readFlatten(node, &reader)
    case "Slice": try readSlice(node, &reader)
    case "Concat": try readConcatenation(node, &reader)
    case "ReduceSum", "ReduceMean", "ReduceMax": try readReduction(node, &reader)
    case "Add", "Sub", "Mul", "Div", "Max", "Less", "Equal": try readPair(node)
    case "Where": try readChoice(node)
    case "Range": try readRange(node)
    case "Identity": try readIdentity(node)
    case "Cast": try readCast(node, &reader)
    case "Shape": try readShape(node, &reader)
    case "Constant": try readConstant(node, &reader)
    case "ConstantOfShape": try readFilled(node, &reader)
    case "Expand": try readExpanded(node)
    default: throw node.error("there is no layer of this operator")
    }
  }

  // MARK: What stands in the graph

  private func readConstant(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    let name = node.node.outputs.first ?? ""
    if let value = try reader.tensor("value") {
      switch value {
      case .integers(let integers): return .integers(integers)
      case .tensor(let values): return .numbers(NamedNumbers(name: name, values: values, convertedFrom: nil))
      }
    }
    if let number = try reader.integer("value_int") { return .integers(ONNXIntegers([number], shape: [])) }
    if let numbers = try reader.integers("value_ints") { return .integers(ONNXIntegers(numbers)) }
    if let number = try reader.float("value_float") {
      return .numbers(NamedNumbers(name: name, values: Tensor(number), convertedFrom: nil))
    }
    if let numbers = try reader.floats("value_floats") {
      return .numbers(NamedNumbers(name: name, values: Tensor(numbers), convertedFrom: nil))
    }
    throw node.node.error("a constant without a value")
  }

  private func readFilled(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    let value = try reader.tensor("value") ?? .tensor(Tensor([0]))
    guard case .tensor(let number) = value, number.count == 1, number.scalar == 0 else {
      throw node.error("makes numbers that are not 0 as it runs")
    }
    return .zeros
  }

  private mutating func readExpanded(_ node: RecognizedNode) throws(ONNXError) -> Finding {
    guard isZero(finding(node, 0)) else { throw node.error("repeats numbers") }
    return .zeros
  }

  /// Whether a value is zeros, which a layer begins with anyway.
  mutating func isZero(_ finding: Finding?) -> Bool {
    switch finding {
    case .zeros: return true
    case .numbers(let numbers) where numbers.values.scalars.allSatisfy({ $0 == 0 }):
      settings.insert(numbers.name)
      return true
    default: return false
    }
  }

  private func readIdentity(_ node: RecognizedNode) throws(ONNXError) -> Finding {
    guard let found = finding(node, 0) else { throw node.error("reads nothing") }
    return found
  }

  private func readCast(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    let type = try reader.integer("to")
    _ = node.node.opset >= 19 ? try reader.integer("saturate") : nil
    switch try readIdentity(node) {
    case .rows(let rows):
      let toNumbers = type == ONNXTensorProto.DataType.float.rawValue
      guard !toNumbers || rows.kind == .divisors else { break }
      return .rows(rows)
    case let found:
      switch found {
      case .input, .integers, .sizes, .zeros, .firstStates: return found
      default: break
      }
    }
    throw node.error("changes a type between layers")
  }

  private func readShape(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    let start = node.node.opset >= 15 ? try reader.integer("start", default: 0) : 0
    let end = node.node.opset >= 15 ? try reader.integer("end") : nil
    let sizes: [Size]
    switch finding(node, 0) {
    case .input(_, let axes): sizes = self.sizes(axes)
    case .flow(let flow): sizes = self.sizes(flow.axes)
    case .states(let states): sizes = Array(repeating: Size(), count: states.layout == .sideBySide ? 2 : 3)
    default: throw node.error("asks for the shape of what is no sequence")
    }
    return .sizes(Array(sizes[SliceRange(start: start, end: end ?? sizes.count).range(of: sizes.count) ?? 0..<0]))
  }

  func sizes(_ axes: [Axis]) -> [Size] { axes.map { Size(value: size(of: $0), axis: resolved($0)) } }

  /// The size of an axis where it is known.
  func size(of axis: Axis) -> Int? {
    switch resolved(axis) {
    case .feature: featureCount
    case .directions(let count): count
    case .single, .lastStep: 1
    case .time where changesTime: nil
    case let found: fixedInputSize(of: found)
    }
  }

  private func fixedInputSize(of axis: Axis) -> Int? {
    guard let dimensions = model.inputs.first(where: { $0.name == mainInput })?.dimensions else { return nil }
    for (number, dimension) in dimensions.enumerated() where resolved(.open(number)) == axis {
      if case .fixed(let count) = dimension { return count }
    }
    return nil
  }
}
