import RecurrentTensor

// Which of two numbers is larger, and choices by it.

extension ONNXOperator {
  static let comparisons: [ONNXOperator] = [
    comparison("Equal", { $0 == $1 }, { $0 == $1 }), comparison("Less", { $0 < $1 }, { $0 < $1 }),
    comparison("Greater", { $0 > $1 }, { $0 > $1 }), comparison("LessOrEqual", opsets: 12, { $0 <= $1 }, { $0 <= $1 }),
    comparison("GreaterOrEqual", opsets: 12, { $0 >= $1 }, { $0 >= $1 }),
    extreme("Max", { maximum($0, $1) }, { max($0, $1) }), extreme("Min", { minimum($0, $1) }, { min($0, $1) }),
    choice, range,
  ]

  /// Truth values from pairs of numbers, with the shapes stretched to fit.
  private static func comparison(
    _ name: String, opsets first: Int = ONNXModel.opsets.lowerBound,
    _ real: @escaping @Sendable (Double, Double) -> Bool, _ whole: @escaping @Sendable (Int, Int) -> Bool
  ) -> ONNXOperator {
    ONNXOperator(name, opsets: first...ONNXModel.opsets.upperBound, inputs: 2...2) { _ throws(ONNXError) in
      { call throws(ONNXError) in
        let (first, second) = (try call.value(0), try call.value(1))
        let shape = try call.broadcast(first.shape, second.shape)
        switch (first, second) {
        case (.tensor(let a), .tensor(let b)):
          let pairs = zip(call.stretched(a, to: shape).doubles, call.stretched(b, to: shape).doubles)
          return [.integers(ONNXIntegers(pairs.map { real($0, $1) ? 1 : 0 }, shape: shape, kind: .bool))]
        case (.integers(let a), .integers(let b)) where a.kind == b.kind:
          let truth = try call.combined(a, b, shape) { (whole($0, $1) ? 1 : 0, false) }
          return [.integers(ONNXIntegers(truth.values, shape: shape, kind: .bool))]
        default: throw call.error("\(call.name(0)) and \(call.name(1)) have elements of different types")
        }
      }
    }
  }

  /// The largest or smallest of one or more values.
  private static func extreme(
    _ name: String, _ real: @escaping @Sendable (Tensor, Tensor) -> Tensor,
    _ whole: @escaping @Sendable (Int, Int) -> Int
  ) -> ONNXOperator {
    ONNXOperator(name, inputs: 1...(.max)) { _ throws(ONNXError) in
      { call throws(ONNXError) in
        var found = try call.value(0)
        for position in call.inputs.indices.dropFirst() {
          let next = try call.value(position)
          let shape = try call.broadcast(found.shape, next.shape)
          switch (found, next) {
          case (.tensor(let a), .tensor(let b)):
            found = .tensor(real(call.stretched(a, to: shape), call.stretched(b, to: shape)))
          case (.integers(let a), .integers(let b)) where a.kind != .bool && a.kind == b.kind:
            found = .integers(try call.combined(a, b, shape) { (whole($0, $1), false) })
          default:
            throw call.error(
              "\(call.name(0)) and \(call.name(position)) have elements of different types, or truth values")
          }
        }
        return [found]
      }
    }
  }

  /// `Where`: elements of the second input where the first one is true, else of the third one.
  private static let choice = ONNXOperator("Where", inputs: 3...3) { _ throws(ONNXError) in
    { call throws(ONNXError) in
      let condition = try call.integers(0)
      guard condition.kind == .bool else { throw call.error("\(call.name(0)) holds no truth values") }
      let (first, second) = (try call.value(1), try call.value(2))
      let shape = try call.broadcast(try call.broadcast(condition.shape, first.shape), second.shape)
      let isFirst = try call.stretched(condition, to: shape)
      switch (first, second) {
      case (.tensor(let a), .tensor(let b)):
        let mask = Tensor(doubles: isFirst.map { Double($0) }, shape: shape).converted(to: a.elementType)
        return [.tensor(select(mask, call.stretched(a, to: shape), call.stretched(b, to: shape)))]
      case (.integers(let a), .integers(let b)) where a.kind == b.kind:
        let (x, y) = (try call.stretched(a, to: shape), try call.stretched(b, to: shape))
        let chosen = isFirst.indices.map { isFirst[$0] != 0 ? x[$0] : y[$0] }
        return [.integers(ONNXIntegers(chosen, shape: shape, kind: a.kind))]
      default: throw call.error("\(call.name(1)) and \(call.name(2)) have elements of different types")
      }
    }
  }

  /// Numbers from a start up to a limit that is left out.
  private static let range = ONNXOperator("Range", inputs: 3...3, settings: [0, 1, 2]) { _ throws(ONNXError) in
    { call throws(ONNXError) in
      let (start, limit, step) = (try call.scalar(0), try call.scalar(1), try call.scalar(2))
      guard step != 0, start.isFinite, limit.isFinite, step.isFinite else {
        throw call.error("a range from \(start) to \(limit) in steps of \(step)")
      }
      let count = max(0, ((limit - start) / step).rounded(.up))
      guard count <= Double(NodeCall.largestCount) else {
        throw call.error("a range of more than \(NodeCall.largestCount) numbers")
      }
      let shape = try call.shape([Int(count)])
      let numbers = (0..<Int(count)).map { start + Double($0) * step }
      guard let first = try call.value(0).integers else {
        return [.tensor(Tensor(doubles: numbers, shape: shape).converted(to: call.elementType))]
      }
      return [.integers(ONNXIntegers(numbers.map { Int($0) }, shape: shape, kind: first.kind))]
    }
  }
}
