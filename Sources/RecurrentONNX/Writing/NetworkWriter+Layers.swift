import RecurrentInterchange
import RecurrentLayers
import RecurrentTensor

extension NetworkWriter {
  /// Writes the nodes and weights of one layer.
  mutating func write(
    _ element: NetworkDescription.Element, _ part: NetworkPart, _ tensors: NamedTensors
  ) throws(InexpressibleCell) {
    let place = element.name
    switch (element.layer, part) {
    case (.embedding, .embedding(let layer)):
      let table = weight("weight", layer.weight.value, tensors, at: place)
      value = graph.node("Gather", [table, value], at: place)
    case (.recurrent(let layers), .recurrent(let stack)):
      try write(layers, stack, tensors.names(of: stack), at: place)
    case (.linear, .linear(let layer)): write(layer, tensors, at: place)
    case (.convolution(let window), .convolution(let layer)): write(window, layer, tensors, at: place)
    case (.maxPooling(let window), _): write(window, "MaxPool", [], at: place)
    case (.averagePooling(let window), _):
      write(window, "AveragePool", [.integer("count_include_pad", window.countsPadding ? 1 : 0)], at: place)
    case (.batchNormalization, .batchNormalization(let layer)): write(layer, tensors, at: place)
    case (.layerNormalization, .layerNormalization(let layer)):
      let gain = weight("weight", layer.weight.value, tensors, at: place)
      let shift = weight("bias", layer.bias.value, tensors, at: place)
      value = graph.node(
        "LayerNormalization", [value, gain, shift], at: place, [.integer("axis", -1), .float("epsilon", layer.epsilon)])
    case (.activation(let function), _): write(function, at: place)
    case (.dropout, _): break
    case (.lastStep, _): writeLastStep(at: place)
    case (.finalHidden, _): writeFinalHidden(at: place)
    case (.globalPooling(let kind), _): write(kind, at: place)
    case (.flatten(let steps), _):
      transpose([1, 2, 0], at: place)
      value = graph.node("Reshape", [value, graph.list([-1, steps * flow.size])], at: place)
    default: preconditionFailure("the parts of a network are those of its description")
    }
  }
}

// MARK: - Weights

extension NetworkWriter {
  /// Writes a tensor as it is.
  private mutating func weight(_ name: String, _ tensor: Tensor, _ tensors: NamedTensors, at place: String) -> String {
    let target = graph.weight("\(place).\(name)", tensor)
    audit.took([tensors.name(name)], as: target, shape: tensor.shape.dimensions)
    return target
  }

  /// Writes a tensor that the network does not have.
  private mutating func filling(_ name: String, _ tensor: Tensor, at place: String) -> String {
    let target = graph.weight("\(place).\(name)", tensor)
    audit.took([], as: target, shape: tensor.shape.dimensions, [.filled])
    return target
  }

  /// Vectors are multiplied by the matrix as it is, steps by its transpose, for a product of that kind has two axes.
  private mutating func write(_ layer: Linear, _ tensors: NamedTensors, at place: String) {
    if case .vectors = flow {
      var inputs = [value, weight("weight", layer.weight.value, tensors, at: place)]
      if let bias = layer.bias { inputs.append(weight("bias", bias.value, tensors, at: place)) }
      value = graph.node("Gemm", inputs, at: place, [.integer("transB", 1)])
      return
    }
    let matrix = layer.weight.value.transposed()
    let target = graph.weight("\(place).weight", matrix)
    audit.took([tensors.name("weight")], as: target, shape: matrix.shape.dimensions, [.permuted])
    value = graph.node("MatMul", [value, target], at: place)
    if let bias = layer.bias {
      value = graph.node("Add", [value, weight("bias", bias.value, tensors, at: place)], at: place)
    }
  }

  private mutating func write(_ layer: BatchNorm1d, _ tensors: NamedTensors, at place: String) {
    let size = layer.runningMean.value.count
    let gain =
      layer.weight.map { weight("weight", $0.value, tensors, at: place) }
      ?? filling("weight", Tensor(repeating: 1, shape: [size]), at: place)
    let shift =
      layer.bias.map { weight("bias", $0.value, tensors, at: place) }
      ?? filling("bias", Tensor(zeros: [size]), at: place)
    let mean = weight("running_mean", layer.runningMean.value, tensors, at: place)
    let variance = weight("running_var", layer.runningVariance.value, tensors, at: place)
    // The second axis is the one that is normalised.
    if case .sequence = flow { transpose([0, 2, 1], at: place) }
    value = graph.node(
      "BatchNormalization", [value, gain, shift, mean, variance], at: place, [.float("epsilon", layer.epsilon)])
    if case .sequence = flow { transpose([0, 2, 1], at: place) }
  }

  private mutating func write(_ function: NetworkActivation, at place: String) {
    switch function {
    case .tanh: value = graph.node("Tanh", [value], at: place)
    case .sigmoid: value = graph.node("Sigmoid", [value], at: place)
    case .relu: value = graph.node("Relu", [value], at: place)
    case .leakyReLU(let slope): value = graph.node("LeakyRelu", [value], at: place, [.float("alpha", slope)])
    case .softplus: value = graph.node("Softplus", [value], at: place)
    case .softmax: value = graph.node("Softmax", [value], at: place, [.integer("axis", -1)])
    case .logSoftmax: value = graph.node("LogSoftmax", [value], at: place, [.integer("axis", -1)])
    }
  }
}

// MARK: - Windows of steps

extension NetworkWriter {
  private mutating func write(
    _ window: ConvolutionDescription, _ layer: Conv1d, _ tensors: NamedTensors, at place: String
  ) {
    var inputs = [weight("weight", layer.weight.value, tensors, at: place)]
    if let bias = layer.bias { inputs.append(weight("bias", bias.value, tensors, at: place)) }
    let (before, after) = window.padding.counts(reach: window.dilation * (window.kernelSize - 1))
    if before + after != window.dilation * (window.kernelSize - 1) || window.stride != 1 { timeAxis = "output_time" }
    transpose([1, 2, 0], at: place)
    value = graph.node(
      "Conv", [value] + inputs, at: place,
      [
        .integers("dilations", [window.dilation]), .integer("group", window.groups),
        .integers("kernel_shape", [window.kernelSize]), .integers("pads", [before, after]),
        .integers("strides", [window.stride]),
      ])
    transpose([2, 0, 1], at: place)
  }

  private mutating func write(
    _ window: PoolingDescription, _ operatorName: String, _ attributes: [ONNXAttributeProto], at place: String
  ) {
    if 2 * window.padding != window.kernelSize - 1 || window.stride != 1 { timeAxis = "output_time" }
    transpose([1, 2, 0], at: place)
    value = graph.node(
      operatorName, [value], at: place,
      attributes + [
        .integers("kernel_shape", [window.kernelSize]), .integers("pads", [window.padding, window.padding]),
        .integers("strides", [window.stride]),
      ])
    transpose([2, 0, 1], at: place)
  }
}

extension ConvolutionPadding {
  /// The zeros before and behind a sequence, for windows that reach so many steps.
  func counts(reach: Int) -> (before: Int, after: Int) {
    switch self {
    case .zeros(let count): (count, count)
    case .valid: (0, 0)
    case .same: (reach / 2, reach - reach / 2)
    case .causal: (reach, 0)
    }
  }
}
