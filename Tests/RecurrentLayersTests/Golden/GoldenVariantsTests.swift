import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Cells with options against ONNX Runtime and PyTorch.
struct GoldenVariantsTests {
  static let key = RandomKey(seed: 71)
  static let inputs = 3
  static let hidden = 5

  /// Gives a cell the golden weights. ONNX has two biases, which we add up but for that which a reset gate multiplies.
  private func load(_ cell: inout some EquationCell, _ fixture: Fixture, _ name: String) throws {
    var golden: [String: Tensor] = [:]
    for entry in fixture.names(in: name) where entry.hasPrefix("weight") || entry.hasPrefix("peephole") {
      golden[entry] = try fixture.tensor(entry, in: name)
    }
    if fixture.names(in: name).contains("bias_ih") {
      let (outer, inner) = (try fixture.tensor("bias_ih", in: name), try fixture.tensor("bias_hh", in: name))
      golden["bias"] = outer + inner
      if cell.weights["bias_hn"] != nil {
        let first = 2 * Self.hidden
        golden["bias"] =
          outer + Tensor(concatenating: [inner.slice(axis: 0, 0..<first), Tensor(zeros: [Self.hidden])], axis: 0)
        golden["bias_hn"] = inner.slice(axis: 0, first..<first + Self.hidden)
      }
    }
    if cell.weights["weight_hn"] != nil, let whole = golden["weight_hh"] {
      golden["weight_hh"] = whole.slice(axis: 0, 0..<2 * Self.hidden)
      golden["weight_hn"] = whole.slice(axis: 0, 2 * Self.hidden..<3 * Self.hidden)
    }
    if cell.weights.inputHidden.value.shape[0] == 3 * Self.hidden && name.hasPrefix("lstm") { couple(&golden) }
    let known = cell.parameters.map(\.path)
    #expect(Set(known) == Set(golden.keys), "\(name)")
    cell.mapParameters { path, value in golden[path] ?? value }
  }

  /// ONNX couples f = 1 - i, we i = 1 - f: since 1 - σ(x) = σ(-x), our f has the weights of its i with the other sign.
  private func couple(_ golden: inout [String: Tensor]) {
    for name in ["weight_ih", "weight_hh", "bias"] {
      guard let whole = golden[name] else { continue }
      let rows = whole.split(into: 4, axis: 0)
      golden[name] = Tensor(concatenating: [-rows[0], rows[2], rows[3]], axis: 0)
    }
    golden["peephole_f"] = golden.removeValue(forKey: "peephole_i").map { -$0 }
  }

  private func compare(_ actual: Tensor, _ fixture: Fixture, _ entry: String, _ name: String) throws {
    let share = Tolerance.forward.used(actual, try fixture.tensor(entry, in: name))
    #expect(share <= 1, "\(name)/\(entry): \(share) of the tolerance")
    recordFigure("golden_variant_worst", share)
  }

  private static let lstm: [String: LSTMCase] = [
    "plain": LSTMCase("plain") { _ in },
    "peepholes": LSTMCase("peepholes") { $0.hasPeepholes = true },
    "clip": LSTMCase("clip") { $0.gateClip = 0.25 },
    "hard": LSTMCase("hard") {
      $0.gateActivation = .hardSigmoid(slope: 0.25)
      $0.inputActivation = .softsign
    },
    "coupled": LSTMCase("coupled") { $0.couplesGates = true },
    "all": LSTMCase("all") {
      $0.hasPeepholes = true
      $0.couplesGates = true
      $0.gateClip = 0.5
    },
  ]

  @Test(arguments: ["plain", "peepholes", "clip", "hard", "coupled", "all"])
  func lstmAgreesWithONNXRuntime(_ name: String) throws {
    let fixture = try Fixture("cells/onnx")
    let variant = try #require(Self.lstm[name]).variant
    var cell = LSTMVariantCell(inputSize: Self.inputs, hiddenSize: Self.hidden, variant: variant, key: Self.key)
    let name = "lstm-\(name)"
    try load(&cell, fixture, name)
    let batch = SequenceBatch(
      try fixture.tensor("input", in: name), lengths: try fixture.integers("lengths", in: name).map(Int.init))
    let state = LSTMState(hidden: try fixture.tensor("h0", in: name), cell: try fixture.tensor("c0", in: name))
    let (outputs, last) = cell.scan(batch, from: state, direction: .forward)
    try compare(outputs.values, fixture, "output", name)
    try compare(last.hidden, fixture, "h_n", name)
    try compare(last.cell, fixture, "c_n", name)
  }

  @Test(arguments: ["after", "before", "after-clip", "before-hard"])
  func gruAgreesWithONNXRuntime(_ name: String) throws {
    let fixture = try Fixture("cells/onnx")
    var variant = GRUVariant()
    variant.reset = name.hasPrefix("after") ? .resetAfter : .resetBefore
    if name.hasSuffix("clip") { variant.gateClip = 0.25 }
    if name.hasSuffix("hard") {
      variant.gateActivation = .hardSigmoid(slope: 0.25)
      variant.candidateActivation = .softsign
    }
    var cell = GRUVariantCell(inputSize: Self.inputs, hiddenSize: Self.hidden, variant: variant, key: Self.key)
    let name = "gru-\(name)"
    try load(&cell, fixture, name)
    let batch = SequenceBatch(
      try fixture.tensor("input", in: name), lengths: try fixture.integers("lengths", in: name).map(Int.init))
    let state = HiddenState(hidden: try fixture.tensor("h0", in: name))
    let (outputs, last) = cell.scan(batch, from: state, direction: .forward)
    try compare(outputs.values, fixture, "output", name)
    try compare(last.hidden, fixture, "h_n", name)
  }

  static let activations: [(String, CellActivation)] = [
    ("tanh", .tanh), ("relu", .relu), ("sigmoid", .sigmoid), ("softsign", .softsign), ("softplus", .softplus),
    ("leaky", .leakyReLU(slope: 0.125)), ("thresholded", .thresholdedReLU(threshold: 0.25)),
    ("hard-sigmoid", .hardSigmoid(slope: 0.25)), ("elu", .elu(scale: 0.75)),
    ("affine", .affine(scale: 0.75, offset: 0.125)), ("scaled-tanh", .scaledTanh(outer: 1.5, inner: 0.75)),
  ]

  @Test(arguments: activations)
  func activationsAgreeWithONNXRuntime(_ name: String, _ activation: CellActivation) throws {
    let fixture = try Fixture("cells/onnx")
    var cell = LeakyElmanCell(
      inputSize: Self.inputs, hiddenSize: Self.hidden, activation: activation, key: Self.key)
    let name = "rnn-\(name)"
    try load(&cell, fixture, name)
    let batch = SequenceBatch(
      try fixture.tensor("input", in: name), lengths: try fixture.integers("lengths", in: name).map(Int.init))
    let (outputs, last) = cell.scan(
      batch, from: HiddenState(hidden: try fixture.tensor("h0", in: name)), direction: .forward)
    try compare(outputs.values, fixture, "output", name)
    try compare(last.hidden, fixture, "h_n", name)
  }

  /// With gradients, against values computed in double.
  @Test(arguments: [1, 3]) func projectionAgreesWithPyTorch(_ width: Int) throws {
    let fixture = try Fixture("cells/torch")
    let name = "projection-\(width)"
    var variant = LSTMVariant()
    variant.projectionSize = width
    var cell = LSTMVariantCell(inputSize: Self.inputs, hiddenSize: Self.hidden, variant: variant, key: Self.key)
    try load(&cell, fixture, name)
    var model = ProjectionRun(
      cell: cell, input: Parameter(try fixture.tensor("input", in: name)),
      h0: Parameter(try fixture.tensor("h0", in: name)), c0: Parameter(try fixture.tensor("c0", in: name)))
    let upstream = try ["output", "h_n", "c_n"].map { try fixture.tensor("upstream/\($0)", in: name) }
    let scope = GradientScope()
    let results = scope.evaluate(at: &model) { model in
      let results = model()
      let loss = zip(results, upstream).map { ($0 * $1).sum() }.reduce(Tensor(0)) { $0 + $1 }
      return (loss, results.map { $0.detached() })
    }.auxiliary
    for (result, entry) in zip(results, ["output", "h_n", "c_n"]) { try compare(result, fixture, entry, name) }
    let names = ["weight_ih", "bias", "weight_hh", "weight_hr", "input", "h0", "c0"]
    for (index, entry) in names.enumerated() {
      let truth = try fixture.tensor("grad/\(entry == "bias" ? "bias_ih" : entry)", in: name)
      let share = Tolerance.gradient.used(scope.gradients[index], truth)
      #expect(share <= 1, "\(name)/grad/\(entry): \(share) of the tolerance")
    }
  }
}

/// A cell and what it runs on, so that all of it gets gradients.
private struct ProjectionRun: Module {
  var cell: LSTMVariantCell
  var input: Parameter
  var h0: Parameter
  var c0: Parameter

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("cell", &cell)
    visitor.visit("input", &input)
    visitor.visit("h0", &h0)
    visitor.visit("c0", &c0)
  }

  func callAsFunction() -> [Tensor] {
    let state = LSTMState(hidden: h0.value, cell: c0.value)
    let (outputs, last) = cell.scan(SequenceBatch(input.value), from: state, direction: .forward)
    return [outputs.values, last.hidden, last.cell]
  }
}
