public import RecurrentTensor

/// A cell given by its equations: a whole sequence is one call into a fused loop, with gradients.
public protocol EquationCell: TraceableCell, CellWithEquations {
  /// The matrices, biases and vectors.
  var weights: EquationWeights { get set }
}

extension EquationCell {
  /// The number of features of a step, I.
  public var inputSize: Int { weights.inputSize }
  /// The number of features of an output, H or, after a projection, P.
  public var hiddenSize: Int { weights.outputSize }

  /// Visits the weights.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { weights.visit(&visitor) }

  /// Zeros for each part of the state.
  public func zeroState(like input: Tensor) -> State {
    State(
      components: weights.stateWidths.map {
        Tensor(repeating: 0, shape: [input.shape[-2], $0], elementType: input.elementType)
      })
  }

  /// One time step: `[N, I]` and the state before give the state after, with the same bits as in a whole sequence.
  public func step(_ input: Tensor, from state: State) -> State {
    scan(SequenceBatch(input.reshaped(to: input.shape.inserting(1, at: 0))), from: state, direction: .forward).1
  }

  /// All time steps in one fused call; see `RecurrentCell`.
  public func scan(
    _ inputs: SequenceBatch, from state: State?, direction: Direction
  ) -> (SequenceBatch, State) {
    scan(inputs, from: state, direction: direction, modifiers: StepModifiers())
  }

  /// The same with whatever else happens to the state at every step.
  public func scan(
    _ inputs: SequenceBatch, from state: State?, direction: Direction, modifiers: StepModifiers
  ) -> (SequenceBatch, State) {
    let (outputs, last) = weights.scan(inputs, from: state?.components, direction: direction, modifiers: modifiers)
    return (outputs, State(components: last))
  }

  /// All time steps with everything that the equations name; see `TraceableCell`.
  public func trace(
    _ inputs: SequenceBatch, from state: State?, direction: Direction, modifiers: StepModifiers
  ) -> StateTrace {
    weights.trace(inputs, from: state?.components, direction: direction, modifiers: modifiers)
  }
}
