import CRecurrentKernels

/// The element-wise combination of two tensors, with broadcasting.
struct ArithmeticOperation: DifferentiableOperation {
  let kind: rk_binary
  let a: Tensor
  let b: Tensor

  static func compute(_ kind: rk_binary, _ a: Tensor, _ b: Tensor, on tape: Tape?) -> Tensor {
    requireElementType(a, b)
    let shape = a.shape.broadcast(with: b.shape, in: "element-wise operation")
    let result = Tensor(uninitialized: shape, elementType: a.elementType, on: tape)
    var walk = rk_walk(over: shape, broadcasting: a.shape, and: b.shape)
    a.kernels.pointee.binary(kind, &walk, a.pointer, b.pointer, result.mutablePointer)
    return result
  }

  static func apply(_ kind: rk_binary, _ a: Tensor, _ b: Tensor) -> Tensor {
    let tape = Tape.common(a, b)
    var result = compute(kind, a, b, on: tape)
    if let tape {
      let needsValues = kind != RK_ADD && kind != RK_SUBTRACT
      result.node = tape.record(
        ArithmeticOperation(
          kind: kind, a: needsValues ? a : a.placeOnly(), b: needsValues ? b : b.placeOnly()))
    }
    return result
  }

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    let tape = adjoints.tape
    func combine(_ kind: rk_binary, _ a: Tensor, _ b: Tensor) -> Tensor {
      ArithmeticOperation.compute(kind, a, b, on: tape)
    }
    switch kind {
    case RK_ADD:
      adjoints.add(dy, broadcastFrom: a)
      adjoints.add(dy, broadcastFrom: b)
    case RK_SUBTRACT:
      adjoints.add(dy, broadcastFrom: a)
      adjoints.add(dy, broadcastFrom: b, scale: -1)
    case RK_MULTIPLY:
      if adjoints.wants(a) { adjoints.add(combine(RK_MULTIPLY, dy, b), broadcastFrom: a) }
      if adjoints.wants(b) { adjoints.add(combine(RK_MULTIPLY, dy, a), broadcastFrom: b) }
    case RK_DIVIDE:
      let quotient = combine(RK_DIVIDE, dy, b)
      adjoints.add(quotient, broadcastFrom: a)
      if adjoints.wants(b) {
        let ratio = combine(RK_DIVIDE, a, b)
        adjoints.add(combine(RK_MULTIPLY, quotient, ratio), broadcastFrom: b, scale: -1)
      }
    case RK_MAXIMUM, RK_MINIMUM:
      // Where both are equal the first operand takes the gradient.
      let second = combine(kind == RK_MAXIMUM ? RK_LESS : RK_GREATER, a, b)
      let toSecond = combine(RK_MULTIPLY, dy, second)
      adjoints.add(combine(RK_SUBTRACT, dy, toSecond), broadcastFrom: a)
      adjoints.add(toSecond, broadcastFrom: b)
    default:
      break  // Comparisons are constant almost everywhere.
    }
  }
}

extension Adjoints {
  /// Adds `gradient`, which has the shape of a broadcast result, to that of an operand, summed over the stretched axes.
  mutating func add(_ gradient: Tensor, broadcastFrom operand: Tensor, scale: Double = 1) {
    guard wants(operand) else { return }
    var reduced = gradient
    let extraAxes = reduced.shape.rank - operand.shape.rank
    if extraAxes > 0 {
      let repeats = reduced.shape.elementCount(of: 0..<extraAxes)
      var single = reduced.shape
      for _ in 0..<extraAxes { single = single.removing(axis: 0) }
      let flat = reduced.view([repeats, single.elementCount], from: 0)
      reduced = ReductionOperation.compute(RK_SUM, flat, axis: 0, on: tape).view(single, from: 0)
    }
    for axis in 0..<operand.shape.rank where operand.shape[axis] == 1 && reduced.shape[axis] != 1 {
      let summed = ReductionOperation.compute(RK_SUM, reduced, axis: axis, on: tape)
      reduced = summed.view(summed.shape.inserting(1, at: axis), from: 0)
    }
    accumulate(into: operand) { kernels, total in
      kernels.pointee.add_scaled(Int64(reduced.count), scale, reduced.pointer, total)
    }
  }
}

extension Tensor {
  /// A constant of the same element type, shape `[]`.
  package func constant(_ value: Float) -> Tensor {
    Tensor(repeating: value, shape: [], elementType: elementType, on: node?.tape)
  }

  /// The element-wise sum; a size of 1 stretches to fit the other operand.
  public static func + (a: Tensor, b: Tensor) -> Tensor { ArithmeticOperation.apply(RK_ADD, a, b) }
  /// The element-wise difference; a size of 1 stretches to fit the other operand.
  public static func - (a: Tensor, b: Tensor) -> Tensor { ArithmeticOperation.apply(RK_SUBTRACT, a, b) }
  /// The element-wise (Hadamard) product; a size of 1 stretches to fit the other operand.
  public static func * (a: Tensor, b: Tensor) -> Tensor { ArithmeticOperation.apply(RK_MULTIPLY, a, b) }
  /// The element-wise quotient; a size of 1 stretches to fit the other operand.
  public static func / (a: Tensor, b: Tensor) -> Tensor { ArithmeticOperation.apply(RK_DIVIDE, a, b) }

  /// Adds a number to every element.
  public static func + (a: Tensor, b: Float) -> Tensor { a + a.constant(b) }
  /// Adds every element to a number.
  public static func + (a: Float, b: Tensor) -> Tensor { b.constant(a) + b }
  /// Subtracts a number from every element.
  public static func - (a: Tensor, b: Float) -> Tensor { a - a.constant(b) }
  /// Subtracts every element from a number.
  public static func - (a: Float, b: Tensor) -> Tensor { b.constant(a) - b }
  /// Multiplies every element by a number.
  public static func * (a: Tensor, b: Float) -> Tensor { a * a.constant(b) }
  /// Multiplies every element by a number.
  public static func * (a: Float, b: Tensor) -> Tensor { b.constant(a) * b }
  /// Divides every element by a number.
  public static func / (a: Tensor, b: Float) -> Tensor { a / a.constant(b) }
  /// Divides a number by every element.
  public static func / (a: Float, b: Tensor) -> Tensor { b.constant(a) / b }

  /// 1 where the element of `a` is greater than that of `b`, else 0. Carries no gradient.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { ArithmeticOperation.compute(RK_GREATER, a, b, on: nil) }
  /// 1 where the element of `a` is less than that of `b`, else 0. Carries no gradient.
  public static func .< (a: Tensor, b: Tensor) -> Tensor { ArithmeticOperation.compute(RK_LESS, a, b, on: nil) }
  /// 1 where the elements are equal, else 0. Carries no gradient.
  public static func .== (a: Tensor, b: Tensor) -> Tensor { ArithmeticOperation.compute(RK_EQUAL, a, b, on: nil) }
}

/// The element-wise larger of two tensors.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor { ArithmeticOperation.apply(RK_MAXIMUM, a, b) }
/// The element-wise smaller of two tensors.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor { ArithmeticOperation.apply(RK_MINIMUM, a, b) }
