import RecurrentTensor

// Parts of tensors: slices with any step, rows chosen by number, equal and unequal parts.

extension ONNXOperator {
  static let slicing: [ONNXOperator] = [slice, gather, split]

  /// Starts, ends and axes are attributes up to operator set 9, and inputs from 10 on, which then also have steps.
  private static let slice = rearranging("Slice", inputs: 1...5) { reader throws(ONNXError) in
    let hasInputs = reader.node.opset >= 10
    guard hasInputs == (reader.node.inputs.count > 1), !hasInputs || reader.node.hasInput(2) else {
      throw reader.error(
        hasInputs
          ? "starts and ends are inputs from operator set 10 on"
          : "starts and ends are attributes before operator set 10")
    }
    let starts = hasInputs ? [] : try reader.integers("starts") ?? []
    let ends = hasInputs ? [] : try reader.integers("ends") ?? []
    let axes = hasInputs ? nil : try reader.integers("axes")
    return { tensor, call throws(ONNXError) in
      let starts = hasInputs ? try call.list(1) : starts
      let ends = hasInputs ? try call.list(2) : ends
      let named = call.has(3) ? try call.list(3) : axes ?? Array(starts.indices)
      let steps = call.has(4) ? try call.list(4) : Array(repeating: 1, count: starts.count)
      guard starts.count == ends.count, named.count == starts.count, steps.count == starts.count else {
        throw call.error("\(starts.count) starts, \(ends.count) ends, \(named.count) axes and \(steps.count) steps")
      }
      var result = tensor
      for (number, axis) in try call.axes(named, rank: tensor.shape.rank).enumerated() {
        result = try call.sliced(result, axis, from: starts[number], to: ends[number], step: steps[number])
      }
      return result
    }
  }

  /// Parts of the first input's axis in the order, and the shape, of the indices.
  private static let gather = rearranging("Gather", inputs: 2...2) { reader throws(ONNXError) in
    let axis = try reader.integer("axis", default: 0)
    return { tensor, call throws(ONNXError) in
      let position = try call.axis(axis, rank: tensor.shape.rank)
      let indices = try call.integers(1)
      let size = tensor.shape[position]
      var places: [Int] = []
      places.reserveCapacity(indices.values.count)
      for index in indices.values {
        guard index >= -size, index < size else {
          throw call.error("\(call.name(1)) has the index \(index) for an axis of size \(size)")
        }
        places.append(index < 0 ? index + size : index)
      }
      return try call.gathered(tensor, position, places, shape: indices.shape.dimensions)
    }
  }

  /// Sizes are an attribute up to operator set 12 and an input from 13 on; without them the parts are equal.
  private static let split = ONNXOperator("Split", inputs: 1...2, outputs: 1...(.max)) { reader throws(ONNXError) in
    let axis = try reader.integer("axis", default: 0)
    let attribute = reader.node.opset < 13 ? try reader.integers("split") : nil
    let declared = reader.node.opset >= 18 ? try reader.integer("num_outputs") : nil
    let count = reader.node.outputs.count
    if let declared, declared != count { throw reader.error("num_outputs is \(declared), but there are \(count)") }
    return { call throws(ONNXError) in
      let value = try call.value(0)
      let position = try call.axis(axis, rank: value.shape.rank)
      let size = value.shape[position]
      let equal = (size + count - 1) / count
      let sizes =
        call.has(1)
        ? try call.list(1) : attribute ?? (0..<count).map { min(equal, max(0, size - $0 * equal)) }
      guard sizes.count == count, sizes.allSatisfy({ (0...size).contains($0) }), sizes.reduce(0, +) == size else {
        throw call.error("parts of the sizes \(sizes) for \(count) outputs of an axis of size \(size)")
      }
      var parts: [ONNXValue?] = []
      var start = 0
      for size in sizes {
        let range = start..<start + size
        parts.append(try value.rearranged { tensor throws(ONNXError) in tensor.slice(axis: position, range) })
        start += size
      }
      return parts
    }
  }
}

extension NodeCall {
  /// Part of an axis, backwards where the step is negative. Starts and ends beyond the axis stand for its ends.
  fileprivate func sliced(
    _ tensor: Tensor, _ axis: Int, from start: Int, to end: Int, step: Int
  ) throws(ONNXError) -> Tensor {
    guard step != 0 else { throw error("a step of 0") }
    let size = tensor.shape[axis]
    // Longer steps lead outside as well.
    let step = min(max(step, -size - 1), size + 1)
    func place(_ number: Int, _ range: ClosedRange<Int>) -> Int {
      // Adding to the most negative number of all is no concern: sizes are not negative.
      min(max(number < 0 ? number + size : number, range.lowerBound), range.upperBound)
    }
    if step == 1 {
      let (first, last) = (place(start, 0...size), place(end, 0...size))
      return tensor.slice(axis: axis, first..<max(first, last))
    }
    let places: [Int]
    if step > 0 {
      places = Array(stride(from: place(start, 0...size), to: place(end, 0...size), by: step))
    } else if size == 0 {
      places = []
    } else {
      places = Array(stride(from: place(start, 0...size - 1), to: place(end, -1...size - 1), by: step))
    }
    return try gathered(tensor, axis, places, shape: [places.count])
  }

  /// Places of an axis, which becomes axes of the given sizes.
  fileprivate func gathered(
    _ tensor: Tensor, _ axis: Int, _ places: [Int], shape: [Int]
  ) throws(ONNXError) -> Tensor {
    let (before, after) = (tensor.shape.dimensions[..<axis], tensor.shape.dimensions[(axis + 1)...])
    let result = try self.shape(before + shape + after)
    if result.elementCount == 0 {
      return Tensor(repeating: 0, shape: result, elementType: tensor.elementType)
    }
    let (outer, size, inner) = (before.reduce(1, *), tensor.shape[axis], after.reduce(1, *))
    // Rows of a table with one row for each outer index and place.
    let rows = (0..<outer).flatMap { block in places.map { Int32(block * size + $0) } }
    return tensor.reshaped(to: [outer * size, inner]).rows(at: rows).reshaped(to: result)
  }
}
