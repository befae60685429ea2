import RecurrentInterchange
import RecurrentLayers
import RecurrentTensor

extension NetworkWriter {
  /// Writes a node for each layer of a stack.
  mutating func write(
    _ layers: [RecurrentDescription], _ stack: RecurrentStack<AnySequenceLayer>, _ names: [[String]], at place: String
  ) throws(InexpressibleCell) {
    for (number, layer) in layers.enumerated() {
      let form = try RecurrentNodeForm(layer)
      let weights = RecurrentNodeWeights(
        layer.weights(of: stack.layers[number]), hiddenSize: layer.hiddenSize, form)
      let isLast = number == layers.count - 1
      write(
        layer, number, form, weights, names[number], wantsOutputs: !isLast || !isFollowedByFinalHidden(place), at: place
      )
    }
  }

  private func isFollowedByFinalHidden(_ name: String) -> Bool {
    let elements = network.description.elements
    guard let index = elements.firstIndex(where: { $0.name == name }), index + 1 < elements.count else { return false }
    return elements[index + 1].layer == .finalHidden
  }

  private mutating func write(
    _ layer: RecurrentDescription, _ number: Int, _ form: RecurrentNodeForm, _ weights: RecurrentNodeWeights,
    _ names: [String], wantsOutputs: Bool, at place: String
  ) {
    let initializers = add(weights, form, number, names, at: place)
    let states = form.operatorName == "LSTM" ? ["h", "c"] : ["h"]
    let first = states.map { hasStates ? state("\(place).\($0)_0_l\(number)", layer) : "" }
    var inputs = [value, initializers.input, initializers.hidden, initializers.bias, lengths ?? ""]
    inputs += first + [initializers.peepholes]
    let name = graph.unused("\(place)/l\(number)/\(form.operatorName)")
    let last = states.map { part in
      let isWanted = hasStates || (part == "h" && !wantsOutputs)
      return isWanted ? graph.unused(hasStates ? "\(place).\(part)_n_l\(number)" : "\(name)/Y_\(part)") : ""
    }
    let outputs = wantsOutputs ? graph.unused("\(name)/Y") : ""
    graph.add(form.operatorName, inputs, outputs: [outputs] + last, named: name, form.attributes)
    if hasStates { finalStates += last.map { ($0, stateAxes(layer)) } }
    lastHidden = (last[0], layer.directionCount)
    if wantsOutputs {
      value = outputs
      merge(layer.directions, size: layer.directionSize, at: "\(place)/l\(number)")
    }
  }

  private mutating func state(_ name: String, _ layer: RecurrentDescription) -> String {
    graph.input(name, .float, stateAxes(layer))
  }

  private func stateAxes(_ layer: RecurrentDescription) -> [GraphWriter.Axis] {
    [.fixed(layer.directionCount), .named("batch"), .fixed(layer.hiddenSize)]
  }

  /// `[T, D, N, H]` to what comes out of the layer.
  private mutating func merge(_ directions: RecurrentDescription.Directions, size: Int, at place: String) {
    switch directions {
    case .forward, .backward: value = graph.node("Squeeze", [value, graph.list([1])], at: place)
    case .both(merge: .concatenate):
      transpose([0, 2, 1, 3], at: place)
      value = graph.node("Reshape", [value, graph.list([0, 0, 2 * size])], at: place)
    case .both(merge: .sum):
      value = graph.node("ReduceSum", [value, graph.list([1])], at: place, [.integer("keepdims", 0)])
    case .both(merge: .average):
      value = graph.node("ReduceMean", [value], at: place, [.integers("axes", [1]), .integer("keepdims", 0)])
    case .both(merge: .multiply):
      let halves = ["forward", "backward"].map { graph.unused("\(place)/Split/\($0)") }
      graph.add("Split", [value], outputs: halves, named: graph.unused("\(place)/Split"), [.integer("axis", 1)])
      value = graph.node("Mul", halves, at: place)
      value = graph.node("Squeeze", [value, graph.list([1])], at: place)
    }
  }

  /// The last hidden state, both directions side by side.
  mutating func writeFinalHidden(at place: String) {
    guard let (name, directionCount) = lastHidden else { preconditionFailure("there is no recurrent layer before") }
    value = name
    if directionCount == 1 {
      value = graph.node("Squeeze", [value, graph.list([0])], at: place)
    } else {
      transpose([1, 0, 2], at: place)
      value = graph.node("Reshape", [value, graph.list([0, -1])], at: place)
    }
  }
}

// MARK: - Weights

extension NetworkWriter {
  /// Adds the weights of a node and notes what became of the layer's own.
  private mutating func add(
    _ weights: RecurrentNodeWeights, _ form: RecurrentNodeForm, _ number: Int, _ names: [String], at place: String
  ) -> (input: String, hidden: String, bias: String, peepholes: String) {
    func add(
      _ tensor: Tensor?, _ name: String, _ sources: [String], _ actions: [ConversionAudit.Action] = [],
      _ graph: inout GraphWriter, _ audit: inout ConversionAudit
    ) -> String {
      guard let tensor else { return "" }
      let target = graph.weight("\(place).\(name)_l\(number)", tensor)
      let joined: [ConversionAudit.Action] = sources.count > 1 ? [.joined] : []
      let permuted: [ConversionAudit.Action] = form.blocks.count > 1 ? [.permuted] : []
      audit.took(sources, as: target, shape: tensor.shape.dimensions, permuted + joined + form.negation + actions)
      return target
    }
    return (
      add(weights.input, "weight_ih", names.beginning(with: "weight_ih"), [], &graph, &audit),
      add(weights.hidden, "weight_hh", names.beginning(with: "weight_hh", "weight_hn"), [], &graph, &audit),
      add(
        weights.bias, "bias", names.beginning(with: "bias"), weights.fillsBias ? [.filled] : [], &graph, &audit),
      add(weights.peepholes, "peephole", names.beginning(with: "peephole"), [], &graph, &audit)
    )
  }
}
