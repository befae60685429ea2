import RecurrentTensor

// Normalisation by running statistics and over the last axes, and dropout, which does nothing outside training.

extension ONNXOperator {
  static let normalization: [ONNXOperator] = [batch, layer, dropout]

  /// X `[N, C, …]`, then scale, shift, mean and variance, each `[C]`.
  private static let batch = ONNXOperator(
    "BatchNormalization", inputs: 5...5, statistics: [3, 4]
  ) { reader throws(ONNXError) in
    let epsilon = try reader.float("epsilon", default: 1e-5)
    // How running statistics would be kept in training.
    _ = try reader.float("momentum")
    if reader.node.opset < 9, try !reader.flag("spatial", default: true) {
      throw reader.error("statistics of their own for every place (spatial = 0) are not supported")
    }
    if reader.node.opset >= 14, try reader.flag("training_mode") {
      throw reader.error("the graph was written in training mode; export it again in evaluation mode")
    }
    return { call throws(ONNXError) in
      let x = try call.tensor(0)
      guard x.shape.rank >= 2 else {
        throw call.error("\(call.name(0)) has the shape \(x.shape) where [N, C, …] is wanted")
      }
      var perChannel = Shape(Array(repeating: 1, count: x.shape.rank - 1))
      perChannel[0] = x.shape[1]
      var columns: [Tensor] = []
      for position in 1...4 {
        let column = try call.tensor(position)
        try call.requireShape(position, column, [x.shape[1]], "[C]")
        columns.append(column.reshaped(to: perChannel))
      }
      return [.tensor((x - columns[2]) * (columns[0] / sqrt(columns[3] + epsilon)) + columns[1])]
    }
  }

  /// Over all axes from one on; then mean and one divided by the deviation.
  private static let layer = ONNXOperator(
    "LayerNormalization", opsets: 17...ONNXModel.opsets.upperBound, inputs: 2...3, outputs: 1...3
  ) { reader throws(ONNXError) in
    let axis = try reader.integer("axis", default: -1)
    let epsilon = try reader.float("epsilon", default: 1e-5)
    guard try reader.integer("stash_type", default: 1) == 1 else {
      throw reader.error("statistics in another type than float (stash_type) are not supported")
    }
    return { call throws(ONNXError) in
      let x = try call.tensor(0)
      let first = try call.axis(axis, rank: x.shape.rank)
      let width = x.shape.elementCount(of: first..<x.shape.rank)
      guard x.count > 0 else { throw call.error("\(call.name(0)) is empty") }
      let normalized = Array(x.shape.dimensions[first...])
      var parameters: [Tensor] = []
      for position in 1...2 where call.has(position) {
        let parameter = try call.tensor(position)
        let target = try call.shape(normalized)
        guard try call.broadcast(parameter.shape, target) == target else {
          throw call.error(
            "\(call.name(position)) has the shape \(parameter.shape), which does not stretch to \(target)")
        }
        parameters.append(call.stretched(parameter, to: target).reshaped(to: [width]))
      }
      let rows = x.reshaped(to: [x.count / width, width])
      let y = rows.layerNormalized(
        gain: parameters[0], shift: parameters.count > 1 ? parameters[1] : nil, epsilon: epsilon)
      var outputs: [ONNXValue?] = [.tensor(y.reshaped(to: x.shape))]
      guard call.node.hasOutput(1) || call.node.hasOutput(2) else { return outputs }
      var shape = x.shape
      for axis in first..<shape.rank { shape[axis] = 1 }
      let mean = rows.mean(axis: 1).reshaped(to: [rows.shape[0], 1])
      let deviation = sqrt((rows - mean).squared().mean(axis: 1) + epsilon)
      outputs += [.tensor(mean.reshaped(to: shape)), .tensor((1 / deviation).reshaped(to: shape))]
      return outputs
    }
  }

  /// The input as it is, and a mask that keeps all of it.
  private static let dropout = ONNXOperator(
    "Dropout", inputs: 1...3, outputs: 1...2, settings: [1]
  ) { reader throws(ONNXError) in
    _ = reader.node.opset < 12 ? try reader.float("ratio") : nil
    _ = reader.node.opset < 12 ? nil : try reader.integer("seed")
    return { call throws(ONNXError) in
      let value = try call.value(0)
      if call.has(2), try call.scalar(2) != 0 {
        throw call.error("the graph was written in training mode; export it again in evaluation mode")
      }
      guard call.node.hasOutput(1) else { return [value] }
      let mask = Array(repeating: 1, count: value.shape.elementCount)
      return [value, .integers(ONNXIntegers(mask, shape: value.shape, kind: .bool))]
    }
  }
}
