import CRecurrentKernels

/// A function of one variable, applied to every element.
struct FunctionOperation: DifferentiableOperation {
  let kind: rk_unary
  let parameter: Double
  let x: Tensor
  let y: Tensor

  static func apply(_ kind: rk_unary, parameter: Double = 0, _ x: Tensor) -> Tensor {
    let tape = Tape.common(x)
    var y = Tensor(uninitialized: x.shape, elementType: x.elementType, on: tape)
    x.kernels.pointee.unary(kind, parameter, Int64(x.count), x.pointer, y.mutablePointer)
    y.node = tape?.record(FunctionOperation(kind: kind, parameter: parameter, x: x, y: y))
    return y
  }

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    adjoints.accumulate(into: x) { kernels, dx in
      kernels.pointee.unary_backward(kind, parameter, Int64(x.count), x.pointer, y.pointer, dy.pointer, dx)
    }
  }
}

extension Tensor {
  /// The negated elements.
  public static prefix func - (x: Tensor) -> Tensor { FunctionOperation.apply(RK_NEGATE, x) }

  /// The elements times themselves.
  public func squared() -> Tensor { FunctionOperation.apply(RK_SQUARE, self) }

  /// The elements raised to a constant power.
  public func raised(to exponent: Float) -> Tensor {
    FunctionOperation.apply(RK_POWER, parameter: Double(exponent), self)
  }
}

/// e to the power of every element.
public func exp(_ x: Tensor) -> Tensor { FunctionOperation.apply(RK_EXP, x) }
/// The natural logarithm of every element.
public func log(_ x: Tensor) -> Tensor { FunctionOperation.apply(RK_LOG, x) }
/// The square root of every element.
public func sqrt(_ x: Tensor) -> Tensor { FunctionOperation.apply(RK_SQRT, x) }
/// The absolute value of every element; the gradient at 0 is 0.
public func abs(_ x: Tensor) -> Tensor { FunctionOperation.apply(RK_ABS, x) }
/// The hyperbolic tangent of every element.
public func tanh(_ x: Tensor) -> Tensor { FunctionOperation.apply(RK_TANH, x) }
/// The logistic function 1 / (1 + e^-x) of every element.
public func sigmoid(_ x: Tensor) -> Tensor { FunctionOperation.apply(RK_SIGMOID, x) }
/// The positive part of every element; the gradient at 0 is 0.
public func relu(_ x: Tensor) -> Tensor { FunctionOperation.apply(RK_RELU, x) }
/// The element itself if positive, else `slope` times it.
public func leakyReLU(_ x: Tensor, slope: Float = 0.01) -> Tensor {
  FunctionOperation.apply(RK_LEAKY_RELU, parameter: Double(slope), x)
}
/// log(1 + e^x) of every element, without overflow.
public func softplus(_ x: Tensor) -> Tensor { FunctionOperation.apply(RK_SOFTPLUS, x) }

/// The elements of `a` where `condition` is not 0, and those of `b` where it is. All have one shape.
///
/// Gradients flow to the operand that was chosen; none to the condition.
public func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
  SelectOperation.apply(condition, a, b)
}

/// An element-wise choice between two tensors.
struct SelectOperation: DifferentiableOperation {
  let condition: Tensor
  let a: Tensor
  let b: Tensor

  static func compute(_ condition: Tensor, _ a: Tensor, _ b: Tensor, on tape: Tape?) -> Tensor {
    let result = Tensor(uninitialized: a.shape, elementType: a.elementType, on: tape)
    a.kernels.pointee.select(Int64(a.count), condition.pointer, a.pointer, b.pointer, result.mutablePointer)
    return result
  }

  static func apply(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    for operand in [condition, b] where operand.shape != a.shape {
      ShapeError(operation: "select", actual: operand.shape, reason: .incompatible(a.shape)).trap()
    }
    requireElementType(a, b, condition)
    let tape = Tape.common(a, b)
    var result = compute(condition, a, b, on: tape)
    result.node = tape?.record(SelectOperation(condition: condition.detached(), a: a, b: b))
    return result
  }

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    let zero = Tensor(repeating: 0, shape: dy.shape, elementType: dy.elementType, on: adjoints.tape)
    if adjoints.wants(a) {
      adjoints.give(SelectOperation.compute(condition, dy, zero, on: adjoints.tape), to: a)
    }
    if adjoints.wants(b) {
      adjoints.give(SelectOperation.compute(condition, zero, dy, on: adjoints.tape), to: b)
    }
  }
}
