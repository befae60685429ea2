import RecurrentTensor

// Numbers by themselves, and pairs of numbers, with the shapes stretched to fit.

extension ONNXOperator {
  static let arithmetic: [ONNXOperator] = [
    pairwise("Add", { $0 + $1 }, { $0.addingReportingOverflow($1) }),
    pairwise("Sub", { $0 - $1 }, { $0.subtractingReportingOverflow($1) }),
    pairwise("Mul", { $0 * $1 }, { $0.multipliedReportingOverflow(by: $1) }),
    pairwise("Div", { $0 / $1 }, { $0.dividedReportingOverflow(by: $1) }),
    negation, power,
    single("Sqrt") { sqrt($0) }, single("Exp") { exp($0) }, single("Log") { log($0) }, single("Abs") { abs($0) },
  ]

  /// A function of one real number.
  static func single(_ name: String, _ function: @escaping @Sendable (Tensor) -> Tensor) -> ONNXOperator {
    ONNXOperator(name) { _ throws(ONNXError) in
      { call throws(ONNXError) in [.tensor(function(try call.tensor(0)))] }
    }
  }

  private static func pairwise(
    _ name: String, _ real: @escaping @Sendable (Tensor, Tensor) -> Tensor,
    _ whole: @escaping @Sendable (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) -> ONNXOperator {
    ONNXOperator(name, inputs: 2...2) { _ throws(ONNXError) in
      { call throws(ONNXError) in
        let (first, second) = (try call.value(0), try call.value(1))
        let shape = try call.broadcast(first.shape, second.shape)
        switch (first, second) {
        case (.tensor(let a), .tensor(let b)): return [.tensor(real(a, b))]
        case (.integers(let a), .integers(let b)) where a.kind != .bool && a.kind == b.kind:
          return [.integers(try call.combined(a, b, shape, whole))]
        default:
          throw call.error("\(call.name(0)) and \(call.name(1)) have elements of different types, or truth values")
        }
      }
    }
  }

  private static let negation = ONNXOperator("Neg") { _ throws(ONNXError) in
    { call throws(ONNXError) in
      switch try call.value(0) {
      case .tensor(let tensor): return [.tensor(-tensor)]
      case .integers(let integers):
        let zero = ONNXIntegers([0], shape: [], kind: integers.kind)
        return [
          .integers(try call.combined(zero, integers, integers.shape) { $0.subtractingReportingOverflow($1) })
        ]
      }
    }
  }

  /// With one exponent for all numbers.
  private static let power = ONNXOperator("Pow", inputs: 2...2, settings: [1]) { _ throws(ONNXError) in
    { call throws(ONNXError) in
      let base = try call.tensor(0)
      let exponent = try call.scalar(1)
      let result = exponent == 2 ? base.squared() : base.raised(to: Float(exponent))
      return [.tensor(result.reshaped(to: try call.broadcast(base.shape, try call.value(1).shape)))]
    }
  }
}

extension NodeCall {
  /// A function of two integers, with the shapes stretched to `shape`.
  func combined(
    _ a: ONNXIntegers, _ b: ONNXIntegers, _ shape: Shape, _ function: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) throws(ONNXError) -> ONNXIntegers {
    let (first, second) = (try stretched(a, to: shape), try stretched(b, to: shape))
    var values: [Int] = []
    values.reserveCapacity(first.count)
    for (x, y) in zip(first, second) {
      let (value, overflow) = function(x, y)
      guard !overflow else { throw error("\(x) and \(y) have no result in 64 bits") }
      values.append(value)
    }
    return ONNXIntegers(values, shape: shape, kind: b.kind)
  }

  /// Integers repeated to fill a shape that they stretch to.
  func stretched(_ integers: ONNXIntegers, to shape: Shape) throws(ONNXError) -> [Int] {
    if integers.shape == shape { return integers.values }
    let all = try ONNXValue.integers(integers).rearranged { positions throws(ONNXError) in
      stretched(positions, to: shape)
    }
    return all.integers?.values ?? []
  }
}
