import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// One case of the golden values of recurrent layers, as its name describes it:
/// `lstm-l2-bi-bias2-i3-h5-n4-t7-ragged-given`.
struct GoldenCase: Sendable {
  let name: String
  let cell: String
  let layers: Int
  let directions: Int
  let bias: RecurrentBias
  let inputSize: Int
  let hiddenSize: Int

  init(_ name: String) throws {
    let parts = name.split(separator: "-").map(String.init)
    func number(_ position: Int, _ prefix: String) throws -> Int {
      let part = parts[position]
      return try #require(part.hasPrefix(prefix) ? Int(part.dropFirst(prefix.count)) : nil)
    }
    try #require(parts.count == 10)
    self.name = name
    cell = parts[0]
    layers = try number(1, "l")
    directions = parts[2] == "bi" ? 2 : 1
    bias = try [RecurrentBias.none, .single, .double][number(3, "bias")]
    inputSize = try number(4, "i")
    hiddenSize = try number(5, "h")
  }

  /// Runs the case through the library's layers.
  func run(_ fixture: Fixture, elementType: ElementType) throws -> GoldenErrors {
    let key = RandomKey(seed: 0)
    switch cell {
    case "lstm":
      return try run(fixture, elementType) { LSTMCell(inputSize: $0, hiddenSize: hiddenSize, bias: bias, key: key) }
    case "gru", "gru_before":
      let variant: GRUCell.Variant = cell == "gru" ? .resetAfter : .resetBefore
      return try run(fixture, elementType) {
        GRUCell(inputSize: $0, hiddenSize: hiddenSize, variant: variant, bias: bias, key: key)
      }
    default:
      let activation = try #require(GoldenCase.activations[cell])
      return try run(fixture, elementType) {
        ElmanCell(inputSize: $0, hiddenSize: hiddenSize, activation: activation, bias: bias, key: key)
      }
    }
  }

  private static let activations: [String: ElmanCell.Activation] = [
    "rnn_tanh": .tanh, "rnn_relu": .relu, "rnn_leaky": .leakyReLU(slope: 0.1), "rnn_sigmoid": .sigmoid,
    "rnn_identity": .identity,
  ]

  private func run<Cell: RecurrentCell>(
    _ fixture: Fixture, _ elementType: ElementType, _ makeCell: (_ inputSize: Int) -> Cell
  ) throws -> GoldenErrors {
    let cells = (0..<layers * directions).map { number in
      makeCell(number < directions ? inputSize : directions * hiddenSize)
    }
    if directions == 1 {
      return try measure(RecurrentStack(cells.map { RecurrentLayer($0) }), fixture, elementType)
    }
    let layers = (0..<layers).map { BidirectionalLayer(forward: cells[2 * $0], backward: cells[2 * $0 + 1]) }
    return try measure(RecurrentStack(layers), fixture, elementType)
  }

  // MARK: Comparing

  private func measure<Layer: SequenceLayer>(
    _ stack: RecurrentStack<Layer>, _ fixture: Fixture, _ elementType: ElementType
  ) throws -> GoldenErrors where Layer.State: RecurrentState {
    let names = fixture.names(in: name)
    let resultNames = names.filter { ["output", "h_n", "c_n"].contains($0) }
    let argumentNames = names.filter { !$0.contains("/") && $0 != "lengths" && !resultNames.contains($0) }
    func tensors(_ names: [String], prefix: String = "") throws -> [String: Tensor] {
      try Dictionary(
        uniqueKeysWithValues: names.map { name in
          (ours(name), try fixture.tensor(prefix + name, in: self.name).converted(to: elementType))
        })
    }
    let arguments = try tensors(argumentNames)
    let upstream = try tensors(resultNames, prefix: "upstream/")

    var model = GoldenModel(stack: stack, arguments: arguments)
    model.mapParameters { _, value in value.converted(to: elementType) }
    try model.load(arguments)
    let lengths = try fixture.integers("lengths", in: name).map(Int.init)
    let scope = GradientScope()
    let results = scope.evaluate(at: &model) { model in
      let results = model.results(lengths: lengths, directions: directions)
      let loss = upstream.sorted { $0.key < $1.key }.reduce(Tensor(0).converted(to: elementType)) { sum, entry in
        results[entry.key].map { sum + ($0 * entry.value).sum() } ?? sum
      }
      return (loss, results.mapValues { $0.detached() })
    }.auxiliary

    var errors = GoldenErrors(elementType)
    for name in resultNames { try errors.addResult(results[name], fixture.tensor(name, in: self.name), name) }
    let positions = Dictionary(uniqueKeysWithValues: model.parameters.enumerated().map { ($1.path, $0) })
    for argument in argumentNames {
      let gradient = try scope.gradients[#require(positions[ours(argument)])]
      try errors.addGradient(gradient, fixture.tensor("grad/\(argument)", in: name), argument)
    }
    return errors
  }

  /// What the library calls an argument of the case.
  private func ours(_ argument: String) -> String {
    guard cell == "gru_before", argument.hasPrefix("weight_hh") else { return argument }
    return "weight_hh_reset_before" + argument.dropFirst("weight_hh".count)
  }
}

/// A stack with its inputs and first states as parameters, so that their gradients can be asked for.
private struct GoldenModel<Layer: SequenceLayer>: Module where Layer.State: RecurrentState {
  var stack: RecurrentStack<Layer>
  var x: Parameter
  var hidden: Parameter?
  var cell: Parameter?

  init(stack: RecurrentStack<Layer>, arguments: [String: Tensor]) {
    self.stack = stack
    x = Parameter(arguments["x"] ?? Tensor(0))
    hidden = arguments["h0"].map { Parameter($0) }
    cell = arguments["c0"].map { Parameter($0) }
  }

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    stack.visit(&visitor)
    visitor.visit("x", &x)
    visitor.visit("h0", &hidden)
    visitor.visit("c0", &cell)
  }

  /// `output`, `h_n` and, of an LSTM, `c_n`, in the shapes of PyTorch.
  func results(lengths: [Int], directions: Int) -> [String: Tensor] {
    let given = [hidden, cell].compactMap { $0?.value }
    let states = stack.layers.indices.map { layer in
      let rows = (0..<directions).map { layer * directions + $0 }
      return given.isEmpty ? nil : Layer.State(components: rows.flatMap { row in given.map { $0[row] } })
    }
    let isFull = lengths.allSatisfy { $0 == x.value.shape[0] }
    let (outputs, last) = stack(
      SequenceBatch(x.value, lengths: isFull ? nil : lengths),
      from: given.isEmpty ? nil : StackState(layers: states.compactMap { $0 }))
    let parts = last.layers.flatMap(\.components)
    let partCount = parts.count / (stack.layers.count * directions)
    var results = ["output": outputs.values]
    for (part, name) in ["h_n", "c_n"].prefix(partCount).enumerated() {
      results[name] = Tensor(stacking: stride(from: part, to: parts.count, by: partCount).map { parts[$0] })
    }
    return results
  }
}

/// How far the library is from the golden values, as shares of what is allowed.
struct GoldenErrors {
  private let forward: Tolerance
  private let gradient: Tolerance
  private(set) var worstResult = (share: 0.0, name: "")
  private(set) var worstGradient = (share: 0.0, name: "")

  /// In double precision only the rounding of the golden values to float is left.
  init(_ elementType: ElementType) {
    forward = elementType == .float32 ? .forward : .rounding
    gradient = elementType == .float32 ? .gradient : .rounding
  }

  mutating func addResult(_ measured: Tensor?, _ truth: Tensor, _ name: String) {
    let share = measured.map { forward.used($0, truth) } ?? .infinity
    if share > worstResult.share { worstResult = (share, name) }
  }

  mutating func addGradient(_ measured: Tensor, _ truth: Tensor, _ name: String) {
    let share = gradient.used(measured, truth)
    if share > worstGradient.share { worstGradient = (share, name) }
  }
}
