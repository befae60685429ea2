extension SequenceLayer {
  /// All steps of a batch but those that are passed over, with rows that may begin anew.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, inputSize]`.
  ///   - state: Where to begin; nil is the layer's own first state.
  ///   - mask: `[T, N]`: where it is false the step is passed over, as if it were not there. The state is carried to the next
  ///     one unchanged, in either direction, and nothing of the step reaches outputs, states or gradients. Nil passes over
  ///     nothing.
  ///   - resets: `[T, N]`: before a flagged step the row begins anew, from the layer's own first state; a direction that
  ///     walks from the end does so behind it. At a step that is passed over, it happens at the row's next one.
  /// - Returns: The outputs, `[T, N, outputSize]`, 0 at padding and at steps that are passed over (Keras repeats the output
  ///   before them unless `zero_output_for_mask` is set), and the states after each row's last step.
  public func callAsFunction(
    _ inputs: SequenceBatch, from state: State? = nil, mask: StepFlags? = nil, resets: StepFlags?
  ) -> (outputs: SequenceBatch, finalState: State) {
    let inputs = resets == nil ? inputs : inputs.resetting(at: resets)
    guard let mask else { return self(inputs, from: state) }
    let kept = KeptSteps(of: inputs, mask: mask)
    let (outputs, finalState) = self(kept.shortened(inputs), from: state)
    return (kept.restored(outputs, in: inputs), finalState)
  }

  /// All steps of a batch but those that are passed over; see `callAsFunction(_:from:mask:resets:)`.
  public func callAsFunction(
    _ inputs: SequenceBatch, from state: State? = nil, mask: StepFlags
  ) -> (outputs: SequenceBatch, finalState: State) {
    self(inputs, from: state, mask: mask, resets: nil)
  }
}
