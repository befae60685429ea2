import RecurrentLayers
import RecurrentTensor

// Nodes that take parts of an axis, or put parts together.
extension NetworkRecognizer {
  // MARK: Gather

  mutating func readGather(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    let axis = try reader.integer("axis", default: 0)
    switch finding(node, 0) {
    case .numbers(let table): return .flow(try readEmbedding(node, table, axis))
    case .flow(let flow): return .flow(try gathered(flow, node, axis))
    case .states(let states): return .states(try gathered(states, node, axis))
    case .sizes(let sizes):
      let places = try integers(node, 1).values
      var found: [Size] = []
      for place in places { found.append(sizes[try node.node.axis(place, rank: sizes.count)]) }
      return .sizes(found)
    case .zeros: return .zeros
    case .firstStates: return .firstStates
    case .input(let name, _) where name != mainInput && mainInput != nil: return .firstStates
    default: throw node.error("takes parts of what is no sequence")
    }
  }

  private mutating func readEmbedding(
    _ node: RecognizedNode, _ table: NamedNumbers, _ axis: Int
  ) throws(ONNXError) -> Flow {
    guard axis == 0, table.values.shape.rank == 2, layers.isEmpty, case .input(let name, let axes)? = finding(node, 1),
      axes.count == 2, mainInput == nil || mainInput == name
    else { throw node.error("takes rows of a table by what are no tokens") }
    guard model.inputs.contains(where: { $0.name == name && $0.elementType.isInteger }) else {
      throw node.error("reads tokens that are no integers")
    }
    mainInput = name
    let (count, size) = (table.values.shape[0], table.values.shape[1])
    featureCount = size
    var layer = RecognizedLayer(
      name: layerName(node, weight: table.name), layer: .embedding(vocabularySize: count, size: size))
    layer.weights = [RecognizedWeight(table)]
    return add(layer, axes: axes.map(resolved) + [.feature])
  }

  /// The last step, or the only direction.
  private mutating func gathered(_ flow: Flow, _ node: RecognizedNode, _ axis: Int) throws(ONNXError) -> Flow {
    let place = try integers(node, 1)
    let axis = try node.node.axis(axis, rank: flow.axes.count)
    guard place.values.count == 1, place.shape.rank <= 1 else { throw node.error("takes several parts of a sequence") }
    var result = flow
    if resolved(flow.axes[axis]) == .directions(1), [0, -1].contains(place.values[0]) {
      if place.shape.rank == 0 { result.axes.remove(at: axis) }
      return result
    }
    guard place.values[0] == -1, flow.axes.allSatisfy({ $0 != .lastStep }), unify([flow.axes[axis]], [.time]) else {
      throw node.error("takes a step other than the last")
    }
    return try lastStep(flow, axis, keepsAxis: place.shape.rank == 1, node)
  }

  private mutating func lastStep(
    _ flow: Flow, _ axis: Int, keepsAxis: Bool, _ node: RecognizedNode
  ) throws(ONNXError) -> Flow {
    let latest = try self.flow(node)
    var axes = flow.axes.map(resolved)
    if keepsAxis {
      axes[axis] = .lastStep
      return Flow(version: latest.version, axes: axes)
    }
    axes.remove(at: axis)
    firstWithWholeRows = firstWithWholeRows ?? node.node
    return add(RecognizedLayer(name: layerName(node), layer: .lastStep), axes: axes)
  }

  private func gathered(_ states: LastStates, _ node: RecognizedNode, _ axis: Int) throws(ONNXError) -> LastStates {
    let place = try integers(node, 1)
    let wanted = states.layout == .batchMajor ? 1 : 0
    guard place.values.count == 1, states.layout != .sideBySide, axis == wanted else {
      throw node.error("takes part of a state that is no direction or layer")
    }
    var result = states
    result.parts = [states.parts[try node.node.axis(place.values[0], rank: states.parts.count)]]
    if place.shape.rank == 0 {
      result.layout = .sideBySide
      result.place = scope(of: node)
    }
    return result
  }

  // MARK: Slice

  mutating func readSlice(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    let slice = try SliceRange(self, node, &reader)
    switch finding(node, 0) {
    case .zeros: return .zeros
    case .firstStates: return .firstStates
    case .input(let name, _) where name != mainInput && mainInput != nil: return .firstStates
    case .sizes(let sizes):
      guard let range = slice.range(of: sizes.count) else { throw node.error("takes part of a shape in steps") }
      return .sizes(Array(sizes[range]))
    case .states(var states) where states.layout != .sideBySide:
      guard slice.axis == (states.layout == .batchMajor ? 1 : 0), let range = slice.range(of: states.parts.count) else {
        throw node.error("takes part of a state that is no direction or layer")
      }
      states.parts = Array(states.parts[range])
      return .states(states)
    case .flow(let flow):
      let axis = try node.node.axis(slice.axis, rank: flow.axes.count)
      guard slice.start == -1, slice.end >= Int(Int32.max) - 1, slice.step == 1, unify([flow.axes[axis]], [.time])
      else {
        throw node.error("takes steps other than the last")
      }
      return .flow(try lastStep(flow, axis, keepsAxis: true, node))
    default: throw node.error("takes parts of what is no sequence")
    }
  }

  // MARK: Concat and Split

  mutating func readConcatenation(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    guard let axis = try reader.integer("axis") else { throw node.node.error("attribute 'axis' is missing") }
    let parts = node.node.inputs.indices.map { finding(node, $0) }
    var sizes: [Size] = []
    var states: [LastStates] = []
    var counts = (zeros: 0, sizes: 0)
    for part in parts {
      switch part {
      case .zeros: counts.zeros += 1
      case .states(let part): states.append(part)
      case let part:
        guard let found = self.sizes(part) else { throw node.error("puts together what are no states") }
        counts.sizes += 1
        sizes += found
      }
    }
    if counts.zeros == parts.count { return .zeros }
    if counts.sizes == parts.count { return .sizes(sizes) }
    guard states.count == parts.count, let first = states.first, states.allSatisfy({ $0.isHidden == first.isHidden })
    else { throw node.error("puts together what are no states") }
    let joinsFeatures = states.allSatisfy { $0.layout == .sideBySide } && [1, -1].contains(axis)
    let joinsParts = states.allSatisfy { $0.layout == .stacked } && axis == 0
    guard joinsFeatures || joinsParts else { throw node.error("puts states together along another axis than theirs") }
    return .states(
      LastStates(isHidden: first.isHidden, parts: states.flatMap(\.parts), layout: first.layout, place: scope(of: node))
    )
  }

  /// The two directions apart.
  func readSplit(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> [Finding] {
    let axis = try reader.integer("axis", default: 0)
    _ = node.node.opset >= 18 ? try reader.integer("num_outputs") : nil
    let attribute = node.node.opset < 13 ? try reader.integers("split") : nil
    let parts = node.node.hasInput(1) ? try integers(node, 1).values : attribute ?? [1, 1]
    guard case .flow(let flow)? = finding(node, 0), parts == [1, 1], node.node.outputs.count == 2,
      flow.axes[try node.node.axis(axis, rank: flow.axes.count)] == .directions(2)
    else { throw node.error("splits what are no two directions") }
    var half = flow
    half.axes = flow.axes.map { $0 == .directions(2) ? .directions(1) : $0 }
    return [.half(0, half), .half(1, half)]
  }

  // MARK: Reductions

  mutating func readReduction(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    let name = node.node.operatorName
    let keepsAxis = try reader.flag("keepdims", default: true)
    let opset = name == "ReduceSum" ? 13 : 18
    if node.node.opset >= opset { _ = try reader.flag("noop_with_empty_axes") }
    let axes = try axes(node, &reader, inputFrom: opset)
    guard case .flow(let flow)? = finding(node, 0), let axes, axes.count == 1 else {
      throw node.error("reduces another axis than steps or directions")
    }
    let axis = try node.node.axis(axes[0], rank: flow.axes.count)
    var rest = flow.axes.map(resolved)
    if keepsAxis { rest[axis] = .single } else { rest.remove(at: axis) }
    if case .directions(let count) = flow.axes[axis] {
      if count == 1 { return .flow(Flow(version: flow.version, axes: rest, padding: flow.padding)) }
      switch name {
      case "ReduceSum": return .flow(try merged(flow, .sum, rest, node))
      case "ReduceMean": return .flow(try merged(flow, .average, rest, node))
      default: throw node.error("takes the largest of two directions")
      }
    }
    guard unify([flow.axes[axis]], [.time]) else { throw node.error("reduces another axis than steps or directions") }
    return .flow(try overSteps(flow, rest, node))
  }

  private mutating func overSteps(_ flow: Flow, _ axes: [Axis], _ node: RecognizedNode) throws(ONNXError) -> Flow {
    switch (node.node.operatorName, flow.padding) {
    case ("ReduceSum", .zerosButLast):
      try requireVersion(flow, node.error)
      return add(RecognizedLayer(name: layerName(node), layer: .lastStep), axes: axes)
    case ("ReduceSum", .zeros):
      try requireVersion(flow, node.error)
      return Flow(version: version, axes: axes, padding: .summed)
    case ("ReduceMax", .lowest):
      try requireVersion(flow, node.error)
      return Flow(version: version, axes: axes, padding: .largest)
    case ("ReduceMean", .any), ("ReduceMean", .zeros), ("ReduceMax", .any), ("ReduceMax", .zeros):
      let kind: GlobalPool1d = node.node.operatorName == "ReduceMax" ? .max : .average
      _ = try self.flow(node)
      firstWithWholeRows = firstWithWholeRows ?? node.node
      return add(RecognizedLayer(name: layerName(node), layer: .globalPooling(kind: kind)), axes: axes)
    default: throw node.error("adds steps up")
    }
  }
}

/// The part of one axis that a node takes.
struct SliceRange {
  let axis: Int
  let start: Int
  let end: Int
  let step: Int

  init(start: Int, end: Int) { (axis, self.start, self.end, step) = (0, start, end, 1) }

  init(_ recognizer: NetworkRecognizer, _ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) {
    var (starts, ends, axes, steps): ([Int]?, [Int]?, [Int]?, [Int]?)
    if node.node.opset < 10 {
      starts = try reader.integers("starts")
      ends = try reader.integers("ends")
      axes = try reader.integers("axes")
    } else {
      starts = try recognizer.integers(node, 1).values
      ends = try recognizer.integers(node, 2).values
      axes = node.node.hasInput(3) ? try recognizer.integers(node, 3).values : nil
      steps = node.node.hasInput(4) ? try recognizer.integers(node, 4).values : nil
    }
    guard let starts, let ends, starts.count == 1, ends.count == 1, axes ?? [0] == [axes?.first ?? 0],
      steps ?? [1] == [steps?.first ?? 1]
    else { throw node.error("takes parts of several axes") }
    (start, end, axis, step) = (starts[0], ends[0], axes?.first ?? 0, steps?.first ?? 1)
  }

  /// The places of an axis of a known size; nil where they are not one after the other.
  func range(of count: Int) -> Range<Int>? {
    func place(_ number: Int) -> Int { min(max(number < 0 ? number + count : number, 0), count) }
    guard step == 1 else { return nil }
    return place(start)..<max(place(start), place(end))
  }
}
