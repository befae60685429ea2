public import RecurrentTensor

/// A reservoir (Jaeger, "The echo state approach to analysing and training recurrent neural networks", 2001): leaky-integrator
/// units under fixed weights, of which only a readout is trained.
///
///     x(t) = (1 − a) x(t−1) + a f(W_in u(t) + W x(t−1) + b)
///
/// Its weights are parameters that are frozen, so that a reservoir is saved and loaded like any cell and stands in layers
/// and stacks; gradients pass through it to what feeds it.
///
/// | here | ReservoirPy |
/// |---|---|
/// | `inputHidden` `[H, I]` | `Win` |
/// | `hiddenHidden` `[H, H]` | `W` |
/// | `bias` `[H]` | `bias` |
/// | `leakRates` `[H]` | `lr` |
public struct Reservoir: RecurrentCell {
  /// W_in, `[H, I]`; where outputs are fed back they are the last of the inputs.
  public var inputHidden: Parameter
  /// W, `[H, H]`. Products take the time of its elements that are not 0; the matrix itself is kept whole.
  public var hiddenHidden: Parameter
  /// b, `[H]`; nil for none.
  public var bias: Parameter?
  /// a, `[H]`.
  public var leakRates: Parameter
  /// f
  public let activation: ReservoirActivation
  private let inputCache = LinearCache()
  private let cache = ReservoirCache()

  /// A reservoir of given matrices.
  ///
  /// - Parameters:
  ///   - inputWeights: W_in, `[H, I]`.
  ///   - recurrentWeights: W, `[H, H]`.
  ///   - bias: b, `[H]`, or nil for none.
  ///   - leakRates: a, `[H]`, or `[1]` for the same of all units.
  ///   - activation: f.
  public init(
    inputWeights: Tensor, recurrentWeights: Tensor, bias: Tensor? = nil, leakRates: Tensor = Tensor([1]),
    activation: ReservoirActivation = .tanh
  ) {
    requireRank(2, inputWeights.shape, in: "Reservoir, input weights")
    requireRank(2, recurrentWeights.shape, in: "Reservoir, recurrent weights")
    let units = inputWeights.shape[0]
    precondition(units > 0, "a reservoir has at least one unit")
    for axis in 0..<2 { requireDimension(axis, "units", units, recurrentWeights.shape, in: "Reservoir") }
    if let bias { requireDimension(0, "units", units, bias.shape, in: "Reservoir, bias") }
    func frozen(_ value: Tensor) -> Parameter { Parameter(value, isTrainable: false) }
    let rates = leakRates.scalars
    precondition(rates.allSatisfy { $0 > 0 && $0 <= 1 }, "a leak rate is above 0 and at most 1")
    precondition(rates.count == 1 || rates.count == units, "\(rates.count) leak rates for \(units) units")
    inputHidden = frozen(inputWeights)
    hiddenHidden = frozen(recurrentWeights)
    self.bias = bias.map(frozen)
    self.leakRates = frozen(rates.count == 1 ? Tensor(repeating: rates[0], shape: [units]) : leakRates)
    self.activation = activation
  }

  /// The number of inputs of a step, I.
  public var inputSize: Int { inputHidden.value.shape[1] }
  /// The number of units, H.
  public var hiddenSize: Int { hiddenHidden.value.shape[0] }

  /// Visits the two matrices, the bias and the leak rates.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("weight_ih", &inputHidden)
    visitor.visit("weight_hh", &hiddenHidden)
    visitor.visit("bias", &bias)
    visitor.visit("leak_rates", &leakRates)
  }

  /// One time step: `[N, I]` and the state before give the state after.
  public func step(_ input: Tensor, from state: HiddenState) -> HiddenState {
    let sequence = SequenceBatch(input.reshaped(to: input.shape.inserting(1, at: 0)))
    return scan(sequence, from: state, direction: .forward).1
  }

  /// All time steps in one direction; see `RecurrentCell`.
  public func scan(
    _ inputs: SequenceBatch, from state: HiddenState?, direction: Direction
  ) -> (SequenceBatch, HiddenState) {
    run(inputs, from: state, direction: direction, noise: nil)
  }

  /// The same with noise added to what the units sum up, as a regularisation while a readout is fitted (Jaeger, 2001).
  ///
  /// - Parameter noise: The deviation of the normal distribution and the key that it is drawn from.
  public func run(
    _ inputs: SequenceBatch, from state: HiddenState? = nil, direction: Direction = .forward,
    noise: (deviation: Float, key: RandomKey)?
  ) -> (SequenceBatch, HiddenState) {
    var drive = inputs.values.linear(weight: inputHidden.value, bias: bias?.value, cache: inputCache)
    if let noise {
      let numbers = Tensor(normal: drive.shape, deviation: noise.deviation, key: noise.key)
      drive = drive + numbers.converted(to: drive.elementType)
    }
    let operands = [drive, hiddenHidden.value, leakRates.value] + (state.map { [$0.hidden] } ?? [])
    if operands.contains(where: { $0.node != nil }) {
      return unrolled.scan(inputs.replacingValues(drive), from: state, direction: direction)
    }
    let run = ReservoirRun(activation.function, lengths: inputs.lengths, isReversed: direction == .backward)
    let last = run(
      &drive, weight: hiddenHidden.value, leakRates: leakRates.value, from: state?.hidden, cache: cache)
    return (inputs.replacingValues(drive), HiddenState(hidden: last))
  }

  private var unrolled: UnrolledReservoir {
    UnrolledReservoir(weight: hiddenHidden.value, leakRates: leakRates.value, activation: activation)
  }
}

/// The same equation step by step on the tape, where a gradient is asked for: the fast run keeps nothing for a way back.
private struct UnrolledReservoir: RecurrentCell {
  let weight: Tensor
  let leakRates: Tensor
  let activation: ReservoirActivation

  var inputSize: Int { weight.shape[0] }
  var hiddenSize: Int { weight.shape[0] }

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {}

  func step(_ drive: Tensor, from state: HiddenState) -> HiddenState {
    let new = activation(drive + state.hidden.linear(weight: weight))
    return HiddenState(hidden: state.hidden + leakRates * (new - state.hidden))
  }
}
