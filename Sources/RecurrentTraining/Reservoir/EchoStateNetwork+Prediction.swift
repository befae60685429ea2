public import RecurrentLayers
public import RecurrentTensor

extension EchoStateNetwork {
  /// The outputs at every step. Outputs that are fed back are the network's own.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, I]`; of full length where outputs are fed back.
  ///   - state: Where to begin; nil for zeros.
  /// - Returns: The outputs, `[T, N, O]`, 0 at padded steps, and the state after each row's last step.
  public func predict(_ inputs: SequenceBatch, from state: State? = nil) -> (SequenceBatch, State) {
    if hasFeedback { return predictStepByStep(inputs, from: state) }
    let (features, last) = features(inputs, from: state)
    var outputs = readout(features.values)
    // The bias must not show at padding.
    if let mask = inputs.mask(elementType: outputs.elementType) { outputs = outputs * mask }
    return (inputs.replacingValues(outputs), last)
  }

  private func predictStepByStep(_ inputs: SequenceBatch, from state: State?) -> (SequenceBatch, State) {
    precondition(inputs.lengths == nil, "a network with feedback predicts sequences of full length")
    var state = state ?? zeroState(batchSize: inputs.batchSize)
    var outputs: [Tensor] = []
    for time in 0..<inputs.stepCount {
      outputs.append(step(inputs.values[time], from: &state))
    }
    let none = Tensor(zeros: [0, inputs.batchSize, outputSize])
    return (inputs.replacingValues(outputs.isEmpty ? none : Tensor(stacking: outputs)), state)
  }

  /// Runs freely: the output of a step is the input of the next.
  ///
  /// - Parameters:
  ///   - stepCount: How many steps.
  ///   - state: The state to go on from, such as `predict` left it.
  ///   - first: The input of the first step, `[N, I]`. Inputs and outputs must be of one size.
  /// - Returns: The outputs, `[T, N, O]`, and the state after the last step.
  public func generate(_ stepCount: Int, from state: State, first: Tensor) -> (outputs: Tensor, State) {
    precondition(inputSize == outputSize, "\(outputSize) outputs cannot stand in for \(inputSize) inputs")
    var state = state
    var input = first
    var outputs: [Tensor] = []
    for _ in 0..<stepCount {
      input = step(input, from: &state)
      outputs.append(input)
    }
    let none = Tensor(zeros: [0, first.shape[0], outputSize])
    return (outputs.isEmpty ? none : Tensor(stacking: outputs), state)
  }

  /// One step: the outputs, `[N, O]`, of inputs `[N, I]`.
  public func step(_ input: Tensor, from state: inout State) -> Tensor {
    let (features, next) = stepFeatures(input, from: state)
    let output = readout(features)
    state = next
    state.output = hasFeedback ? output : nil
    return output
  }
}
