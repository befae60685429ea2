import RecurrentTensor

// Functions of one number that networks are made of, and softmax.

extension ONNXOperator {
  static let activations: [ONNXOperator] =
    [
      single("Tanh") { tanh($0) }, single("Sigmoid") { sigmoid($0) }, single("Relu") { relu($0) },
      single("Softplus") { softplus($0) }, single("Softsign") { $0 / (1 + abs($0)) },
      withConstants("LeakyRelu", alpha: 0.01) { x, alpha, _ in leakyReLU(x, slope: alpha) },
      withConstants("Elu", alpha: 1) { x, alpha, _ in relu(x) + alpha * (exp(minimum(x, x.constant(0))) - 1) },
      withConstants("HardSigmoid", alpha: 0.2, beta: 0.5) { x, alpha, beta in
        minimum(maximum(alpha * x + beta, x.constant(0)), x.constant(1))
      },
      withConstants("ThresholdedRelu", opsets: 10...ONNXModel.opsets.upperBound, alpha: 1) { x, alpha, _ in
        select(x .> x.constant(alpha), x, Tensor(repeating: 0, shape: x.shape, elementType: x.elementType))
      },
      clip,
      alongAxis("Softmax") { softmax($0) }, alongAxis("LogSoftmax") { logSoftmax($0) },
    ]

  private static func withConstants(
    _ name: String, opsets: ClosedRange<Int> = ONNXModel.opsets, alpha: Float, beta: Float? = nil,
    _ function: @escaping @Sendable (_ x: Tensor, _ alpha: Float, _ beta: Float) -> Tensor
  ) -> ONNXOperator {
    ONNXOperator(name, opsets: opsets) { reader throws(ONNXError) in
      let alpha = try reader.float("alpha", default: alpha)
      let offset = beta == nil ? 0 : try reader.float("beta", default: beta ?? 0)
      return { call throws(ONNXError) in [.tensor(function(try call.tensor(0), alpha, offset))] }
    }
  }

  /// Limits are attributes up to operator set 10, and inputs from 11 on.
  private static let clip = ONNXOperator("Clip", inputs: 1...3, settings: [1, 2]) { reader throws(ONNXError) in
    let hasInputs = reader.node.opset >= 11
    let low = hasInputs ? nil : try reader.float("min")
    let high = hasInputs ? nil : try reader.float("max")
    if !hasInputs && reader.node.inputs.count > 1 { throw reader.error("Clip has one input before operator set 11") }
    return { call throws(ONNXError) in
      var x = try call.tensor(0)
      let low = call.has(1) ? Float(try call.scalar(1)) : low
      let high = call.has(2) ? Float(try call.scalar(2)) : high
      if let low { x = maximum(x, x.constant(low)) }
      if let high { x = minimum(x, x.constant(high)) }
      return [.tensor(x)]
    }
  }

  /// From operator set 13 on along one axis, the last unless another is named; before over all axes from one on, the second
  /// unless another is named.
  private static func alongAxis(_ name: String, _ function: @escaping @Sendable (Tensor) -> Tensor) -> ONNXOperator {
    ONNXOperator(name) { reader throws(ONNXError) in
      let isOneAxis = reader.node.opset >= 13
      let axis = try reader.integer("axis", default: isOneAxis ? -1 : 1)
      return { call throws(ONNXError) in
        let x = try call.tensor(0)
        // A batch of single numbers has as many axes as the second one's number.
        let rank = x.shape.rank
        let position = !isOneAxis && axis == rank ? rank : try call.axis(axis, rank: rank)
        if x.count == 0 { return [.tensor(x)] }
        if !isOneAxis {
          let rows = x.shape.elementCount(of: 0..<position)
          return [.tensor(function(x.reshaped(to: [rows, x.count / rows])).reshaped(to: x.shape))]
        }
        if position == rank - 1 { return [.tensor(function(x))] }
        var order = Array(0..<rank)
        order.swapAt(position, rank - 1)
        return [.tensor(function(x.permuted(order)).permuted(order))]
      }
    }
  }
}
