public import RecurrentLayers
public import RecurrentTensor

/// Truncated back-propagation through time, BPTT(k1, k2): every k1 steps a way back over the last k2 steps, the state
/// carried on and the gradient cut (Williams and Peng, 1990).
///
/// Each loss counts once: the way back after a window of k1 steps takes the losses of the window, and follows them through
/// the window and the k2 − k1 steps before it.
public struct TruncatedBPTT: Hashable, Sendable {
  /// Steps from one way back to the next, k1.
  public let interval: Int
  /// Steps that each way back covers, k2.
  public let reach: Int

  /// A way back every `interval` steps over the last `reach` steps; over the window alone unless told otherwise, which is
  /// the usual and the fastest way.
  public init(interval: Int, reach: Int? = nil) {
    precondition(interval > 0, "a window of \(interval) steps")
    precondition(reach.map { $0 >= interval } ?? true, "a way back that is shorter than the window leaves losses out")
    self.interval = interval
    self.reach = reach ?? interval
  }

  /// A stream for this rule, to be kept as long as the series goes on.
  public func makeStream<Inputs: StepSequence, State: LayerState & TensorCoded>(
    of inputs: Inputs.Type = Inputs.self, from state: State? = nil
  ) -> TruncatedStream<Inputs, State> {
    TruncatedStream(reach: reach, from: state)
  }

  /// The windows of so many steps; the last one may be shorter.
  public func windows(ofSteps steps: Int) -> [Range<Int>] {
    stride(from: 0, to: steps, by: interval).map { $0..<min($0 + interval, steps) }
  }

  /// Trains a model on some steps of a series, window by window.
  ///
  /// ```swift
  /// let rule = TruncatedBPTT(interval: 20, reach: 100)
  /// var stream: TruncatedStream<SequenceBatch, LSTMState> = rule.makeStream()
  /// rule.train(&model, on: series, carrying: &stream, in: scope) { model, window, steps, stream in
  ///   let outputs = stream.run(window) { model.lstm($0, from: $1) }
  ///   return meanSquaredError(model.head(outputs.values), targets.slice(axis: 0, steps))
  /// } update: { model, gradients, _ in
  ///   optimizer.update(&model, with: gradients)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - model: What is trained.
  ///   - series: The steps; a later call with the same stream goes on behind them.
  ///   - stream: Where the series stands.
  ///   - scope: Computes the gradients.
  ///   - key: Where dropout masks come from, new ones for every window; nil for none.
  ///   - loss: The loss of a window, `[]`, from the model, the window's steps, their place in `series`, and the stream.
  ///   - update: Called after each window with its gradients and its loss. Another window follows.
  /// - Returns: The losses of the windows.
  @discardableResult
  public func train<M: Module, Inputs: StepSequence, State: LayerState & TensorCoded, Failure: Error>(
    _ model: inout M, on series: Inputs, carrying stream: inout TruncatedStream<Inputs, State>, in scope: GradientScope,
    key: RandomKey? = nil,
    loss: (M, Inputs, Range<Int>, inout TruncatedStream<Inputs, State>) throws(Failure) -> Tensor,
    update: (inout M, inout Gradients, Float) throws(Failure) -> Void
  ) throws(Failure) -> [Float] {
    precondition(stream.reach == reach, "the stream reaches back \(stream.reach) steps, not \(reach)")
    var losses: [Float] = []
    for steps in windows(ofSteps: series.stepCount) {
      var next = stream
      let value = try scope.evaluate(at: &model, key: key?.folding(stream.stepCount)) { model throws(Failure) in
        try loss(model, series.steps(steps), steps, &next)
      }
      stream = next
      losses.append(value)
      try update(&model, &scope.gradients, value)
    }
    return losses
  }
}
