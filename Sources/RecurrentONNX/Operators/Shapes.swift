import RecurrentTensor

// The same elements in other shapes and orders.

extension ONNXOperator {
  static let shapes: [ONNXOperator] = [
    rearranging("Identity") { _ throws(ONNXError) in { tensor, _ throws(ONNXError) in tensor } },
    transpose, reshape, flatten, squeeze, unsqueeze, expand, sizes,
  ]

  /// Moves elements of a tensor, or repeats them.
  typealias Move = @Sendable (Tensor, NodeCall) throws(ONNXError) -> Tensor

  /// An operator that only moves elements of its first input, whatever they are.
  static func rearranging(
    _ name: String, inputs: ClosedRange<Int> = 1...1,
    _ make: @escaping @Sendable (inout NodeReader) throws(ONNXError) -> Move
  ) -> ONNXOperator {
    ONNXOperator(name, inputs: inputs) { reader throws(ONNXError) in
      let move = try make(&reader)
      return { call throws(ONNXError) in
        let value = try call.value(0)
        return [try value.rearranged { tensor throws(ONNXError) in try move(tensor, call) }]
      }
    }
  }

  private static let transpose = rearranging("Transpose") { reader throws(ONNXError) in
    let order = try reader.integers("perm")
    return { tensor, call throws(ONNXError) in
      let order = order ?? Array((0..<tensor.shape.rank).reversed())
      guard order.sorted() == Array(0..<tensor.shape.rank) else {
        throw call.error("attribute 'perm' is \(order) for an input of shape \(tensor.shape)")
      }
      return tensor.permuted(order)
    }
  }

  /// 0 stands for the size that the axis has (unless `allowzero` says that it is a size), -1 for what is left.
  private static let reshape = rearranging("Reshape", inputs: 2...2) { reader throws(ONNXError) in
    let allowsZero = reader.node.opset >= 14 ? try reader.flag("allowzero") : false
    return { tensor, call throws(ONNXError) in
      var sizes = try call.list(1)
      let old = tensor.shape
      if !allowsZero {
        for axis in sizes.indices where sizes[axis] == 0 {
          guard axis < old.rank else { throw call.error("shape \(sizes) keeps axis \(axis) of \(old), which has none") }
          sizes[axis] = old[axis]
        }
      }
      if let free = sizes.firstIndex(of: -1) {
        var others = sizes
        others.remove(at: free)
        let known = try call.shape(others).elementCount
        guard known > 0, tensor.count % known == 0 else {
          throw call.error("an input of shape \(old) has no shape \(sizes)")
        }
        sizes[free] = tensor.count / known
      }
      let shape = try call.shape(sizes)
      guard shape.elementCount == tensor.count else {
        throw call.error("an input of shape \(old) has no shape \(shape)")
      }
      return tensor.reshaped(to: shape)
    }
  }

  private static let flatten = rearranging("Flatten") { reader throws(ONNXError) in
    let axis = try reader.integer("axis", default: 1)
    return { tensor, call throws(ONNXError) in
      let rank = tensor.shape.rank
      let position = axis == rank ? rank : try call.axis(axis, rank: rank)
      let rows = tensor.shape.elementCount(of: 0..<position)
      return tensor.reshaped(to: try call.shape([rows, tensor.shape.elementCount(of: position..<rank)]))
    }
  }

  /// Axes are an attribute up to operator set 12, and an input from 13 on.
  private static func axes(_ reader: inout NodeReader) throws(ONNXError) -> [Int]? {
    if reader.node.opset >= 13 { return nil }
    if reader.node.inputs.count > 1 { throw reader.error("axes are an attribute before operator set 13") }
    return try reader.integers("axes")
  }

  private static let squeeze = rearranging("Squeeze", inputs: 1...2) { reader throws(ONNXError) in
    let axes = try axes(&reader)
    return { tensor, call throws(ONNXError) in
      let shape = tensor.shape
      let named = call.has(1) ? try call.list(1) : axes
      let gone =
        try named.map { axes throws(ONNXError) in try call.axes(axes, rank: shape.rank) }
        ?? (0..<shape.rank).filter { shape[$0] == 1 }
      guard gone.allSatisfy({ shape[$0] == 1 }) else {
        throw call.error("axes \(gone) of shape \(shape) are not all of size 1")
      }
      return tensor.reshaped(to: Shape((0..<shape.rank).filter { !gone.contains($0) }.map { shape[$0] }))
    }
  }

  private static let unsqueeze = rearranging("Unsqueeze", inputs: 1...2) { reader throws(ONNXError) in
    let axes = try axes(&reader)
    if axes == nil && !reader.node.hasInput(1) { throw reader.error("there are no axes") }
    return { tensor, call throws(ONNXError) in
      let named = call.has(1) ? try call.list(1) : axes ?? []
      let rank = tensor.shape.rank + named.count
      _ = try call.shape(Array(repeating: 1, count: rank))
      let new = try call.axes(named, rank: rank)
      var old = tensor.shape.dimensions.makeIterator()
      return tensor.reshaped(to: Shape((0..<rank).map { new.contains($0) ? 1 : old.next() ?? 1 }))
    }
  }

  private static let expand = rearranging("Expand", inputs: 2...2) { _ throws(ONNXError) in
    { tensor, call throws(ONNXError) in
      call.stretched(tensor, to: try call.broadcast(tensor.shape, try call.shape(try call.list(1))))
    }
  }

  private static let sizes = ONNXOperator("Shape") { reader throws(ONNXError) in
    let isPart = reader.node.opset >= 15
    let start = isPart ? try reader.integer("start", default: 0) : 0
    let end = isPart ? try reader.integer("end") : nil
    return { call throws(ONNXError) in
      let sizes = try call.value(0).shape.dimensions
      func place(_ number: Int) -> Int { min(max(number < 0 ? number + sizes.count : number, 0), sizes.count) }
      let (first, last) = (place(start), end.map(place) ?? sizes.count)
      return [.integers(ONNXIntegers(first < last ? Array(sizes[first..<last]) : []))]
    }
  }
}
