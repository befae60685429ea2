import RecurrentFormats
import RecurrentInterchange
import RecurrentLayers
import RecurrentTensor

extension NetworkRecognizer {
  // MARK: Linear maps

  /// `[…, C]` by `[C, D]`.
  mutating func readMatrixProduct(_ node: RecognizedNode) throws(ONNXError) -> Finding {
    let x = try flow(node)
    let matrix = try numbers(node, 1)
    guard matrix.values.shape.rank == 2 else { throw node.error("its factor in the file is no matrix") }
    return try addLinear(node, x, matrix, matrix.values.transposed(), isPermuted: true, bias: nil)
  }

  mutating func readLinearMap(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    let (alpha, beta) = (try reader.float("alpha", default: 1), try reader.float("beta", default: 1))
    let (isTransposedX, isTransposed) = (try reader.flag("transA"), try reader.flag("transB"))
    let x = try flow(node)
    let matrix = try numbers(node, 1)
    guard alpha == 1, beta == 1, !isTransposedX, matrix.values.shape.rank == 2, x.axes.count == 2 else {
      throw node.error("is no linear map of vectors")
    }
    let weight = isTransposed ? matrix.values : matrix.values.transposed()
    let bias = node.node.hasInput(2) ? try numbers(node, 2) : nil
    return try addLinear(node, x, matrix, weight, isPermuted: !isTransposed, bias: bias)
  }

  private mutating func addLinear(
    _ node: RecognizedNode, _ x: Flow, _ source: NamedNumbers, _ weight: Tensor, isPermuted: Bool, bias: NamedNumbers?
  ) throws(ONNXError) -> Finding {
    let (outputSize, inputSize) = (weight.shape[0], weight.shape[1])
    var axes = x.axes
    if axes == [.batch, .flattened] {
      axes = try addFlatten(node, size: inputSize).axes
    } else if let last = axes.popLast() {
      guard unify([last], [.feature]) else { throw node.error("multiplies an axis that does not hold the features") }
      axes.append(.feature)
    }
    var layer = RecognizedLayer(
      name: layerName(node, weight: source.name),
      layer: .linear(inputSize: inputSize, outputSize: outputSize, hasBias: bias != nil))
    layer.weights = [RecognizedWeight(source, weight, isPermuted ? [.permuted] : [])]
    if let bias { layer.weights.append(try self.bias(node, bias, size: outputSize)) }
    featureCount = outputSize
    return .flow(add(layer, axes: axes))
  }

  /// Notes that all steps became a vector whose size the next layer says.
  private mutating func addFlatten(_ node: RecognizedNode, size: Int) throws(ONNXError) -> Flow {
    guard let count = featureCount, count > 0, size % count == 0, size > 0 else {
      throw node.error("flattens sequences of which no whole number of steps makes \(size) features")
    }
    return add(
      RecognizedLayer(name: unusedName(flattenName), layer: .flatten(steps: size / count)), axes: [.batch, .feature])
  }

  private func bias(_ node: RecognizedNode, _ numbers: NamedNumbers, size: Int) throws(ONNXError) -> RecognizedWeight {
    let shape = numbers.values.shape.dimensions
    guard shape.last == size, shape.dropLast().allSatisfy({ $0 == 1 }) else {
      throw node.error("adds '\(numbers.name.printable())' of shape \(numbers.values.shape) to \(size) features")
    }
    return RecognizedWeight(numbers, numbers.values.reshaped(to: [size]))
  }

  /// The bias of the linear map right before; nil where that is something else.
  mutating func readBias(
    _ node: RecognizedNode, _ x: Flow, _ numbers: NamedNumbers
  ) throws(ONNXError) -> Finding? {
    guard x.version == version, x.axes.last == .feature, let last = layers.indices.last,
      case .linear(let inputSize, let outputSize, hasBias: false) = layers[last].layer
    else { return nil }
    layers[last].weights.append(try bias(node, numbers, size: outputSize))
    layers[last].layer = .linear(inputSize: inputSize, outputSize: outputSize, hasBias: true)
    version += 1
    return .flow(Flow(version: version, axes: x.axes))
  }

  // MARK: Normalisation

  mutating func readBatchNormalization(
    _ node: RecognizedNode, _ reader: inout NodeReader
  ) throws(ONNXError) -> Finding {
    let epsilon = try reader.float("epsilon", default: 1e-5)
    _ = try reader.float("momentum")
    if node.node.opset < 9, try reader.integer("spatial", default: 1) != 1 {
      throw node.error("has statistics by place")
    }
    if node.node.opset >= 14, try reader.flag("training_mode") { throw node.error("is written for training") }
    let x = try flow(node)
    let size = try numbers(node, 1).values.count
    guard x.axes.count >= 2, unify([x.axes[1]], [.feature]) else {
      throw node.error("normalises an axis that does not hold the features")
    }
    var layer = RecognizedLayer(
      name: layerName(node, weight: node.node.inputs[1]),
      layer: .batchNormalization(size: size, epsilon: epsilon, isAffine: true))
    for position in 1...4 { layer.weights.append(RecognizedWeight(try numbers(node, position, shape: [size]))) }
    featureCount = size
    return .flow(add(layer, axes: x.axes.map(resolved)))
  }

  mutating func readLayerNormalization(
    _ node: RecognizedNode, _ reader: inout NodeReader
  ) throws(ONNXError) -> Finding {
    let axis = try reader.integer("axis", default: -1)
    let epsilon = try reader.float("epsilon", default: 1e-5)
    _ = try reader.integer("stash_type")
    let x = try flow(node)
    guard try node.node.axis(axis, rank: x.axes.count) == x.axes.count - 1, unify([x.axes.last ?? .single], [.feature])
    else { throw node.error("normalises more than the features of a step") }
    let size = try numbers(node, 1).values.count
    var layer = RecognizedLayer(
      name: layerName(node, weight: node.node.inputs[1]), layer: .layerNormalization(size: size, epsilon: epsilon))
    layer.weights = [RecognizedWeight(try numbers(node, 1, shape: [size]))]
    layer.weights.append(
      node.node.hasInput(2)
        ? RecognizedWeight(try numbers(node, 2, shape: [size])) : RecognizedWeight(filling: Tensor(zeros: [size])))
    featureCount = size
    return .flow(add(layer, axes: x.axes.map(resolved)))
  }

  // MARK: Functions

  mutating func readFunction(_ node: RecognizedNode, _ function: NetworkActivation) throws(ONNXError) -> Finding {
    let x = try flow(node)
    return .flow(add(RecognizedLayer(name: layerName(node), layer: .activation(function: function)), axes: x.axes))
  }

  mutating func readShares(
    _ node: RecognizedNode, _ function: NetworkActivation, _ reader: inout NodeReader
  ) throws(ONNXError) -> Finding {
    // Before operator set 13 all axes from this one on shared one sum.
    let axis = try reader.integer("axis", default: node.node.opset < 13 ? 1 : -1)
    let x = try flow(node)
    let place = try node.node.axis(axis, rank: x.axes.count)
    guard unify([x.axes[place]], [.feature]), node.node.opset >= 13 || place == x.axes.count - 1 else {
      throw node.error("has shares over more than the features of a step")
    }
    let layer = RecognizedLayer(name: layerName(node), layer: .activation(function: function))
    return .flow(add(layer, axes: x.axes.map(resolved)))
  }

  mutating func readDropout(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    var rate = try reader.float("ratio", default: 0.5)
    _ = try reader.integer("seed")
    if node.node.hasInput(1) {
      let number = try numbers(node, 1)
      guard number.values.count == 1 else { throw node.error("has more than one rate") }
      settings.insert(number.name)
      rate = number.values.scalar
    }
    if node.node.hasInput(2) {
      guard try integers(node, 2).values == [0] else { throw node.error("is written for training") }
    }
    let x = try flow(node)
    return .flow(add(RecognizedLayer(name: layerName(node), layer: .dropout(rate: rate)), axes: x.axes))
  }
}
