import RecurrentLayers
import RecurrentTensor

// Nodes that move axes, or take parts of them.
extension NetworkRecognizer {
  mutating func readTranspose(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    let order = try reader.integers("perm")
    func permuted(_ axes: [Axis]) throws(ONNXError) -> [Axis] {
      let order = order ?? Array(axes.indices.reversed())
      guard order.sorted() == Array(axes.indices) else { throw node.node.error("attribute 'perm' is \(order)") }
      return order.map { axes[$0] }
    }
    switch finding(node, 0) {
    case .flow(var flow):
      flow.axes = try permuted(flow.axes)
      return .flow(flow)
    case .input(let name, let axes): return .input(name, try permuted(axes))
    case .states(var states) where order == [1, 0, 2] && states.layout != .sideBySide:
      states.layout = states.layout == .stacked ? .batchMajor : .stacked
      return .states(states)
    case .numbers(let numbers):
      let order = order ?? Array((0..<numbers.values.shape.rank).reversed())
      guard order.sorted() == Array(0..<numbers.values.shape.rank) else {
        throw node.node.error("attribute 'perm' is \(order)")
      }
      let values = numbers.values.permuted(order)
      return .numbers(NamedNumbers(name: numbers.name, values: values, convertedFrom: numbers.convertedFrom))
    case .zeros: return .zeros
    case .firstStates: return .firstStates
    default: throw node.error("transposes what is no sequence")
    }
  }

  /// Axes are an attribute up to operator set 12, and an input from 13 on.
  func axes(_ node: RecognizedNode, _ reader: inout NodeReader, inputFrom opset: Int = 13) throws(ONNXError) -> [Int]? {
    if node.node.opset < opset { return try reader.integers("axes") }
    return node.node.hasInput(1) ? try integers(node, 1).values : nil
  }

  mutating func readSqueeze(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    let named = try axes(node, &reader)
    switch finding(node, 0) {
    case .flow(let flow): return .flow(try squeezed(flow, named, node))
    case .states(var states):
      guard states.parts.count == 1, let named, named == [states.layout == .stacked ? 0 : 1],
        states.layout != .sideBySide
      else { throw node.error("takes an axis of states away that is not their only part") }
      states.layout = .sideBySide
      states.place = scope(of: node)
      return .states(states)
    case .integers, .sizes, .zeros, .firstStates: return try passed(node)
    case .input(let name, _) where name != mainInput: return .firstStates
    default: throw node.error("takes an axis away from what is no sequence")
    }
  }

  private mutating func squeezed(_ flow: Flow, _ named: [Int]?, _ node: RecognizedNode) throws(ONNXError) -> Flow {
    var gone: Set<Int> = []
    for axis in named ?? [] { gone.insert(try node.node.axis(axis, rank: flow.axes.count)) }
    let small: Set<Axis> = [.directions(1), .single, .lastStep]
    if named == nil { gone = Set(flow.axes.indices.filter { small.contains(flow.axes[$0]) }) }
    guard gone.allSatisfy({ small.contains(flow.axes[$0]) }) else {
      throw node.error("takes an axis away that is no single one")
    }
    let axes = flow.axes.indices.filter { !gone.contains($0) }.map { flow.axes[$0] }
    return try dropped(flow, gone.contains { flow.axes[$0] == .lastStep }, axes, node)
  }

  /// The flow with fewer axes; without that of the last step this is a layer.
  private mutating func dropped(
    _ flow: Flow, _ dropsLastStep: Bool, _ axes: [Axis], _ node: RecognizedNode
  ) throws(ONNXError) -> Flow {
    guard dropsLastStep else { return Flow(version: flow.version, axes: axes, padding: flow.padding) }
    return try addLastStep(Flow(version: flow.version, axes: axes), node)
  }

  private mutating func addLastStep(_ flow: Flow, _ node: RecognizedNode) throws(ONNXError) -> Flow {
    try requireVersion(flow, node.error)
    firstWithWholeRows = firstWithWholeRows ?? node.node
    return add(RecognizedLayer(name: layerName(node), layer: .lastStep), axes: flow.axes)
  }

  func passed(_ node: RecognizedNode) throws(ONNXError) -> Finding {
    guard let found = finding(node, 0) else { throw node.error("reads nothing") }
    return found
  }

  mutating func readUnsqueeze(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    guard let named = try axes(node, &reader) else { throw node.node.error("there are no axes") }
    switch finding(node, 0) {
    case .rows(var rows):
      guard named.count == 1 else { throw node.error("adds several axes") }
      rows.axes.insert(.single, at: try node.node.axis(named[0], rank: rows.axes.count + 1))
      return .rows(rows)
    case .states(var states) where states.layout == .sideBySide && states.parts.count == 1 && named == [0]:
      states.layout = .stacked
      return .states(states)
    case .integers, .sizes, .zeros, .firstStates: return try passed(node)
    case .input(let name, let axes) where name != mainInput && axes.count == 2 && !layers.isEmpty: return .firstStates
    default: throw node.error("adds an axis to what is no state")
    }
  }

  // MARK: Reshape and Flatten

  mutating func readReshape(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    let allowsZero = node.node.opset >= 14 ? try reader.flag("allowzero") : false
    switch finding(node, 0) {
    case .integers, .sizes, .zeros, .firstStates: return try passed(node)
    default: break
    }
    guard let sizes = sizes(finding(node, 1)) else { throw node.error("makes a shape of what is no size") }
    let target = Target(sizes: sizes, keepsZero: !allowsZero)
    switch finding(node, 0) {
    case .flow(let flow): return .flow(try reshaped(flow, target, node))
    case .states(var states):
      guard let last = layers.last?.recurrent.last, states.layout == .batchMajor || states.parts.count == 1 else {
        throw node.error("gives states another shape than directions side by side")
      }
      let width = states.parts.count * last.description.directionSize
      let old: [Axis] =
        states.layout == .batchMajor ? [.batch, .directions(0), .feature] : [.single, .batch, .feature]
      guard target.fits([(.batch, nil), (.feature, width)], of: old, self) else {
        throw node.error("gives states another shape than directions side by side")
      }
      states.layout = .sideBySide
      states.place = scope(of: node)
      return .states(states)
    default: throw node.error("gives what is no sequence another shape")
    }
  }

  private mutating func reshaped(_ flow: Flow, _ target: Target, _ node: RecognizedNode) throws(ONNXError) -> Flow {
    let axes = flow.axes.map(resolved)
    func fits(_ new: [Axis], last: Int? = nil) -> Bool {
      let sizes = new.enumerated().map { ($1, $0 == new.count - 1 ? last ?? size(of: $1) : size(of: $1)) }
      return target.fits(sizes, of: axes, self)
    }
    // Directions beside the features they give.
    if axes.count >= 2, case .directions(let count) = axes[axes.count - 2], axes.last == .feature, let featureCount {
      let new = axes.dropLast(2) + [.feature]
      if fits(Array(new), last: count * featureCount) {
        return count == 1
          ? Flow(version: flow.version, axes: Array(new), padding: flow.padding)
          : try merged(flow, .concatenate, Array(new), node)
      }
    }
    // An axis of size 1 that goes.
    for (place, axis) in axes.enumerated() where [.directions(1), .single, .lastStep].contains(axis) {
      var new = axes
      new.remove(at: place)
      if fits(new) { return try dropped(flow, axis == .lastStep, new, node) }
    }
    // All steps as one vector.
    if axes == [.batch, .feature, .time] {
      if target.sizes.count == 2, let size = target.sizes[1].value, size > 0, target.fitsBatch(self) {
        return try flattened(flow, node)
      }
      if fits([.batch, .flattened]) { return try flattened(flow, node) }
    }
    throw node.error("gives a sequence another shape than directions or steps side by side")
  }

  private mutating func flattened(_ flow: Flow, _ node: RecognizedNode) throws(ONNXError) -> Flow {
    firstWithWholeRows = firstWithWholeRows ?? node.node
    flattenName = scope(of: node) ?? "flatten"
    return Flow(version: flow.version, axes: [.batch, .flattened])
  }

  mutating func readFlatten(_ node: RecognizedNode, _ reader: inout NodeReader) throws(ONNXError) -> Finding {
    let axis = try reader.integer("axis", default: 1)
    guard case .flow(let flow)? = finding(node, 0), axis == 1 else { throw node.error("flattens what is no sequence") }
    let axes = flow.axes.map(resolved)
    switch axes {
    case [.batch, .feature, .single], [.batch, .single, .feature]:
      return .flow(Flow(version: flow.version, axes: [.batch, .feature]))
    case [.batch, .lastStep, .feature], [.batch, .feature, .lastStep]:
      return .flow(try addLastStep(Flow(version: flow.version, axes: [.batch, .feature]), node))
    case [.batch, .feature, .time]: return .flow(try flattened(flow, node))
    default: throw node.error("flattens steps in another order than channel by channel")
    }
  }

  /// The merge of the two directions of the last recurrent layer.
  mutating func merged(
    _ flow: Flow, _ merge: DirectionMerge, _ axes: [Axis], _ node: RecognizedNode
  ) throws(ONNXError) -> Flow {
    try requireVersion(flow, node.error)
    guard let last = layers.indices.last, let layer = layers[last].recurrent.indices.last else {
      throw node.error("merges directions of no recurrent layer")
    }
    layers[last].recurrent[layer].description.directions = .both(merge: merge)
    featureCount = layers[last].recurrent[layer].description.outputSize
    version += 1
    return Flow(version: version, axes: axes, padding: flow.padding)
  }

  /// Sizes from integers of the file or from shapes.
  func sizes(_ found: Finding?) -> [Size]? {
    switch found {
    case .integers(let integers): integers.values.map { Size(value: $0) }
    case .sizes(let sizes): sizes
    default: nil
    }
  }
}

/// The shape that a node asks for.
struct Target {
  let sizes: [Size]
  /// Whether 0 stands for the size that the axis has.
  let keepsZero: Bool

  /// Whether a value with the given axes becomes one with these axes, each of a size if it is known: every size is shown to be
  /// right, but for one that follows from the others.
  func fits(_ new: [(axis: Axis, size: Int?)], of old: [Axis], _ recognizer: NetworkRecognizer) -> Bool {
    guard new.count == sizes.count else { return false }
    var free = 0
    for (place, pair) in zip(new, sizes).enumerated() {
      let (wanted, size) = pair
      switch size.value {
      case 0 where keepsZero:
        guard place < old.count, recognizer.resolved(old[place]) == wanted.axis, wanted.axis != .flattened,
          wanted.axis != .feature || wanted.size == recognizer.featureCount
        else { return false }
      case -1: free += 1
      case let value?:
        guard value == wanted.size else { return false }
      case nil:
        if let axis = size.axis, recognizer.resolved(axis) == wanted.axis, wanted.axis != .feature { continue }
        free += 1
      }
    }
    return free <= 1
  }

  /// Whether the first axis stays.
  fileprivate func fitsBatch(_ recognizer: NetworkRecognizer) -> Bool {
    switch sizes[0].value {
    case -1: true
    case 0: keepsZero
    case let value?: value == recognizer.size(of: .batch)
    case nil: sizes[0].axis.map(recognizer.resolved) == .batch
    }
  }
}
