import RecurrentLayers

// What is computed of the real steps of each row.
extension NetworkWriter {
  /// The last real step of each row; zeros for a row without any.
  mutating func writeLastStep(at place: String) {
    guard let lengths else {
      let last = shared(named: "constants/last") { $0.integer(-1, named: $1) }
      value = graph.node("Gather", [value, last], at: place, [.integer("axis", 0)])
      return
    }
    let steps = stepNumbers()
    let one = shared(named: "constants/one") { $0.integer(1, named: $1) }
    let counts = wholeLengths(lengths)
    let last = graph.node("Sub", [counts, one], at: place)
    let isLast = graph.node("Equal", [steps, last], at: place)
    value = chosen(
      value, where: graph.node("Unsqueeze", [isLast, graph.list([2])], at: place), otherwise: 0, at: place)
    value = graph.node("ReduceSum", [value, graph.list([0])], at: place, [.integer("keepdims", 0)])
  }

  /// The largest or the mean of the real steps; zeros for a row without any.
  mutating func write(_ kind: GlobalPool1d, at place: String) {
    let overSteps = [ONNXAttributeProto.integers("axes", [0]), .integer("keepdims", 0)]
    guard let lengths else {
      value = graph.node(kind == .max ? "ReduceMax" : "ReduceMean", [value], at: place, overSteps)
      return
    }
    let counts = graph.node("Unsqueeze", [wholeLengths(lengths), graph.list([1])], at: place)
    switch kind {
    case .max:
      value = whereReal(value, otherwise: -.greatestFiniteMagnitude, at: place)
      value = graph.node("ReduceMax", [value], at: place, overSteps)
      let zero = shared(named: "constants/zero") { $0.integer(0, named: $1) }
      value = chosen(value, where: graph.node("Less", [zero, counts], at: place), otherwise: 0, at: place)
    case .average:
      value = whereReal(value, otherwise: 0, at: place)
      value = graph.node("ReduceSum", [value, graph.list([0])], at: place, [.integer("keepdims", 0)])
      let one = shared(named: "constants/one") { $0.integer(1, named: $1) }
      let divisors = graph.node("Max", [counts, one], at: place)
      let float = ONNXTensorProto.DataType.float.rawValue
      value = graph.node("Div", [value, graph.node("Cast", [divisors], at: place, [.integer("to", float)])], at: place)
    }
  }

  /// `[T, N, C]` with another number at padding.
  mutating func whereReal(_ name: String, otherwise other: Float, at place: String) -> String {
    guard let lengths else { return name }
    let steps = stepNumbers()
    let counts = wholeLengths(lengths)
    let axes = graph.list([2])
    let mask = shared(named: "sequence_lens/mask") { graph, name in
      let isReal = graph.node("Less", [steps, counts], at: name)
      return graph.node("Unsqueeze", [isReal, axes], at: name)
    }
    return chosen(name, where: mask, otherwise: other, at: place)
  }

  private mutating func chosen(
    _ name: String, where condition: String, otherwise other: Float, at place: String
  ) -> String {
    let other = shared(named: other == 0 ? "constants/0.0" : "constants/lowest") { $0.number(other, named: $1) }
    return graph.node("Where", [condition, name, other], at: place)
  }

  /// The lengths as int64, `[N]`.
  private mutating func wholeLengths(_ lengths: String) -> String {
    shared(named: "sequence_lens/whole") { graph, name in
      graph.node("Cast", [lengths], at: name, [.integer("to", ONNXTensorProto.DataType.int64.rawValue)])
    }
  }

  /// The numbers of the steps, `[T, 1]`.
  private mutating func stepNumbers() -> String {
    let (start, step) = (
      shared(named: "constants/zero") { $0.integer(0, named: $1) },
      shared(named: "constants/one") { $0.integer(1, named: $1) }
    )
    let (timeAxis, axes) = (options.isBatchMajor ? 1 : 0, graph.list([1]))
    return shared(named: "sequence_lens/steps") { graph, name in
      let shape = graph.node("Shape", ["input"], at: name)
      let place = timeAxis == 0 ? start : step
      let count = graph.node("Gather", [shape, place], at: name, [.integer("axis", 0)])
      let numbers = graph.node("Range", [start, count, step], at: name)
      return graph.node("Unsqueeze", [numbers, axes], at: name)
    }
  }

  /// What several layers need, made once.
  private mutating func shared(named name: String, make: (inout GraphWriter, String) -> String) -> String {
    if let known = shared[name] { return known }
    let made = make(&graph, name)
    shared[name] = made
    return made
  }
}
