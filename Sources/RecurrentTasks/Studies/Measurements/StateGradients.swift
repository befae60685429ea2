public import RecurrentLayers
public import RecurrentTensor

/// The gradients of a loss with respect to the state after every step of a recurrent layer: how far back the loss can
/// be felt.
public struct StateGradients: Sendable {
  /// The names of the parts of the state, for an LSTM `hidden` and `cell`.
  public let partNames: [String]
  /// One for each part, `[T, N, width]`, in the order in which the layer walked: the last belongs to the state after
  /// its last step. The parts are seen apart: what an LSTM's cell state has done to the hidden state of the same step
  /// is done.
  public let values: [Tensor]

  /// The gradients with respect to a part of the state, `[T, N, width]`; nil where the cell has none of that name.
  public subscript(part: String) -> Tensor? {
    partNames.firstIndex(of: part).map { values[$0] }
  }

  /// For every lag, 0 for the state after the last step, the length of the gradient with respect to one part of the
  /// state of the whole batch; nil where the cell has no part of that name.
  public func norms(of part: String) -> [Double]? {
    self[part].map { gradients in
      (0..<gradients.shape[0]).reversed().map { step in
        gradients[step].scalars.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      }
    }
  }
}

extension RecurrentLayer {
  /// The gradients of a loss with respect to the state after every step, exact, through everything that the state
  /// reaches: the later steps and whatever `loss` computes from the outputs, further layers for example.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, I]`, all rows of full length.
  ///   - state: The state before the first step; nil is the layer's own first state.
  ///   - loss: Computes the loss, shape `[]`, from the outputs, `[T, N, H]`.
  public func stateGradients(
    _ inputs: SequenceBatch, from state: Cell.State? = nil, of loss: (SequenceBatch) -> Tensor
  ) -> StateGradients {
    precondition(
      inputs.lengths.map { $0.allSatisfy { $0 == Int32(inputs.stepCount) } } ?? true,
      "state gradients of a batch of different lengths")
    let first = state ?? firstState(like: inputs.values)
    let order = direction == .forward ? Array(0..<inputs.stepCount) : (0..<inputs.stepCount).reversed()
    // Zeros that are added to the states: what the loss would gain from them is what it gains from the states.
    var shifts = StateShifts(
      parts: first.components.map { part in
        order.map { _ in Parameter(Tensor(repeating: 0, shape: part.shape, elementType: part.elementType)) }
      })
    let scope = GradientScope()
    _ = scope.evaluate(at: &shifts) { shifts in
      var state = first
      var outputs = [Tensor](repeating: first.hidden, count: inputs.stepCount)
      for (number, time) in order.enumerated() {
        let next = cell.step(inputs.values[time], from: state)
        state = Cell.State(
          components: next.components.enumerated().map { part, value in value + shifts.parts[part][number].value })
        outputs[time] = state.hidden
      }
      return loss(inputs.replacingValues(Tensor(stacking: outputs)))
    }
    let count = inputs.stepCount
    return StateGradients(
      partNames: Cell.State.componentNames,
      values: first.components.indices.map { part in
        Tensor(stacking: (0..<count).map { scope.gradients[part * count + $0] }).detached()
      })
  }
}

/// Something to be added to each part of the state after each step.
private struct StateShifts: Module {
  var parts: [[Parameter]]

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    for part in parts.indices {
      for step in parts[part].indices { visitor.visit("shift", &parts[part][step]) }
    }
  }
}
