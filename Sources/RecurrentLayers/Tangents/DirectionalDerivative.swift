public import RecurrentTensor

/// A direction in which the inputs, the first state and the weights of a cell move together. What is nil stays.
public struct CellDirection<Cell: RecurrentCell>: Sendable {
  /// Of the inputs, `[T, N, I]`.
  public var inputs: Tensor?
  /// Of the first state.
  public var state: Cell.State?
  /// Of the weights: a cell of the same kind and sizes whose parameters hold the direction.
  public var weights: Cell?

  /// A direction.
  public init(inputs: Tensor? = nil, state: Cell.State? = nil, weights: Cell? = nil) {
    self.inputs = inputs
    self.state = state
    self.weights = weights
  }
}

/// The results of a sequence and how they change along directions.
public struct SequenceDerivatives<State: RecurrentState>: Sendable {
  /// The outputs, `[T, N, H]`.
  public var outputs: SequenceBatch
  /// The states after each row's last step.
  public var finalState: State
  /// For each direction the derivatives of both.
  public var along: [(outputs: Tensor, finalState: State)]
}

extension CellWithEquations {
  /// Runs a sequence forward with its derivatives along directions: Jacobian-vector products, in one walk from the first
  /// step to the last that keeps nothing of the past.
  ///
  /// Everything is computed in double precision from the equations of the cell.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, I]`.
  ///   - state: The state before the first step; nil is the zero state.
  ///   - direction: Which way the cell walks through time.
  ///   - directions: Where everything moves, one direction at a time.
  public func directionalDerivatives(
    _ inputs: SequenceBatch, from state: State? = nil, direction: Direction = .forward,
    along directions: [CellDirection<Self>]
  ) -> SequenceDerivatives<State> {
    let form = equationForm.inDouble
    let type = inputs.values.elementType
    let scan = TangentScan(
      form.program, weights: form.weights, lengths: inputs.lengths, isReversed: direction == .backward)
    let result = scan(
      inputs.values.detached().converted(to: .float64),
      from: form.firstStates(state?.components, rows: inputs.batchSize),
      along: directions.map { one in
        SequenceDirection(
          inputs: one.inputs.map { $0.detached().converted(to: .float64) },
          states: form.program.stateWidths.indices.map { part in
            one.state.map { $0.components[part].detached().converted(to: .float64) }
          }, weights: one.weights?.equationForm.inDouble.weights)
      })
    func converted(_ parts: [Tensor]) -> State { State(components: parts.map { $0.converted(to: type) }) }
    return SequenceDerivatives(
      outputs: inputs.replacingValues(result.outputs.converted(to: type)), finalState: converted(result.last),
      along: directions.indices.map { number in
        (
          result.outputTangents.member(number, ofAxis: 2).converted(to: type),
          converted(result.lastTangents.map { $0.member(number, ofAxis: 1) })
        )
      })
  }
}

extension Tensor {
  /// One member of an axis, without the axis.
  fileprivate func member(_ number: Int, ofAxis axis: Int) -> Tensor {
    slice(axis: axis, number..<number + 1).reshaped(to: shape.removing(axis: axis))
  }
}
