/// A disagreement between the shape that an operation needs and the shape that it was given.
public struct ShapeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What disagreed.
  public enum Reason: Hashable, Sendable {
    /// The number of axes.
    case rank(expected: Int)
    /// The size of one axis, with its name in the operation.
    case dimension(axis: Int, name: String, expected: Int)
    /// The number of elements.
    case elementCount(expected: Int, actual: Int)
    /// The two operands do not fit together.
    case incompatible(Shape)
  }

  /// The operation that refused.
  public var operation: String
  /// The shape it was given.
  public var actual: Shape
  /// What disagreed.
  public var reason: Reason

  /// An error of `operation` about `actual`.
  public init(operation: StaticString, actual: Shape, reason: Reason) {
    self.operation = operation.description
    self.actual = actual
    self.reason = reason
  }

  /// One line that names operation, axis and sizes.
  public var description: String {
    switch reason {
    case .rank(let expected):
      "\(operation): expected \(expected) axes, got shape \(actual) with \(actual.rank)"
    case .dimension(let axis, let name, let expected):
      "\(operation): axis \(axis) (\(name)) of shape \(actual) is \(actual[axis]), expected \(expected)"
    case .elementCount(let expected, let given):
      "\(operation): shape \(actual) holds \(expected) elements, got \(given)"
    case .incompatible(let other):
      "\(operation): shapes \(other) and \(actual) do not fit together"
    }
  }

  /// Stops the program: a shape that is wrong inside a model is a programmer's mistake.
  package func trap(file: StaticString = #fileID, line: UInt = #line) -> Never {
    preconditionFailure(description, file: file, line: line)
  }
}

/// Stops the program with a `ShapeError` unless `shape` has `rank` axes.
package func requireRank(_ rank: Int, _ shape: Shape, in operation: StaticString) {
  if shape.rank != rank {
    ShapeError(operation: operation, actual: shape, reason: .rank(expected: rank)).trap()
  }
}

/// Stops the program with a `ShapeError` unless the axis has the expected size.
package func requireDimension(
  _ axis: Int, _ name: StaticString, _ expected: Int, _ shape: Shape, in operation: StaticString
) {
  if shape[axis] != expected {
    ShapeError(
      operation: operation, actual: shape,
      reason: .dimension(axis: axis, name: name.description, expected: expected)
    ).trap()
  }
}

/// Stops the program unless all operands hold elements of one type.
package func requireElementType(_ a: Tensor, _ b: Tensor?, _ c: Tensor? = nil) {
  precondition(
    (b?.elementType ?? a.elementType) == a.elementType && (c?.elementType ?? a.elementType) == a.elementType,
    "the operands have different element types")
}

/// Stops the program unless `a` holds elements of type `type`.
package func requireElementType(_ a: Tensor, _ type: ElementType) {
  precondition(a.elementType == type, "the operands have different element types")
}

/// Stops the program unless both operands hold elements of one type.
package func requireElementType(_ a: Tensor, _ b: Tensor) { requireElementType(a, b.elementType) }
