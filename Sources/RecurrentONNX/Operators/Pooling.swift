import RecurrentTensor

// The largest or mean number of windows, or of everything behind the channels.

extension ONNXOperator {
  static let pooling: [ONNXOperator] = [
    largest, mean,
    overEverything("GlobalMaxPool") { $0.max(axis: 1) },
    overEverything("GlobalAveragePool") { $0.mean(axis: 1) },
  ]

  private static let largest = ONNXOperator("MaxPool") { reader throws(ONNXError) in
    let attributes = try SlidingWindowAttributes(&reader, isPooling: true)
    // Says how the second output counts, which is not computed here.
    _ = try reader.flag("storage_order")
    return { call throws(ONNXError) in
      try call.pooled(attributes) { x, window, _ throws(ONNXError) in
        x.maxPooled(window.windows(of: x.shape, lengths: nil))
      }
    }
  }

  private static let mean = ONNXOperator("AveragePool") { reader throws(ONNXError) in
    let attributes = try SlidingWindowAttributes(&reader, isPooling: true)
    let countsPadding = try reader.flag("count_include_pad")
    return { call throws(ONNXError) in
      try call.pooled(attributes) { x, window, isRoundedUp throws(ONNXError) in
        if countsPadding && isRoundedUp {
          throw call.error("padding that counts under a last window that reaches beyond it is not supported")
        }
        return x.averagePooled(window.windows(of: x.shape, lengths: nil), countsPadding: countsPadding)
      }
    }
  }

  /// `[N, C, …]` to `[N, C, 1, …]`.
  private static func overEverything(
    _ name: String, _ function: @escaping @Sendable (Tensor) -> Tensor
  ) -> ONNXOperator {
    ONNXOperator(name) { _ throws(ONNXError) in
      { call throws(ONNXError) in
        let x = try call.tensor(0)
        guard x.shape.rank >= 3, x.count > 0 else {
          throw call.error("\(call.name(0)) has the shape \(x.shape) where [N, C, …] is wanted")
        }
        let rows = x.shape[0] * x.shape[1]
        var shape = x.shape
        for axis in 2..<shape.rank { shape[axis] = 1 }
        return [.tensor(function(x.reshaped(to: [rows, x.count / rows])).reshaped(to: shape))]
      }
    }
  }
}

extension NodeCall {
  /// X `[N, C, …]` through windows over one of its last axes.
  fileprivate func pooled(
    _ attributes: SlidingWindowAttributes,
    _ pool: (_ x: Tensor, _ window: SlidingWindow, _ isRoundedUp: Bool) throws(ONNXError) -> Tensor
  ) throws(ONNXError) -> [ONNXValue?] {
    let rank = 2 + attributes.axisCount
    let x = try tensor(0, rank: rank, "[N, C, …] with \(attributes.axisCount) axes behind the channels")
    guard x.count > 0 else { throw error("\(name(0)) is empty") }
    let axis = 2 + attributes.axis
    let (window, isRoundedUp) = try attributes.window(
      size: attributes.size ?? 1, over: x.shape[axis], batchSize: x.shape[0], in: self)
    let count = window.outputCount(of: x.shape[axis])
    _ = try shape((0..<rank).map { $0 == axis ? count : x.shape[$0] })
    // Time first, and what else there is beside the channels.
    let order = [axis, 0, 1] + (2..<rank).filter { $0 != axis }
    let arranged = x.permuted(order)
    let y = try pool(
      arranged.reshaped(to: [x.shape[axis], x.shape[0], x.count / (x.shape[axis] * x.shape[0])]), window, isRoundedUp)
    let back = (0..<rank).map { place in order.firstIndex(of: place) ?? place }
    return [.tensor(y.reshaped(to: arranged.shape.replacing(axis: 0, with: count)).permuted(back))]
  }
}
