import RecurrentFormats
import RecurrentTensor

/// What a node is given when it runs.
struct NodeCall {
  let node: ONNXNode
  let inputs: [ONNXValue?]
  /// What the graph computes with.
  let elementType: ElementType

  /// More elements than a result of any node may have: what a file asks for must not fill the memory.
  static let largestCount = 1 << 28

  func error(_ problem: String) -> ONNXError { node.error(problem) }

  /// An input as messages name it.
  func name(_ position: Int) -> String {
    position < node.inputs.count ? "input '\(node.inputs[position].printable())'" : "input \(position)"
  }

  func has(_ position: Int) -> Bool { position < inputs.count && inputs[position] != nil }

  func value(_ position: Int) throws(ONNXError) -> ONNXValue {
    guard position < inputs.count, let value = inputs[position] else {
      throw error("input number \(position) is missing")
    }
    return value
  }

  func tensor(_ position: Int) throws(ONNXError) -> Tensor {
    guard case .tensor(let tensor) = try value(position) else {
      throw error("\(name(position)) holds integers where real numbers are wanted")
    }
    return tensor
  }

  /// A tensor of a given number of axes.
  func tensor(_ position: Int, rank: Int, _ axes: String) throws(ONNXError) -> Tensor {
    let tensor = try tensor(position)
    guard tensor.shape.rank == rank else {
      throw error("\(name(position)) has the shape \(tensor.shape) where \(axes) is wanted")
    }
    return tensor
  }

  func optionalTensor(_ position: Int) throws(ONNXError) -> Tensor? { has(position) ? try tensor(position) : nil }

  func integers(_ position: Int) throws(ONNXError) -> ONNXIntegers {
    guard case .integers(let integers) = try value(position) else {
      throw error("\(name(position)) holds real numbers where integers are wanted")
    }
    return integers
  }

  /// A list of integers: axes, sizes, places.
  func list(_ position: Int) throws(ONNXError) -> [Int] {
    let integers = try integers(position)
    guard integers.shape.rank <= 1 else {
      throw error("\(name(position)) has the shape \(integers.shape) where a list is wanted")
    }
    return integers.values
  }

  /// The only number of an input.
  func scalar(_ position: Int) throws(ONNXError) -> Double {
    let value = try value(position)
    guard value.shape.elementCount == 1 else {
      throw error("\(name(position)) has the shape \(value.shape) where a single number is wanted")
    }
    switch value {
    case .tensor(let tensor): return tensor.doubleScalar
    case .integers(let integers): return Double(integers.values[0])
    }
  }

  /// Refuses an input of another shape.
  func requireShape(_ position: Int, _ tensor: Tensor, _ shape: [Int], _ axes: String) throws(ONNXError) {
    guard tensor.shape.dimensions == shape else {
      throw error("\(name(position)) has the shape \(tensor.shape) where \(axes) is \(shape)")
    }
  }
}

// MARK: Shapes

extension NodeCall {
  /// The shape with these sizes, if a tensor can have it.
  func shape(_ sizes: [Int]) throws(ONNXError) -> Shape { try node.shape(sizes) }

  /// An axis counted from the start.
  func axis(_ axis: Int, rank: Int) throws(ONNXError) -> Int { try node.axis(axis, rank: rank) }

  /// Several axes counted from the start, none twice.
  func axes(_ axes: [Int], rank: Int) throws(ONNXError) -> [Int] {
    var found: [Int] = []
    for axis in axes { found.append(try node.axis(axis, rank: rank)) }
    guard Set(found).count == found.count else { throw error("an axis stands twice in \(axes)") }
    return found
  }

  /// The shape that two shapes stretch to.
  func broadcast(_ a: Shape, _ b: Shape) throws(ONNXError) -> Shape {
    let rank = max(a.rank, b.rank)
    var sizes = [Int](repeating: 1, count: rank)
    for distance in 0..<rank {
      let mine = distance < a.rank ? a[a.rank - 1 - distance] : 1
      let theirs = distance < b.rank ? b[b.rank - 1 - distance] : 1
      guard mine == theirs || mine == 1 || theirs == 1 else {
        throw error("the shapes \(a) and \(b) do not fit together")
      }
      sizes[rank - 1 - distance] = mine == 1 ? theirs : mine
    }
    return try shape(sizes)
  }

  /// A tensor repeated to fill a shape that it stretches to.
  func stretched(_ tensor: Tensor, to shape: Shape) -> Tensor {
    tensor.shape == shape ? tensor : tensor * Tensor(repeating: 1, shape: shape, elementType: tensor.elementType)
  }
}

extension ONNXNode {
  /// The shape with these sizes, if a tensor can have it.
  func shape(_ sizes: [Int]) throws(ONNXError) -> Shape {
    guard sizes.count <= Shape.maximumRank else {
      throw error("a result of \(sizes.count) axes; tensors have at most \(Shape.maximumRank)")
    }
    var count = 1
    for size in sizes {
      guard size >= 0, size <= NodeCall.largestCount else { throw error("an axis of size \(size)") }
      count = count.multipliedReportingOverflow(by: max(1, size)).partialValue
      guard count <= NodeCall.largestCount else {
        throw error("a result of shape \(sizes) has more than \(NodeCall.largestCount) elements")
      }
    }
    return Shape(sizes)
  }

  /// An axis counted from the start.
  func axis(_ axis: Int, rank: Int) throws(ONNXError) -> Int {
    guard axis >= -rank, axis < rank else { throw error("axis \(axis) does not exist where there are \(rank)") }
    return axis < 0 ? axis + rank : axis
  }
}
