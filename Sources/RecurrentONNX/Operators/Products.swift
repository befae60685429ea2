import RecurrentTensor

// Products of matrices.

extension ONNXOperator {
  static let products: [ONNXOperator] = [linearMap, matrixProduct]

  /// α A B + β C, A and B as they are or transposed.
  private static let linearMap = ONNXOperator("Gemm", inputs: 2...3) { reader throws(ONNXError) in
    let alpha = try reader.float("alpha", default: 1)
    let beta = try reader.float("beta", default: 1)
    let transposesA = try reader.flag("transA")
    let transposesB = try reader.flag("transB")
    if reader.node.opset < 11, !reader.node.hasInput(2) {
      throw reader.error("Gemm needs a third input before operator set 11")
    }
    let cache = LinearCache()
    return { call throws(ONNXError) in
      var a = try call.tensor(0, rank: 2, "[M, K]")
      let b = try call.tensor(1, rank: 2, "[K, N]")
      if transposesA { a = a.transposed() }
      let (inner, width) = (b.shape[transposesB ? 1 : 0], b.shape[transposesB ? 0 : 1])
      guard a.shape[1] == inner else {
        throw call.error("the inner sizes \(a.shape[1]) of \(call.name(0)) and \(inner) of \(call.name(1)) differ")
      }
      let shape = try call.shape([a.shape[0], width])
      if shape.elementCount == 0 { return [.tensor(call.zeros(shape))] }
      var result = call.zeros(shape)
      if inner > 0 { result = transposesB ? a.linear(weight: b, bias: nil, cache: cache) : matmul(a, b) }
      if alpha != 1 { result = result * alpha }
      guard let c = try call.optionalTensor(2) else { return [.tensor(result)] }
      guard try call.broadcast(c.shape, shape) == shape else {
        throw call.error("\(call.name(2)) has the shape \(c.shape), which does not stretch to \(shape)")
      }
      return [.tensor(result + (beta == 1 ? c : c * beta))]
    }
  }

  /// Matrices along the last two axes; the axes before them are stretched to fit.
  private static let matrixProduct = ONNXOperator("MatMul", inputs: 2...2) { _ throws(ONNXError) in
    { call throws(ONNXError) in
      var (a, b) = (try call.tensor(0), try call.tensor(1))
      guard a.shape.rank > 0, b.shape.rank > 0 else { throw call.error("a product with a single number") }
      let (isRow, isColumn) = (a.shape.rank == 1, b.shape.rank == 1)
      if isRow { a = a.reshaped(to: [1, a.count]) }
      if isColumn { b = b.reshaped(to: [b.count, 1]) }
      guard a.shape[-1] == b.shape[-2] else {
        throw call.error(
          "the inner sizes \(a.shape[-1]) of \(call.name(0)) and \(b.shape[-2]) of \(call.name(1)) differ")
      }
      let result = try call.product(a, b)
      var sizes = result.shape.dimensions
      if isColumn { sizes.removeLast() }
      if isRow { sizes.remove(at: sizes.count - (isColumn ? 1 : 2)) }
      return [.tensor(result.reshaped(to: Shape(sizes)))]
    }
  }
}

extension NodeCall {
  /// Zeros of the graph's element type.
  func zeros(_ shape: Shape) -> Tensor { Tensor(repeating: 0, shape: shape, elementType: elementType) }

  /// `[…, M, K]` by `[…, K, N]`.
  fileprivate func product(_ a: Tensor, _ b: Tensor) throws(ONNXError) -> Tensor {
    let (rows, inner, columns) = (a.shape[-2], a.shape[-1], b.shape[-1])
    let (outerA, outerB) = (Shape(a.shape.dimensions.dropLast(2)), Shape(b.shape.dimensions.dropLast(2)))
    let outer = try broadcast(outerA, outerB)
    let shape = try self.shape(outer.dimensions + [rows, columns])
    if shape.elementCount == 0 || inner == 0 { return zeros(shape) }
    if outerB.elementCount == 1 {
      // One right factor: all rows are those of one matrix.
      return matmul(a.reshaped(to: [a.count / inner, inner]), b.reshaped(to: [inner, columns])).reshaped(to: shape)
    }
    let left = stretched(a, to: try self.shape(outer.dimensions + [rows, inner]))
    let right = stretched(b, to: try self.shape(outer.dimensions + [inner, columns]))
    return matmul(
      left.reshaped(to: [outer.elementCount, rows, inner]), right.reshaped(to: [outer.elementCount, inner, columns])
    ).reshaped(to: shape)
  }
}
