import RecurrentTensor

// Tensors behind each other.

extension ONNXOperator {
  static let joining: [ONNXOperator] = [concatenation]

  private static let concatenation = ONNXOperator("Concat", inputs: 1...(.max)) { reader throws(ONNXError) in
    guard let axis = try reader.integer("axis") else { throw reader.error("attribute 'axis' is missing") }
    return { call throws(ONNXError) in
      var values: [ONNXValue] = []
      for position in call.inputs.indices { values.append(try call.value(position)) }
      let first = values[0].shape
      let position = try call.axis(axis, rank: first.rank)
      var total = 0
      for value in values {
        guard value.shape.rank == first.rank,
          value.shape.replacing(axis: position, with: 1) == first.replacing(axis: position, with: 1)
        else {
          throw call.error("the shapes \(first) and \(value.shape) do not fit behind each other along axis \(axis)")
        }
        total += value.shape[position]
      }
      _ = try call.shape(first.replacing(axis: position, with: 0).dimensions + [total])
      let tensors = values.compactMap(\.tensor)
      if tensors.count == values.count { return [.tensor(Tensor(concatenating: tensors, axis: position))] }
      let integers = values.compactMap(\.integers)
      guard integers.count == values.count, Set(integers.map(\.kind)).count == 1 else {
        throw call.error("the inputs have elements of different types")
      }
      return [.integers(joined(integers, axis: position))]
    }
  }

  /// Integers are joined by joining their positions in the list of all.
  private static func joined(_ parts: [ONNXIntegers], axis: Int) -> ONNXIntegers {
    let all = parts.flatMap(\.values)
    var start = 0
    var positions: [Tensor] = []
    for part in parts {
      positions.append(ONNXValue.positions(part.values.count, from: start, shape: part.shape))
      start += part.values.count
    }
    let places = Tensor(concatenating: positions, axis: axis)
    return ONNXIntegers(places.doubles.map { all[Int($0)] }, shape: places.shape, kind: parts[0].kind)
  }
}
