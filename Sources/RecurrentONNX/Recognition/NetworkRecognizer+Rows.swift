import RecurrentLayers
import RecurrentTensor

// Nodes of two operands: biases, merges of directions, and what follows the lengths of rows.
extension NetworkRecognizer {
  mutating func readPair(_ node: RecognizedNode) throws(ONNXError) -> Finding {
    guard node.node.inputs.count == 2, let a = finding(node, 0), let b = finding(node, 1) else {
      throw node.error("has other than two operands")
    }
    let name = node.node.operatorName
    switch (name, a, b) {
    case ("Add", .numbers(let numbers), .flow(let flow)), ("Add", .flow(let flow), .numbers(let numbers)):
      if let found = try readBias(node, flow, numbers) { return found }
    case ("Add", .half(0, let flow), .half(1, _)), ("Add", .half(1, let flow), .half(0, _)):
      return .flow(try merged(flow, .sum, flow.axes, node))
    case ("Mul", .half(0, let flow), .half(1, _)), ("Mul", .half(1, let flow), .half(0, _)):
      return .flow(try merged(flow, .multiply, flow.axes, node))
    case ("Div", .flow(let flow), .rows(let rows)) where flow.padding == .summed && rows.kind == .divisors:
      try requireVersion(flow, node.error)
      guard fits(rows.axes, flow.axes) else { break }
      return .flow(addPooling(.average, flow, node))
    case (_, .rows(let rows), .integers(let number)) where number.values == [1]:
      if name == "Sub", rows.kind == .lengths { return .rows(RowValue(kind: .lastStep, axes: rows.axes)) }
      if name == "Max", rows.kind == .lengths { return .rows(RowValue(kind: .divisors, axes: rows.axes)) }
    case ("Less", .integers(let number), .rows(let rows)) where number.values == [0] && rows.kind == .lengths:
      return .rows(RowValue(kind: .hasSteps, axes: rows.axes))
    case (_, .rows(let steps), .rows(let rows)) where steps.kind == .steps:
      guard let axes = broadcast(steps.axes, rows.axes) else { break }
      if name == "Less", rows.kind == .lengths { return .rows(RowValue(kind: .isReal, axes: axes)) }
      if name == "Equal", rows.kind == .lastStep { return .rows(RowValue(kind: .isLast, axes: axes)) }
    default:
      if let found = sizes(node) { return found }
    }
    throw node.error("joins two values as no layer does")
  }

  /// Sizes that are computed of others; what is more than a product of known ones is left open.
  private func sizes(_ node: RecognizedNode) -> Finding? {
    guard ["Add", "Sub", "Mul", "Div"].contains(node.node.operatorName), let a = sizes(finding(node, 0)),
      let b = sizes(finding(node, 1)), a.count == b.count || a.count == 1 || b.count == 1
    else { return nil }
    return .sizes(
      // One size stretches to as many as the others are, even to none.
      (0..<(a.count == 1 ? b.count : a.count)).map { place in
        let (a, b) = (a[a.count == 1 ? 0 : place].value, b[b.count == 1 ? 0 : place].value)
        guard node.node.operatorName == "Mul", let a, let b else { return Size() }
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        return Size(value: overflow || product < 0 ? nil : product)
      })
  }

  private mutating func addPooling(_ kind: GlobalPool1d, _ flow: Flow, _ node: RecognizedNode) -> Flow {
    usesLengths = true
    return add(RecognizedLayer(name: layerName(node), layer: .globalPooling(kind: kind)), axes: flow.axes)
  }

  /// The axes of what two values stretch to; nil where they do not fit.
  private func broadcast(_ a: [Axis], _ b: [Axis]) -> [Axis]? {
    var axes: [Axis] = []
    for distance in 0..<max(a.count, b.count) {
      let mine = distance < a.count ? resolved(a[a.count - 1 - distance]) : .single
      let theirs = distance < b.count ? resolved(b[b.count - 1 - distance]) : .single
      guard mine == theirs || mine == .single || theirs == .single else { return nil }
      axes.append(mine == .single ? theirs : mine)
    }
    return axes.reversed()
  }

  /// Whether the first value stretches to the axes of the second.
  private func fits(_ axes: [Axis], _ wanted: [Axis]) -> Bool {
    axes.count <= wanted.count && broadcast(axes, wanted) == wanted.map(resolved)
  }

  /// The numbers of the steps.
  mutating func readRange(_ node: RecognizedNode) throws(ONNXError) -> Finding {
    guard try integers(node, 0).values == [0], try integers(node, 2).values == [1], let count = sizes(finding(node, 1)),
      count.count == 1, let axis = count[0].axis, unify([axis], [.time]), !changesTime
    else { throw node.error("counts what are no steps") }
    return .rows(RowValue(kind: .steps, axes: [.time]))
  }

  /// Other numbers at some steps or of some rows.
  mutating func readChoice(_ node: RecognizedNode) throws(ONNXError) -> Finding {
    guard case .rows(let rows)? = finding(node, 0), case .flow(var flow)? = finding(node, 1),
      fits(rows.axes, flow.axes)
    else { throw node.error("chooses between values as no layer does") }
    let other = try numbers(node, 2)
    guard other.values.count == 1 else { throw node.error("chooses between values as no layer does") }
    settings.insert(other.name)
    usesLengths = true
    try requireVersion(flow, node.error)
    switch (rows.kind, flow.padding, other.values.scalar) {
    case (.isReal, .any, 0), (.isReal, .zeros, 0): flow.padding = .zeros
    case (.isReal, .any, -.greatestFiniteMagnitude), (.isReal, .zeros, -.greatestFiniteMagnitude):
      flow.padding = .lowest
    case (.isLast, .any, 0), (.isLast, .zeros, 0): flow.padding = .zerosButLast
    case (.hasSteps, .largest, 0): return .flow(addPooling(.max, flow, node))
    default: throw node.error("chooses between values as no layer does")
    }
    return .flow(flow)
  }
}
