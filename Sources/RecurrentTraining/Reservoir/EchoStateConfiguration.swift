public import RecurrentLayers
public import RecurrentTensor

/// What an echo state network is like, but for its sizes of inputs and outputs.
public struct EchoStateConfiguration: Hashable, Sendable, Codable {
  /// The reservoirs, in their order.
  public var reservoirs: [ReservoirConfiguration]
  /// How the reservoirs stand to each other.
  public var arrangement: EchoStateNetwork.Arrangement
  /// Whether each reservoir gets the outputs of the step before.
  public var hasFeedback: Bool
  /// Whether the readout sees the inputs besides the states.
  public var readsInputs: Bool

  /// A network of these reservoirs.
  public init(
    reservoirs: [ReservoirConfiguration], arrangement: EchoStateNetwork.Arrangement = .parallel,
    hasFeedback: Bool = false, readsInputs: Bool = false
  ) {
    self.reservoirs = reservoirs
    self.arrangement = arrangement
    self.hasFeedback = hasFeedback
    self.readsInputs = readsInputs
  }
}

extension EchoStateNetwork {
  /// A network of random reservoirs.
  ///
  /// - Parameters:
  ///   - inputSize: The number of features of an input step, I.
  ///   - outputSize: The number of outputs, O.
  ///   - configuration: What it is like.
  ///   - key: Where the random numbers come from; each reservoir has a key of its own.
  /// - Throws: `ReservoirError` where a setting is out of range.
  public init(
    inputSize: Int, outputSize: Int, configuration: EchoStateConfiguration, key: RandomKey
  ) throws(ReservoirError) {
    guard !configuration.reservoirs.isEmpty else {
      throw .setting("reservoirs", value: "an empty list", allowed: "one or more")
    }
    guard outputSize > 0 else { throw .setting("outputSize", value: "\(outputSize)", allowed: "at least 1") }
    var reservoirs: [Reservoir] = []
    for (index, settings) in configuration.reservoirs.enumerated() {
      let before = configuration.arrangement == .series ? reservoirs.last?.hiddenSize : nil
      reservoirs.append(
        try Reservoir(
          inputSize: before ?? inputSize, feedbackSize: configuration.hasFeedback ? outputSize : 0,
          configuration: settings, key: key.folding(index)))
    }
    self.init(
      reservoirs: reservoirs, inputSize: inputSize, outputSize: outputSize, arrangement: configuration.arrangement,
      hasFeedback: configuration.hasFeedback, readsInputs: configuration.readsInputs)
  }
}
