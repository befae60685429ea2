import RecurrentInterchange
import RecurrentLayers
import RecurrentTensor

extension NetworkRecognizer {
  mutating func readRecurrent(
    _ node: RecognizedNode, _ kind: RecurrentSettings.Kind, _ reader: inout NodeReader
  ) throws(ONNXError) -> [Finding] {
    let settings = try RecurrentSettings(kind, &reader)
    let x = try flow(node)
    guard
      unify(
        x.axes.filter { $0 != .directions(1) },
        settings.isBatchMajor ? [.batch, .time, .feature] : [.time, .batch, .feature]),
      x.axes.count == 3
    else { throw node.error("reads what is no sequence of steps") }
    let layer = try recurrentLayer(node, settings)
    try checkLengths(node)
    try checkFirstStates(node, isLSTM: kind == .lstm)
    let output = addRecurrent(layer, node)
    let count = layer.description.directionCount
    let number = layers.reduce(0) { $0 + $1.recurrent.count } - 1
    let parts = (0..<count).map { LastStates.Part(layer: number, direction: $0) }
    let layout = settings.isBatchMajor ? LastStates.Layout.batchMajor : .stacked
    let axes: [Axis] =
      settings.isBatchMajor
      ? [.batch, .time, .directions(count), .feature] : [.time, .directions(count), .batch, .feature]
    return [
      .flow(Flow(version: output.version, axes: axes, padding: usesLengths ? .zeros : .any)),
      .states(LastStates(isHidden: true, parts: parts, layout: layout)),
      .states(LastStates(isHidden: false, parts: parts, layout: layout)),
    ]
  }

  /// Notes the layer, in one stack with the one before where both are of one place.
  private mutating func addRecurrent(_ layer: RecognizedRecurrentLayer, _ node: RecognizedNode) -> Flow {
    featureCount = layer.description.directionSize
    let place = recurrentPlace(node)
    if let last = layers.indices.last, let place, !layers[last].recurrent.isEmpty, layers[last].name == place {
      layers[last].recurrent.append(layer)
      version += 1
      return Flow(version: version, axes: [])
    }
    var whole = RecognizedLayer(
      name: unusedName(place ?? node.node.operatorName.lowercased()), layer: .recurrent(layers: []))
    whole.recurrent = [layer]
    return add(whole, axes: [])
  }

  /// `encoder` of weights `encoder.weight_ih_l1` or of a node `/encoder/LSTM_1`.
  private func recurrentPlace(_ node: RecognizedNode) -> String? {
    let weight = node.node.inputs[1]
    if let range = weight.range(ofLast: ".weight_ih_l"), range.lowerBound > weight.startIndex {
      return String(weight[..<range.lowerBound])
    }
    return scope(of: node)
  }

  // MARK: What a layer begins with

  private mutating func checkLengths(_ node: RecognizedNode) throws(ONNXError) {
    guard node.node.hasInput(4) else {
      firstWithWholeRows = firstWithWholeRows ?? node.node
      return
    }
    guard case .rows(let rows)? = finding(node, 4), rows.kind == .lengths, rows.axes == [.batch] else {
      throw node.error("has lengths of rows that are no input of the graph")
    }
    usesLengths = true
  }

  private mutating func checkFirstStates(_ node: RecognizedNode, isLSTM: Bool) throws(ONNXError) {
    for position in isLSTM ? 5...6 : 5...5 where node.node.hasInput(position) {
      switch finding(node, position) {
      case .firstStates: continue
      case .input(let name, _) where name != mainInput: continue
      case let found where isZero(found): continue
      default: throw node.error("begins with states that are neither zeros nor an input of the graph")
      }
    }
  }

  // MARK: The cell

  private func recurrentLayer(
    _ node: RecognizedNode, _ settings: RecurrentSettings
  ) throws(ONNXError) -> RecognizedRecurrentLayer {
    let weight = try numbers(node, 2)
    guard weight.values.shape.rank == 3, let input = try? numbers(node, 1), input.values.shape.rank == 3 else {
      throw node.error("has weights that are not in the file, or of another shape than [D, G·H, I]")
    }
    let (inputSize, hiddenSize) = (input.values.shape[2], weight.values.shape[2])
    guard inputSize > 0, hiddenSize > 0, settings.hiddenSize ?? hiddenSize == hiddenSize else {
      throw node.node.error("a layer of \(hiddenSize) units over \(inputSize) features")
    }
    let weights = try NodeTensors(self, node, settings, inputSize: inputSize, hiddenSize: hiddenSize)
    let directions: RecurrentDescription.Directions =
      settings.directions.count == 2 ? .both() : settings.directions == [.backward] ? .backward : .forward
    var description = RecurrentDescription(
      try cell(node, settings), inputSize: inputSize, hiddenSize: hiddenSize, directions: directions,
      bias: weights.bias == nil ? .none : .single)
    if weights.bias != nil, description.isFused, !weights.hasZeroHiddenBias { description.bias = .double }
    do {
      return weights.layer(description, try RecurrentNodeForm(description))
    } catch {
      throw node.error(error.reason)
    }
  }

  private func cell(
    _ node: RecognizedNode, _ settings: RecurrentSettings
  ) throws(ONNXError) -> RecurrentDescription.Cell {
    let functions = settings.functions[0].map { $0.withShortConstants }
    guard settings.functions.allSatisfy({ $0 == settings.functions[0] }) else {
      throw node.error("has other functions in one direction than in the other")
    }
    let clip = settings.clip.map { Float($0).shortest }
    switch settings.kind {
    case .lstm:
      var variant = LSTMVariant()
      variant.hasPeepholes = settings.hasPeepholes
      variant.couplesGates = settings.couplesGates
      variant.gateClip = clip
      variant.gateActivation = functions[0]
      variant.inputActivation = functions[1]
      variant.outputActivation = functions[2]
      return .lstm(variant: variant)
    case .gru:
      var variant = GRUVariant()
      variant.reset = settings.reset
      variant.gateClip = clip
      variant.gateActivation = functions[0]
      variant.candidateActivation = functions[1]
      return .gru(variant: variant)
    case .rnn:
      guard clip == nil else { throw node.error("limits what goes into the function, which no RNN here does") }
      return .elman(activation: functions[0])
    }
  }
}

extension Float {
  /// The number of the fewest digits that rounds to this one: what somebody has written before it was rounded.
  fileprivate var shortest: Double { Double("\(self)") ?? Double(self) }
}

extension CellActivation {
  /// The same function with constants as somebody has written them before they were rounded.
  fileprivate var withShortConstants: CellActivation {
    let (a, b) = (Float(p).shortest, Float(q).shortest)
    return switch self {
    case .affine(scale: 1, offset: 0): .identity
    case .affine(scale: p, offset: q): .affine(scale: a, offset: b)
    case .hardSigmoid(slope: p, offset: q): .hardSigmoid(slope: a, offset: b)
    case .leakyReLU(slope: p): .leakyReLU(slope: a)
    case .elu(scale: p): .elu(scale: a)
    case _ where p >= 0 && self == .thresholdedReLU(threshold: p): .thresholdedReLU(threshold: a)
    case _ where p != 0 && q != 0 && self == .scaledTanh(outer: p, inner: q): .scaledTanh(outer: a, inner: b)
    default: self
    }
  }
}

extension String {
  /// Where a text stands last.
  fileprivate func range(ofLast text: String) -> Range<Index>? {
    var end = endIndex
    while let start = index(end, offsetBy: -text.count, limitedBy: startIndex) {
      if self[start..<end] == text { return start..<end }
      end = index(before: end)
    }
    return nil
  }
}
