import RecurrentLayers
import RecurrentTensor

// Convolutions and poolings.
extension NetworkRecognizer {
  /// Steps as the last axis, as windows want them.
  private mutating func windowed(_ node: RecognizedNode) throws(ONNXError) -> Flow {
    let x = try flow(node)
    guard unify(x.axes, [.batch, .feature, .time]) else { throw node.error("has windows over what are not the steps") }
    firstWithWholeRows = firstWithWholeRows ?? node.node
    changesTime = true
    return x
  }

  mutating func readConvolution(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    _ = try windowed(node)
    let weight = try numbers(node, 1)
    let shape = weight.values.shape
    guard shape.rank == 3 else { throw node.error("has weights of shape \(shape), which are not over steps") }
    var window = ConvolutionDescription(inputChannels: 0, outputChannels: shape[0], kernelSize: shape[2])
    window.groups = try reader.integer("group", default: 1)
    let (channels, overflow) = shape[1].multipliedReportingOverflow(by: window.groups)
    guard !overflow else { throw node.error("has \(window.groups) groups") }
    window.inputChannels = channels
    window.stride = try one("strides", default: 1, node, &reader)
    window.dilation = try one("dilations", default: 1, node, &reader)
    guard try one("kernel_shape", default: shape[2], node, &reader) == shape[2] else {
      throw node.error("has another kernel_shape than its weights")
    }
    let (reach, isTooLong) = (shape[2] - 1).multipliedReportingOverflow(by: window.dilation)
    guard !isTooLong else { throw node.error("has windows that are too long") }
    window.padding = try padding(reach: reach, stride: window.stride, node, &reader)
    window.hasBias = node.node.hasInput(2)
    var layer = RecognizedLayer(name: layerName(node, weight: weight.name), layer: .convolution(window: window))
    layer.weights = [RecognizedWeight(weight)]
    if window.hasBias { layer.weights.append(RecognizedWeight(try numbers(node, 2, shape: [shape[0]]))) }
    featureCount = shape[0]
    return .flow(add(layer, axes: [.batch, .feature, .time]))
  }

  /// An attribute with one number for the only axis.
  private func one(
    _ name: String, default value: Int, _ node: RecognizedNode, _ reader: inout NodeReader
  ) throws(ONNXError) -> Int {
    guard let numbers = try reader.integers(name) else { return value }
    guard numbers.count == 1 else { throw node.error("has windows over more than the steps") }
    return numbers[0]
  }

  private func padding(
    reach: Int, stride: Int, _ node: RecognizedNode, _ reader: inout NodeReader
  ) throws(ONNXError) -> ConvolutionPadding {
    let automatic = try reader.string("auto_pad") ?? "NOTSET"
    let pads = try reader.integers("pads") ?? [0, 0]
    switch automatic {
    case "VALID": return .valid
    case "SAME_UPPER" where stride == 1: return .same
    case "SAME_LOWER" where stride == 1 && reach % 2 == 0: return .same
    case "NOTSET" where pads == [0, 0]: return .valid
    case "NOTSET" where pads == [reach, 0]: return .causal
    case "NOTSET" where pads.count == 2 && pads[0] == pads[1] && pads[0] > 0: return .zeros(pads[0])
    case "NOTSET" where pads == [reach / 2, reach - reach / 2] && stride == 1: return .same
    default: throw node.error("has zeros around its steps as no convolution here has")
    }
  }

  mutating func readPooling(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    _ = try windowed(node)
    let isMean = node.node.operatorName == "AveragePool"
    let size = try one("kernel_shape", default: 0, node, &reader)
    var window = PoolingDescription(kernelSize: size, stride: try one("strides", default: 1, node, &reader))
    let pads = try reader.integers("pads") ?? [0, 0]
    let automatic = try reader.string("auto_pad") ?? "NOTSET"
    guard try one("dilations", default: 1, node, &reader) == 1, try !reader.flag("ceil_mode"),
      automatic == "NOTSET" || automatic == "VALID", pads.count == 2, pads[0] == pads[1]
    else { throw node.error("has windows as no pooling here has") }
    window.padding = pads[0]
    if isMean {
      window.countsPadding = try reader.flag("count_include_pad") || window.padding == 0
    } else {
      _ = try reader.integer("storage_order")
    }
    let layer = RecognizedLayer(
      name: layerName(node), layer: isMean ? .averagePooling(window: window) : .maxPooling(window: window))
    return .flow(add(layer, axes: [.batch, .feature, .time]))
  }

  /// `[N, C, T]` to `[N, C, 1]`.
  mutating func readGlobalPooling(_ node: RecognizedNode, _ kind: GlobalPool1d) throws(ONNXError) -> Finding {
    _ = try windowed(node)
    let layer = RecognizedLayer(name: layerName(node), layer: .globalPooling(kind: kind))
    return .flow(add(layer, axes: [.batch, .feature, .single]))
  }
}
