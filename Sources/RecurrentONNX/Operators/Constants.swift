import RecurrentTensor

// Values that stand in the graph, and changes of their type.

extension ONNXOperator {
  static let constants: [ONNXOperator] = [constant, filled, cast]

  private static let constant = ONNXOperator("Constant", inputs: 0...0) { reader throws(ONNXError) in
    var values: [ONNXValue] = []
    if let tensor = try reader.tensor("value") { values.append(tensor) }
    if reader.node.opset >= 12 {
      if let number = try reader.float("value_float") { values.append(.tensor(Tensor(number))) }
      if let numbers = try reader.floats("value_floats") { values.append(.tensor(Tensor(numbers))) }
      if let number = try reader.integer("value_int") { values.append(.integers(ONNXIntegers([number], shape: []))) }
      if let numbers = try reader.integers("value_ints") { values.append(.integers(ONNXIntegers(numbers))) }
    }
    guard values.count == 1 else { throw reader.error("a constant has exactly one value, not \(values.count)") }
    let value = values[0]
    return { call throws(ONNXError) in [value.converted(to: call.elementType)] }
  }

  private static let filled = ONNXOperator("ConstantOfShape") { reader throws(ONNXError) in
    let value = try reader.tensor("value") ?? .tensor(Tensor([0]))
    guard value.shape.elementCount == 1 else { throw reader.error("attribute 'value' is not a single number") }
    return { call throws(ONNXError) in
      let shape = try call.shape(try call.list(0))
      switch value {
      case .tensor(let number):
        return [.tensor(Tensor(repeating: number.scalar, shape: shape, elementType: call.elementType))]
      case .integers(let number):
        let values = Array(repeating: number.values[0], count: shape.elementCount)
        return [.integers(ONNXIntegers(values, shape: shape, kind: number.kind))]
      }
    }
  }

  private static let cast = ONNXOperator("Cast") { reader throws(ONNXError) in
    guard let number = try reader.integer("to") else { throw reader.error("attribute 'to' is missing") }
    // Concerns numbers of 8 bits.
    _ = reader.node.opset >= 19 ? try reader.integer("saturate") : nil
    _ = reader.node.opset >= 25 ? try reader.string("round_mode") : nil
    let type = try ONNXElementType(
      dataType: Int32(clamping: number), place: "\(reader.node.place), attribute 'to'", path: reader.node.path)
    guard type != .float16 && type != .bfloat16 else {
      throw reader.error("rounding to \(type.rawValue) is not supported; export the model in float")
    }
    return { call throws(ONNXError) in [try call.cast(try call.value(0), to: type)] }
  }
}

extension NodeCall {
  fileprivate func cast(_ value: ONNXValue, to type: ONNXElementType) throws(ONNXError) -> ONNXValue {
    switch (value, ONNXIntegers.Kind(rawValue: type.rawValue)) {
    case (.tensor, nil): return value
    case (.integers(let integers), nil):
      let numbers = Tensor(doubles: integers.values.map { Double($0) }, shape: integers.shape)
      return .tensor(numbers.converted(to: elementType))
    case (.integers(let integers), .some(let kind)):
      let values = kind == .bool ? integers.values.map { $0 == 0 ? 0 : 1 } : integers.values
      guard kind != .int32 || values.allSatisfy({ Int32(exactly: $0) != nil }) else {
        throw error("\(name(0)) has integers of more than 32 bits")
      }
      return .integers(ONNXIntegers(values, shape: integers.shape, kind: kind))
    case (.tensor(let tensor), .some(let kind)):
      var values: [Int] = []
      values.reserveCapacity(tensor.count)
      for number in tensor.doubles { values.append(try integer(number, kind)) }
      return .integers(ONNXIntegers(values, shape: tensor.shape, kind: kind))
    }
  }

  /// The whole part of a number; of truth values whether it is not 0.
  private func integer(_ number: Double, _ kind: ONNXIntegers.Kind) throws(ONNXError) -> Int {
    if kind == .bool { return number == 0 ? 0 : 1 }
    guard let value = Int(exactly: number.rounded(.towardZero)), kind == .int64 || Int32(exactly: value) != nil else {
      throw error("\(name(0)) has the number \(number), which is no \(kind.rawValue)")
    }
    return value
  }
}
