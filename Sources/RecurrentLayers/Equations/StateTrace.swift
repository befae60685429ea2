public import RecurrentTensor

/// What a cell computed at every step: all parts of its state, and the values that its equations name, such as gates.
public struct StateTrace: Sendable {
  /// The names, parts of the state first: `hidden`, `cell`, then for an LSTM `input_gate`, `forget_gate`, `candidate`
  /// and `output_gate`, for a GRU `reset_gate`, `update_gate` and `candidate`.
  public let names: [String]
  /// Its values in the order of the names, each `[T, N, width]`; at padded steps 0. They have gradients like any output.
  public let values: [Tensor]

  /// The values of a name, `[T, N, width]`; nil where the cell has none of that name.
  public subscript(name: String) -> Tensor? {
    names.firstIndex(of: name).map { values[$0] }
  }
}

/// A cell that can show what happens inside it.
public protocol TraceableCell: RecurrentCell {
  /// All time steps, with everything that a step computes and names.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, I]`.
  ///   - state: The state before the first step; nil is exactly the zero state.
  ///   - direction: Where to begin.
  ///   - modifiers: What else happens to the state at every step.
  func trace(
    _ inputs: SequenceBatch, from state: State?, direction: Direction, modifiers: StepModifiers
  ) -> StateTrace
}

extension RecurrentLayer where Cell: TraceableCell {
  /// Everything that the cell computes and names at every step of a batch.
  public func trace(_ inputs: SequenceBatch, from state: Cell.State? = nil) -> StateTrace {
    cell.trace(
      inputs, from: firstState(inputs, given: state), direction: direction, modifiers: modifiers(for: inputs))
  }
}

extension EquationPrograms.Compiled {
  /// The outputs of a traced program, cut into what has a name.
  func trace(_ outputs: Tensor) -> StateTrace {
    var from = 0
    let parts = program.stateWidths.map { width in
      defer { from += width }
      return outputs.slice(axis: 2, from..<from + width)
    }
    return StateTrace(names: names, values: parts)
  }
}
