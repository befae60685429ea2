public import RecurrentTensor

/// What goes into a graph, comes out of it and flows between its nodes.
public enum ONNXValue: Sendable {
  /// Numbers, which gradients flow through.
  case tensor(Tensor)
  /// Integers or truth values: indices, shapes, lengths.
  case integers(ONNXIntegers)

  /// The sizes of the axes.
  public var shape: Shape {
    switch self {
    case .tensor(let tensor): tensor.shape
    case .integers(let integers): integers.shape
    }
  }

  /// The numbers; nil for integers.
  public var tensor: Tensor? {
    if case .tensor(let tensor) = self { tensor } else { nil }
  }

  /// The integers; nil for other numbers.
  public var integers: ONNXIntegers? {
    if case .integers(let integers) = self { integers } else { nil }
  }
}

/// Integers or truth values, arranged along axes like the elements of a tensor.
public struct ONNXIntegers: Hashable, Sendable {
  /// What the integers are.
  public enum Kind: String, Hashable, Sendable {
    /// Signed 32-bit integers.
    case int32
    /// Signed 64-bit integers.
    case int64
    /// 0 and 1.
    case bool
  }

  /// The elements, innermost axis first to change.
  public let values: [Int]
  /// The sizes of the axes.
  public let shape: Shape
  /// What the integers are.
  public let kind: Kind

  /// Integers with the given shape. Traps unless their number fits it.
  public init(_ values: [Int], shape: Shape, kind: Kind = .int64) {
    precondition(
      values.count == shape.elementCount, "shape \(shape) holds \(shape.elementCount) elements, got \(values.count)")
    self.values = values
    self.shape = shape
    self.kind = kind
  }

  /// A list of integers, `[n]`.
  public init(_ values: [Int], kind: Kind = .int64) { self.init(values, shape: [values.count], kind: kind) }
}

extension ONNXValue {
  /// The same change of place for numbers and for integers: `move` is given tensors and only moves elements, or repeats them.
  ///
  /// Integers are moved by moving their positions.
  func rearranged(_ move: (Tensor) throws(ONNXError) -> Tensor) throws(ONNXError) -> ONNXValue {
    switch self {
    case .tensor(let tensor): return .tensor(try move(tensor))
    case .integers(let integers):
      let moved = try move(ONNXValue.positions(integers.values.count, shape: integers.shape))
      let values = moved.doubles.map { integers.values[Int($0)] }
      return .integers(ONNXIntegers(values, shape: moved.shape, kind: integers.kind))
    }
  }

  /// The numbers from `start` on, in double precision.
  static func positions(_ count: Int, from start: Int = 0, shape: Shape) -> Tensor {
    Tensor(doubles: (start..<start + count).map { Double($0) }, shape: shape)
  }
}
