import RecurrentLayers
import RecurrentTensor

/// A problem laid out in memory, ready to be run again and again.
protocol BenchRunnable {
  /// Runs it once.
  mutating func run()
  /// What the last run gave: the outputs, then, in training, the gradients of all parameters and of the input.
  var results: [Tensor] { get }
  /// Bytes that training held at one time besides weights, the input and the gradients that were asked for; 0 otherwise.
  var keptByteCount: Int { get }
}

/// The layers of a problem and its input, which is a parameter here, so that its gradient is computed as well.
private struct BenchModel<Layer: SequenceLayer>: Module {
  var stack: RecurrentStack<Layer>
  var input: Parameter

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("stack", &stack)
    visitor.visit("input", &input)
  }
}

private struct BenchSubject<Layer: SequenceLayer>: BenchRunnable where Layer.State: RecurrentState {
  private let mode: BenchMode
  private let lengths: [Int]?
  private let key: RandomKey?
  private let state: StackState<Layer.State>?
  private let outputGradient: Tensor
  private var model: BenchModel<Layer>
  private let scope = GradientScope()
  private var outputs: Tensor?

  init(_ problem: BenchProblem, _ elementType: ElementType, key: RandomKey, layers: [Layer]) {
    let shape = problem.shape
    let data = key.folding(.data)
    mode = problem.mode
    lengths = problem.rowLengths
    let hasTrainingMode = !problem.noise.isEmpty || problem.cell == .lstmBatchNormalized
    self.key = hasTrainingMode && problem.mode == .train ? key.folding(.dropout) : nil

    let input = Tensor(normal: [shape.steps, shape.batch, shape.inputSize], key: data.folding(0))
    model = BenchModel(stack: RecurrentStack(layers, dropout: problem.dropout), input: Parameter(input))
    model.mapParameters { _, value in value.converted(to: elementType) }

    let width = problem.inputSize(ofLayer: 1)
    outputGradient = Tensor(normal: [shape.steps, shape.batch, width], key: data.folding(1)).converted(to: elementType)
    guard problem.state == .given else {
      state = nil
      return
    }
    var number = 1
    state = StackState(
      layers: layers.map { _ in
        Layer.State(
          components: Layer.State.componentNames.map { name in
            number += 1
            // A projection narrows the hidden state, not the cell's.
            let width = name.contains("cell") ? shape.hiddenSize : problem.cell.outputSize(shape.hiddenSize)
            return Tensor(normal: [shape.batch, width], deviation: 0.5, key: data.folding(number))
              .converted(to: elementType)
          })
      })
  }

  mutating func run() {
    switch mode {
    case .infer:
      outputs = model.stack(SequenceBatch(model.input.value, lengths: lengths), from: state).outputs.values
    case .train:
      let (lengths, state) = (lengths, state)
      // Held any longer, the outputs of the run before would count as memory that this one needs.
      outputs = nil
      outputs = scope.evaluate(at: &model, key: key, outputGradient: outputGradient) { model in
        model.stack(SequenceBatch(model.input.value, lengths: lengths), from: state).outputs.values
      }
    }
  }

  var keptByteCount: Int {
    guard mode == .train, let outputs else { return 0 }
    // What remains is that of the layers alone: each layer has outputs of its own, and the input has a gradient.
    let stride = outputs.elementType.stride
    return scope.heldByteCount - (model.stack.layers.count * outputs.count + model.input.value.count) * stride
  }

  var results: [Tensor] {
    guard let outputs else { return [] }
    return [outputs] + (mode == .train ? (0..<scope.gradients.count).map { scope.gradients[$0] } : [])
  }
}

extension BenchProblem {
  /// Lays the problem out with random weights and inputs. The weights are functions of cell, I, H and L alone.
  func prepared(elementType: ElementType = .float32) -> any BenchRunnable {
    let key = RandomKey(seed: 7)
    let hidden = shape.hiddenSize
    if let variant = cell.lstmVariant(hiddenSize: hidden) {
      return subject(elementType, key) {
        LSTMVariantCell(inputSize: $0, hiddenSize: hidden, variant: variant, key: $1)
      }
    }
    if let variant = cell.gruVariant {
      return subject(elementType, key) { GRUVariantCell(inputSize: $0, hiddenSize: hidden, variant: variant, key: $1) }
    }
    switch cell {
    case .gru: return subject(elementType, key) { GRUCell(inputSize: $0, hiddenSize: hidden, key: $1) }
    case .gruResetBefore:
      return subject(elementType, key) {
        GRUCell(inputSize: $0, hiddenSize: hidden, variant: .resetBefore, key: $1)
      }
    case .rnn: return subject(elementType, key) { ElmanCell(inputSize: $0, hiddenSize: hidden, key: $1) }
    case .rnnReLU:
      return subject(elementType, key) { ElmanCell(inputSize: $0, hiddenSize: hidden, activation: .relu, key: $1) }
    case .rnnSoftsign:
      return subject(elementType, key) {
        LeakyElmanCell(inputSize: $0, hiddenSize: hidden, activation: .softsign, key: $1)
      }
    case .rnnLeaky:
      return subject(elementType, key) { LeakyElmanCell(inputSize: $0, hiddenSize: hidden, leakRate: 0.3, key: $1) }
    case .independent:
      return subject(elementType, key) {
        LeakyElmanCell(inputSize: $0, hiddenSize: hidden, activation: .relu, hasIndependentUnits: true, key: $1)
      }
    case .minimalGated:
      return subject(elementType, key) { MinimalGatedCell(inputSize: $0, hiddenSize: hidden, key: $1) }
    case .minimalGRU: return subject(elementType, key) { MinimalGRUCell(inputSize: $0, hiddenSize: hidden, key: $1) }
    case .minimalLSTM:
      return subject(elementType, key) { MinimalLSTMCell(inputSize: $0, hiddenSize: hidden, key: $1) }
    default: return subject(elementType, key) { LSTMCell(inputSize: $0, hiddenSize: hidden, key: $1) }
    }
  }

  private func subject<Cell: RecurrentCell>(
    _ elementType: ElementType, _ key: RandomKey, _ cell: (_ inputSize: Int, _ key: RandomKey) -> Cell
  ) -> any BenchRunnable {
    let start: InitialState = state == .trainable ? .trainable : .zero
    let recomputation: Recomputation = recomputes ? .automatic : .never
    let layers = 0..<shape.layers
    func cells(_ direction: Int) -> [Cell] {
      layers.map { cell(inputSize(ofLayer: $0), key.folding(2 * $0 + direction)) }
    }
    if isBidirectional {
      let both = zip(cells(0), cells(1)).map {
        BidirectionalLayer(
          forward: $0, backward: $1, initialState: start, stateDropout: droppingState, zoneout: keepingState,
          weightDrop: droppingWeights, recomputation: recomputation)
      }
      return BenchSubject(self, elementType, key: key, layers: both)
    }
    let ahead = cells(0).map {
      RecurrentLayer(
        $0, initialState: start, stateDropout: droppingState, zoneout: keepingState, weightDrop: droppingWeights,
        recomputation: recomputation)
    }
    return BenchSubject(self, elementType, key: key, layers: ahead)
  }

  private var droppingState: StateDropout? { stateDropout > 0 ? StateDropout(stateDropout, masks: .perStep) : nil }
  private var keepingState: Zoneout? { zoneout > 0 ? Zoneout(hidden: zoneout, cell: zoneout) : nil }
  private var droppingWeights: WeightDrop? { weightDrop > 0 ? WeightDrop(weightDrop) : nil }
}

extension BenchCell {
  /// What differs from the plain LSTM; nil for other cells, and for the plain one.
  fileprivate func lstmVariant(hiddenSize: Int) -> LSTMVariant? {
    var variant = LSTMVariant()
    switch self {
    case .lstmPeepholes: variant.hasPeepholes = true
    case .lstmCoupled: variant.couplesGates = true
    case .lstmProjected: variant.projectionSize = outputSize(hiddenSize)
    case .lstmNormalized: variant.normalization = .layer
    case .lstmBatchNormalized: variant.normalization = .batch(steps: 1)
    case .lstmClipped: variant.cellClip = 3
    case .lstmHard:
      variant.gateActivation = .hardSigmoid()
      variant.inputActivation = .hardTanh
      variant.outputActivation = .hardTanh
    default: return nil
    }
    return variant
  }

  /// What differs from PyTorch's GRU; nil for other cells, and for the plain ones.
  fileprivate var gruVariant: GRUVariant? {
    var variant = GRUVariant()
    switch self {
    case .gruTakesNew: variant.updateGate = .takesNewState
    case .gruNormalized: variant.normalization = .layer
    default: return nil
    }
    return variant
  }
}
