import RecurrentTensor

// Sums, means and largest numbers along axes.

extension ONNXOperator {
  static let reductions: [ONNXOperator] = [
    reduction("ReduceSum", axesFrom: 13, ofNothing: 0) { $0.sum(axis: 1) },
    reduction("ReduceMean", axesFrom: 18, ofNothing: nil) { $0.mean(axis: 1) },
    reduction("ReduceMax", axesFrom: 18, ofNothing: -.infinity) { $0.max(axis: 1) },
  ]

  /// - Parameters:
  ///   - axesFrom: The operator set from which on the axes are an input.
  ///   - ofNothing: The result of no elements; nil where there is none.
  ///   - function: Reduces the second axis of `[kept, reduced]`.
  private static func reduction(
    _ name: String, axesFrom: Int, ofNothing: Float?, _ function: @escaping @Sendable (Tensor) -> Tensor
  ) -> ONNXOperator {
    ONNXOperator(name, inputs: 1...2) { reader throws(ONNXError) in
      let keepsAxes = try reader.flag("keepdims", default: true)
      let hasInput = reader.node.opset >= axesFrom
      let axes = hasInput ? nil : try reader.integers("axes")
      let doesNothingWithoutAxes = hasInput ? try reader.flag("noop_with_empty_axes") : false
      if !hasInput && reader.node.inputs.count > 1 {
        throw reader.error("\(name) has one input before operator set \(axesFrom)")
      }
      return { call throws(ONNXError) in
        let x = try call.tensor(0)
        let named = call.has(1) ? try call.list(1) : axes ?? []
        if named.isEmpty && doesNothingWithoutAxes { return [.tensor(x)] }
        let rank = x.shape.rank
        let reduced = named.isEmpty ? Array(0..<rank) : try call.axes(named, rank: rank).sorted()
        let kept = (0..<rank).filter { !reduced.contains($0) }
        let rows = kept.reduce(1) { $0 * x.shape[$1] }
        let count = reduced.reduce(1) { $0 * x.shape[$1] }
        let sizes = (0..<rank).compactMap { reduced.contains($0) ? (keepsAxes ? 1 : nil) : x.shape[$0] }
        let shape = try call.shape(sizes)
        if x.count == 0 {
          guard let ofNothing else {
            throw call.error("\(call.name(0)) of shape \(x.shape) is empty along the axes \(reduced)")
          }
          return [.tensor(Tensor(repeating: ofNothing, shape: shape, elementType: call.elementType))]
        }
        let order = kept + reduced
        let arranged = order == Array(0..<rank) ? x : x.permuted(order)
        return [.tensor(function(arranged.reshaped(to: [rows, count])).reshaped(to: shape))]
      }
    }
  }
}
