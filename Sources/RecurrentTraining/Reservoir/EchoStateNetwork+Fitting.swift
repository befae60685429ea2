public import RecurrentLayers
public import RecurrentTensor

extension EchoStateNetwork {
  /// Fits the readout to a batch by ridge regression.
  ///
  /// Outputs that are fed back are the targets of the step before while it is fitted (teacher forcing).
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, I]`.
  ///   - targets: `[T, N, O]`.
  ///   - ridge: The penalty on large weights.
  ///   - washout: So many steps at the beginning of each row are left out.
  ///   - noise: Noise on what the units sum up, as a further regularisation.
  /// - Returns: The state after each row's last step.
  /// - Throws: `RidgeError`.
  @discardableResult
  public mutating func fit(
    _ inputs: SequenceBatch, targets: Tensor, ridge: Double, washout: Int = 0,
    noise: (deviation: Float, key: RandomKey)? = nil
  ) throws(RidgeError) -> State {
    var regression = makeRegression()
    let state = accumulate(inputs, targets: targets, into: &regression, washout: washout, noise: noise)
    readout = try regression.solve(ridge: ridge)
    return state
  }

  /// A regression for the readout that has seen nothing.
  public func makeRegression() -> RidgeRegression {
    RidgeRegression(featureCount: featureCount, outputSize: outputSize)
  }

  /// Runs over a part of the data and adds it to a regression, so that data of any length can be fitted: neither inputs nor
  /// states are kept.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, I]`, going on where the last part ended.
  ///   - targets: `[T, N, O]`.
  ///   - regression: What takes them in. Its `solve` gives the readout.
  ///   - state: What the call for the part before returned; nil at the beginning.
  ///   - washout: So many steps at the beginning of each row of this part are left out.
  ///   - noise: Noise on what the units sum up. Give each part a key of its own.
  /// - Returns: The state after each row's last step.
  public func accumulate(
    _ inputs: SequenceBatch, targets: Tensor, into regression: inout RidgeRegression, from state: State? = nil,
    washout: Int = 0, noise: (deviation: Float, key: RandomKey)? = nil
  ) -> State {
    let fedBack = hasFeedback ? delayed(targets, first: state?.output) : nil
    var (features, last) = features(inputs, fedBack: fedBack, from: state, noise: noise)
    regression.add(features, targets: targets, washout: washout)
    if hasFeedback { last.output = inputs.replacingValues(targets).last }
    return last
  }

  /// Learns step by step from one sequence. Outputs that are fed back are the network's own (FORCE learning; Sussillo and
  /// Abbott, "Generating coherent patterns of activity from chaotic neural networks", 2009).
  ///
  /// - Parameters:
  ///   - inputs: `[T, 1, I]`.
  ///   - targets: `[T, 1, O]`.
  ///   - rule: What learns; its readout becomes the network's.
  ///   - state: Where to begin; nil for zeros.
  /// - Returns: What the network said at each step before it learned from it, `[T, 1, O]`, and the state after the last.
  public mutating func learn(
    _ inputs: SequenceBatch, targets: Tensor, with rule: inout some OnlineReadout, from state: State? = nil
  ) -> (outputs: Tensor, State) {
    precondition(inputs.batchSize == 1 && inputs.lengths == nil, "steps are learned from one sequence at a time")
    var state = state
    var outputs: [Tensor] = []
    let whole = hasFeedback ? nil : features(inputs, from: state)
    for time in 0..<inputs.stepCount {
      let seen: Tensor
      if let whole {
        seen = whole.0.values[time]
      } else {
        let (step, next) = stepFeatures(inputs.values[time], from: state)
        seen = step
        state = next
      }
      let output = rule.learn(seen.reshaped(to: [featureCount]), target: targets[time].reshaped(to: [outputSize]))
      outputs.append(output)
      if hasFeedback { state?.output = rule.readout(seen) }
    }
    readout = rule.readout
    let end = whole?.1 ?? state ?? zeroState(batchSize: 1)
    return (Tensor(stacking: outputs).reshaped(to: targets.shape), end)
  }

  /// The targets of the step before each step, `[T, N, O]`.
  private func delayed(_ targets: Tensor, first: Tensor?) -> Tensor {
    let (steps, batch) = (targets.shape[0], targets.shape[1])
    let first = first ?? Tensor(zeros: [batch, outputSize])
    if steps == 0 { return targets }
    let before = targets.view([steps - 1, batch, outputSize], from: 0)
    return Tensor(concatenating: [first.reshaped(to: [1, batch, outputSize]), before], axis: 0)
  }

  func zeroState(batchSize: Int) -> State {
    State(reservoirs: reservoirs.map { HiddenState(hidden: Tensor(zeros: [batchSize, $0.hiddenSize])) })
  }

  /// What the readout sees after one step, `[N, F]`, of inputs `[N, I]`.
  func stepFeatures(_ input: Tensor, from state: State?) -> (Tensor, State) {
    let batch = input.shape[0]
    let fedBack = hasFeedback ? state?.output ?? Tensor(zeros: [batch, outputSize]) : nil
    let (features, next) = features(
      SequenceBatch(input.reshaped(to: [1, batch, inputSize])),
      fedBack: fedBack.map { $0.reshaped(to: [1, batch, outputSize]) }, from: state)
    return (features.values.reshaped(to: [batch, featureCount]), next)
  }
}
