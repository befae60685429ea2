public import RecurrentLayers
public import RecurrentTensor

/// An echo state network (Jaeger, 2001): one or more fixed random reservoirs and a linear readout, which alone is fitted.
///
/// ```swift
/// var network = try EchoStateNetwork(
///   inputSize: 1, outputSize: 1, configuration: .init(reservoirs: [.init(units: 500, leakRate: 0.3)]), key: key)
/// try network.fit(inputs, targets: targets, ridge: 1e-6, washout: 100)
/// let (_, state) = network.predict(inputs)
/// let future = network.generate(84, from: state, first: last)
/// ```
public struct EchoStateNetwork: Module {
  /// How several reservoirs stand to each other.
  public enum Arrangement: String, Hashable, Sendable, Codable, CaseIterable {
    /// Side by side: each gets the inputs.
    case parallel
    /// One behind the other: each gets the states of the one before (Gallicchio, Micheli and Pedrelli, "Deep reservoir
    /// computing", 2017). The readout sees the states of all.
    case series
  }

  /// What is carried from step to step.
  public struct State: Sendable {
    /// The states of each reservoir, `[N, H]`.
    public var reservoirs: [HiddenState]
    /// The outputs of the step before, `[N, O]`, where outputs are fed back; nil for zeros.
    public var output: Tensor?

    /// A state from its parts.
    public init(reservoirs: [HiddenState], output: Tensor? = nil) {
      self.reservoirs = reservoirs
      self.output = output
    }
  }

  /// The reservoirs, in their order.
  public var reservoirs: [Reservoir]
  /// What makes outputs of states.
  public var readout: LinearReadout
  /// How the reservoirs stand to each other.
  public let arrangement: Arrangement
  /// Whether each reservoir gets, behind its inputs, the outputs of the step before.
  public let hasFeedback: Bool
  /// Whether the readout sees the inputs besides the states.
  public let readsInputs: Bool
  /// The number of features of an input step, I.
  public let inputSize: Int

  /// A network of given reservoirs and a readout of zeros.
  ///
  /// - Parameters:
  ///   - reservoirs: At least one. Each takes the inputs, or in series the states of the one before, and then the outputs
  ///     that are fed back.
  ///   - inputSize: The number of features of an input step, I.
  ///   - outputSize: The number of outputs, O.
  ///   - arrangement: How the reservoirs stand to each other.
  ///   - hasFeedback: Whether outputs are fed back.
  ///   - readsInputs: Whether the readout sees the inputs, too.
  public init(
    reservoirs: [Reservoir], inputSize: Int, outputSize: Int, arrangement: Arrangement = .parallel,
    hasFeedback: Bool = false, readsInputs: Bool = false
  ) {
    precondition(!reservoirs.isEmpty, "an echo state network has at least one reservoir")
    for (index, reservoir) in reservoirs.enumerated() {
      let before = arrangement == .series && index > 0 ? reservoirs[index - 1].hiddenSize : inputSize
      let expected = before + (hasFeedback ? outputSize : 0)
      precondition(
        reservoir.inputSize == expected,
        "reservoir \(index) takes \(reservoir.inputSize) inputs where \(expected) come")
    }
    self.reservoirs = reservoirs
    self.arrangement = arrangement
    self.hasFeedback = hasFeedback
    self.readsInputs = readsInputs
    self.inputSize = inputSize
    let states = reservoirs.reduce(0) { $0 + $1.hiddenSize }
    readout = LinearReadout(featureCount: states + (readsInputs ? inputSize : 0), outputSize: outputSize)
  }

  /// The number of outputs, O.
  public var outputSize: Int { readout.outputSize }
  /// What the readout sees: the states of all reservoirs and perhaps the inputs, F.
  public var featureCount: Int { readout.featureCount }

  /// Visits the reservoirs and the readout.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("reservoirs", &reservoirs)
    visitor.visit("readout", &readout)
  }

  /// What the readout sees at every step, `[T, N, F]`.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, I]`.
  ///   - fedBack: Where outputs are fed back: those of the step before each step, `[T, N, O]`.
  ///   - state: Where to begin; nil for zeros.
  ///   - noise: Noise on what the units sum up, as in `Reservoir.run`.
  /// - Returns: The features and the state after each row's last step.
  public func features(
    _ inputs: SequenceBatch, fedBack: Tensor? = nil, from state: State? = nil,
    noise: (deviation: Float, key: RandomKey)? = nil
  ) -> (SequenceBatch, State) {
    precondition(inputs.featureCount == inputSize, "\(inputs.featureCount) inputs for a network of \(inputSize)")
    precondition((fedBack != nil) == hasFeedback, "outputs are \(hasFeedback ? "" : "not ")fed back in this network")
    var parts: [Tensor] = []
    var last: [HiddenState] = []
    for (index, reservoir) in reservoirs.enumerated() {
      var drive = arrangement == .series ? parts.last ?? inputs.values : inputs.values
      if let fedBack { drive = Tensor(concatenating: [drive, fedBack], axis: 2) }
      let (states, end) = reservoir.run(
        inputs.replacingValues(drive), from: state?.reservoirs[index],
        noise: noise.map { ($0.deviation, $0.key.folding(index)) })
      parts.append(states.values)
      last.append(end)
    }
    if readsInputs { parts.append(inputs.values) }
    let joined = parts.count == 1 ? parts[0] : Tensor(concatenating: parts, axis: 2)
    return (inputs.replacingValues(joined), State(reservoirs: last, output: state?.output))
  }
}
