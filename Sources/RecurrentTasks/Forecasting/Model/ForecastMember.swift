public import RecurrentLayers
public import RecurrentTensor

/// Recurrent layers, a linear head and, if asked for, what makes their work easier: linear maps from the features of the last
/// step or from the whole window straight to the forecast, and last values of seasons that the forecast is added to.
///
/// With these the recurrent layers only have to learn what a linear autoregression or a repeated season misses.
public struct ForecastMember: Module {
  /// What each series is turned into, beside the features of its steps.
  public var embedding: Embedding?
  /// The recurrent layers.
  public var stack: RecurrentStack<AnySequenceLayer>
  /// What drops outputs of the last layer in training.
  public var dropout: Dropout
  /// From the last layer's outputs to the forecast.
  public var head: Linear
  /// From a step's features to the forecast; zero at first.
  public var skip: Linear?
  /// From all targets of a window to the forecast; zero at first.
  public var windowSkip: Linear?
  /// How much each season counts at each step ahead, as logits `[L, H]`: equal at first.
  public var baseGate: Parameter?
  private let shape: ForecastNetworkShape

  /// What flows from one part of a series to the next.
  public typealias State = StackState<AnyState>

  /// A network with random weights.
  ///
  /// - Parameters:
  ///   - architecture: The recurrent layers.
  ///   - shape: The sizes.
  ///   - key: Where the random numbers come from.
  public init(_ architecture: RecurrentArchitecture, shape: ForecastNetworkShape, key: RandomKey) {
    self.shape = shape
    embedding = shape.embedding.map { Embedding(vocabularySize: $0.series, size: $0.size, key: key.folding(3)) }
    stack = architecture.makeStack(inputSize: shape.inputSize + (shape.embedding?.size ?? 0), key: key.folding(0))
    dropout = Dropout(architecture.dropout)
    head = Linear(inputSize: stack.outputSize, outputSize: shape.outputSize, key: key.folding(1))
    func zeros(_ inputSize: Int) -> Linear {
      Linear(
        inputSize: inputSize, outputSize: shape.outputSize, hasBias: false, initializer: .zeros, key: key.folding(2))
    }
    skip = shape.hasSkip ? zeros(shape.inputSize) : nil
    windowSkip = shape.windowLength.map { zeros($0 * shape.targets) }
    baseGate = shape.bases > 1 ? Parameter(Tensor(zeros: [shape.bases, shape.horizon])) : nil
  }

  /// Visits embedding, layers, head, skips and gate.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("embedding", &embedding)
    visitor.visit("stack", &stack)
    visitor.visit("dropout", &dropout)
    visitor.visit("head", &head)
    visitor.visit("skip", &skip)
    visitor.visit("window_skip", &windowSkip)
    visitor.visit("base_gate", &baseGate)
  }

  /// A forecast at every step: features `[T, N, C]` to `[T, N, P * H * K]`, with the states after the last step.
  public func callAsFunction(_ features: SequenceBatch, from state: State? = nil) -> (Tensor, State) {
    let (outputs, finalState) = stack(features, from: state)
    var forecast = head(dropout(outputs.values))
    if let skip { forecast = forecast + skip(features.values) }
    return (forecast, finalState)
  }

  /// A forecast at the last real step only, `[N, P * H * K]`.
  public func last(_ inputs: ForecastInputs) -> Tensor {
    let (outputs, _) = stack(features(inputs), from: nil)
    var forecast = head(dropout(outputs.last))
    if let skip { forecast = forecast + skip(inputs.sequence.last) }
    if let windowSkip, let values = inputs.values { forecast = forecast + windowSkip(values) }
    if let bases = inputs.bases { forecast = forecast + base(bases) }
    return forecast
  }

  /// The features of each step that is seen, with the vector of its series beside them.
  private func features(_ inputs: ForecastInputs) -> SequenceBatch {
    var sequence = inputs.sequence
    if let steps = shape.visibleSteps, steps < sequence.stepCount {
      sequence = SequenceBatch(sequence.values.slice(axis: 0, sequence.stepCount - steps..<sequence.stepCount))
    }
    guard let embedding, let series = inputs.series else { return sequence }
    let vectors = embedding.weight.value.rows(at: series)
    let everywhere = Tensor(zeros: [sequence.stepCount, 1, 1]) + vectors
    return SequenceBatch(Tensor(concatenating: [sequence.values, everywhere], axis: 2))
  }

  /// What is added to the locations: the last values of the seasons, `[L, N, H * K]`, each as much as its gate lets through.
  private func base(_ bases: Tensor) -> Tensor {
    let (count, rows) = (bases.shape[0], bases.shape[1])
    var mix = bases.slice(axis: 0, 0..<1)
    if let baseGate {
      let shares = softmax(baseGate.value.transposed()).transposed().reshaped(to: [count, 1, shape.horizon, 1])
      let values = bases.reshaped(to: [count, rows, shape.horizon, shape.targets])
      mix = (shares * values).sum(axis: 0)
    }
    let location = mix.reshaped(to: [rows, shape.horizon * shape.targets])
    if shape.parameters == 1 { return location }
    let rest = Tensor(zeros: [rows, (shape.parameters - shape.locations) * shape.horizon * shape.targets])
    return Tensor(concatenating: Array(repeating: location, count: shape.locations) + [rest], axis: 1)
  }
}
