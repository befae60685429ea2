import RecurrentTensor

// Convolutions over one axis.

extension ONNXOperator {
  static let convolutions: [ONNXOperator] = [convolution]

  /// X `[N, C, L]`, W `[D, C / groups, K]`, B `[D]`: `[N, D, L']`.
  private static let convolution = ONNXOperator("Conv", inputs: 2...3) { reader throws(ONNXError) in
    let attributes = try SlidingWindowAttributes(&reader, isPooling: false)
    let groups = try reader.integer("group", default: 1)
    guard attributes.axisCount == 1 else { throw reader.error("Conv runs here over one axis only") }
    guard groups >= 1 else { throw reader.error("attribute 'group' is \(groups)") }
    let cache = ConvolutionCache()
    return { call throws(ONNXError) in
      let x = try call.tensor(0, rank: 3, "[N, C, L] (convolutions run here over one axis only)")
      let weight = try call.tensor(1, rank: 3, "[D, C / groups, K]")
      let bias = try call.optionalTensor(2)
      let (channels, outputs, size) = (x.shape[1], weight.shape[0], weight.shape[2])
      guard outputs % groups == 0, weight.shape[1].multipliedReportingOverflow(by: groups) == (channels, false) else {
        throw call.error(
          "weights of shape \(weight.shape) in \(groups) groups for an input of shape \(x.shape): the channels differ")
      }
      if let declared = attributes.size, declared != size {
        throw call.error("attribute 'kernel_shape' is \(declared), the weights have \(size) taps")
      }
      if let bias { try call.requireShape(2, bias, [outputs], "[D]") }
      guard x.count > 0, weight.count > 0 else { throw call.error("\(call.name(0)) or \(call.name(1)) is empty") }
      let window = try attributes.window(size: size, over: x.shape[2], batchSize: x.shape[0], in: call).window
      _ = try call.shape([window.outputCount(of: x.shape[2]), x.shape[0], outputs])
      let y = x.permuted([2, 0, 1]).convolved(
        weight: weight, bias: bias, window: window, groups: groups, cache: cache)
      return [.tensor(y.permuted([1, 2, 0]))]
    }
  }
}
