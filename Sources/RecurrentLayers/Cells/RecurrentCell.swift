public import RecurrentTensor

/// The way a recurrent layer walks through time.
public enum Direction: String, Hashable, Sendable, CaseIterable {
  /// From the first step to the last.
  case forward
  /// From each row's own last real step to its first.
  case backward
}

/// One step of a recurrent network: an input and a state give the next state.
///
/// Write a cell of your own by giving `step`; it runs in every layer that ours run in, with gradients. Cells that the
/// library has kernels for also implement `scan`, which is then one call for the whole sequence with the same bits as
/// repeated steps.
public protocol RecurrentCell: Module {
  /// What is carried from step to step.
  associatedtype State: RecurrentState
  /// The number of features of a step, I.
  var inputSize: Int { get }
  /// The number of outputs of a step, H.
  var hiddenSize: Int { get }

  /// The state before the first step when none is given: zeros of shape `[N, H]` unless the cell says otherwise.
  func zeroState(like input: Tensor) -> State

  /// One time step: `[N, I]` and the state before give the state after.
  func step(_ input: Tensor, from state: State) -> State

  /// All time steps in one direction.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, I]`.
  ///   - state: The state before the first step; nil is exactly the zero state.
  ///   - direction: Where to begin. Outputs stand at the times of their inputs in either case.
  /// - Returns: The outputs, `[T, N, H]`, 0 at padded steps, and each row's state after its last step; a row of length 0
  ///   gets its first state back.
  func scan(_ inputs: SequenceBatch, from state: State?, direction: Direction) -> (SequenceBatch, State)

  /// The same with whatever else happens to the state at every step: dropout, zoneout, resets.
  ///
  /// The library's own cells mask what the recurrent matrices see and nothing else (Gal and Ghahramani, 2016; Keras'
  /// `recurrent_dropout`); a cell of your own sees the masked hidden state everywhere unless it implements this.
  func scan(
    _ inputs: SequenceBatch, from state: State?, direction: Direction, modifiers: StepModifiers
  ) -> (SequenceBatch, State)

  /// A cell from the start and another from each row's end over the same inputs, their outputs side by side,
  /// `[T, N, 2·H]`.
  static func scanBothWays(
    _ forward: Self, _ backward: Self, _ inputs: SequenceBatch, from states: (forward: State?, backward: State?),
    modifiers: (forward: StepModifiers, backward: StepModifiers)
  ) -> (outputs: SequenceBatch, forward: State, backward: State)
}

extension RecurrentCell {
  /// Zeros, one `[N, H]` for each part of the state.
  public func zeroState(like input: Tensor) -> State {
    let zero = Tensor(repeating: 0, shape: [input.shape[-2], hiddenSize], elementType: input.elementType)
    return State(components: State.componentNames.map { _ in zero })
  }

  /// Repeats `step` over time.
  public func scan(
    _ inputs: SequenceBatch, from state: State?, direction: Direction
  ) -> (SequenceBatch, State) {
    repeatStep(inputs, from: state, direction, StepModifiers())
  }

  /// Repeats `step` over time with what happens besides.
  public func scan(
    _ inputs: SequenceBatch, from state: State?, direction: Direction, modifiers: StepModifiers
  ) -> (SequenceBatch, State) {
    repeatStep(inputs, from: state, direction, modifiers)
  }

  /// All time steps with the hidden state multiplied by a mask, `[N, H]` or `[T, N, H]`, on its way to every step.
  public func scan(
    _ inputs: SequenceBatch, from state: State?, direction: Direction, hiddenMask: Tensor
  ) -> (SequenceBatch, State) {
    var modifiers = StepModifiers()
    modifiers.hiddenMask = hiddenMask
    return scan(inputs, from: state, direction: direction, modifiers: modifiers)
  }

  /// One direction after the other.
  public static func scanBothWays(
    _ forward: Self, _ backward: Self, _ inputs: SequenceBatch, from states: (forward: State?, backward: State?),
    modifiers: (forward: StepModifiers, backward: StepModifiers)
  ) -> (outputs: SequenceBatch, forward: State, backward: State) {
    scanOneWayAfterTheOther(forward, backward, inputs, from: states, modifiers: modifiers)
  }

  static func scanOneWayAfterTheOther(
    _ forward: Self, _ backward: Self, _ inputs: SequenceBatch, from states: (forward: State?, backward: State?),
    modifiers: (forward: StepModifiers, backward: StepModifiers)
  ) -> (outputs: SequenceBatch, forward: State, backward: State) {
    func run(_ cell: Self, _ state: State?, _ direction: Direction, _ modifiers: StepModifiers) -> (
      SequenceBatch, State
    ) {
      if modifiers.isPlain { return cell.scan(inputs, from: state, direction: direction) }
      return cell.scan(inputs, from: state, direction: direction, modifiers: modifiers)
    }
    let (ahead, last) = run(forward, states.forward, .forward, modifiers.forward)
    let (back, first) = run(backward, states.backward, .backward, modifiers.backward)
    let joined = Tensor(concatenating: [ahead.values, back.values], axis: 2)
    return (inputs.replacingValues(joined), last, first)
  }

  private func repeatStep(
    _ inputs: SequenceBatch, from state: State?, _ direction: Direction, _ modifiers: StepModifiers
  ) -> (SequenceBatch, State) {
    var state = state ?? zeroState(like: inputs.values)
    var outputs: [Tensor] = []
    outputs.reserveCapacity(inputs.stepCount)
    for number in 0..<inputs.stepCount {
      let time = direction == .forward ? number : inputs.stepCount - 1 - number
      let input = inputs.values[time]
      state = state.beginningAnew(modifiers, time)
      let mask = modifiers.hiddenMask.map { $0.shape.rank == 3 ? $0[time] : $0 }
      let before = mask.map { state.masking($0) } ?? state
      if let realRows = inputs.realRows(at: time) {
        // Padding may hold anything, infinities too: it must reach neither a state nor the gradient of a weight.
        let next = step(input.selectingRows(realRows), from: before).carrying(state, modifiers, time)
        state = .merging(next, state, where: realRows)
        outputs.append(next.hidden.selectingRows(realRows))
      } else {
        state = step(input, from: before).carrying(state, modifiers, time)
        outputs.append(state.hidden)
      }
    }
    if direction == .backward { outputs.reverse() }
    let stacked =
      outputs.isEmpty
      ? Tensor(repeating: 0, shape: [0, inputs.batchSize, hiddenSize], elementType: inputs.values.elementType)
      : Tensor(stacking: outputs)
    return (inputs.replacingValues(stacked), state)
  }
}

extension SequenceBatch {
  /// For each row its own number if it is real at `time`, else -1; nil when all rows are real.
  fileprivate func realRows(at time: Int) -> [Int32]? {
    guard let lengths, lengths.contains(where: { $0 <= time }) else { return nil }
    return lengths.indices.map { time < lengths[$0] ? Int32($0) : -1 }
  }
}

extension RecurrentState {
  /// With the first part, the hidden state, multiplied by a mask.
  fileprivate func masking(_ mask: Tensor) -> Self {
    var parts = components
    parts[0] = parts[0] * mask
    return Self(components: parts)
  }

  /// With the first state in the rows that begin anew.
  fileprivate func beginningAnew(_ modifiers: StepModifiers, _ time: Int) -> Self {
    guard let keep = modifiers.keep?[time] else { return self }
    let parts = components.enumerated().map { part, old in
      let keep = keep.reshaped(to: Shape((0..<old.shape.rank).map { $0 == 0 ? old.shape[0] : 1 }))
      return modifiers.first.isEmpty ? old * keep : old * keep + modifiers.first[part] * (1 - keep)
    }
    return Self(components: parts)
  }

  /// With the shares of the old state that a step carries on.
  fileprivate func carrying(_ old: Self, _ modifiers: StepModifiers, _ time: Int) -> Self {
    if modifiers.carry.isEmpty { return self }
    var parts = components
    for (part, share) in modifiers.carry.enumerated() {
      guard let share else { continue }
      parts[part] = parts[part] + (share.shape.rank == 3 ? share[time] : share) * (old.components[part] - parts[part])
    }
    return Self(components: parts)
  }

  /// The new state of the rows that have a number in `realRows`, and the old state of the others.
  fileprivate static func merging(_ new: Self, _ old: Self, where realRows: [Int32]) -> Self {
    let count = realRows.count
    let choice = realRows.indices.map { realRows[$0] >= 0 ? Int32($0) : Int32(count + $0) }
    return Self(
      components: zip(new.components, old.components).map {
        Tensor(concatenating: [$0, $1], axis: 0).selectingRows(choice)
      })
  }
}
