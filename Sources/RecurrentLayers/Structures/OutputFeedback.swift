public import RecurrentTensor

/// What a network with output feedback carries: its last output and the state of its cell.
public struct FeedbackState<Cell: RecurrentState>: RecurrentState {
  /// The names of the parts.
  public static var componentNames: [String] { ["output"] + Cell.componentNames.map { "cell_\($0)" } }
  /// What the next step is fed, `[N, D]`: the last output or, under a teacher, the true one.
  public var output: Tensor
  /// The state of the cell.
  public var cell: Cell

  /// A state from the last output, `[N, D]`, and the state of the cell.
  public init(output: Tensor, cell: Cell) {
    self.output = output
    self.cell = cell
  }
  /// A state from its parts.
  public init(components: [Tensor]) {
    precondition(!components.isEmpty, "a state with output feedback has at least two parts")
    self.init(output: components[0], cell: Cell(components: Array(components.dropFirst())))
  }
  /// The output, then the parts of the cell's state.
  public var components: [Tensor] { [output] + cell.components }
  /// The last output, `[N, D]`.
  public var hidden: Tensor { output }
}

/// A cell whose output, after a readout, is joined to the next input (Jordan, 1986):
///
///     h′, s′ = cell([x; y], s)
///     y′ = f(W_o h′ + b_o)
///
/// The columns of the cell's input matrix that meet y are the feedback matrix ("back projection"). It is a cell itself, with
/// y as its output, and runs in every layer that cells run in, step by step. In training a teacher may give the true outputs
/// instead of the network's own: the whole sequence is then one fused scan.
public struct OutputFeedback<Cell: RecurrentCell>: RecurrentCell {
  /// What carries the hidden state; its input is the input of a step followed by the output fed back.
  public var cell: Cell
  /// W_o and b_o, H to D features.
  public var readout: Linear
  /// The function f.
  public let activation: Activation

  /// A cell with a readout.
  ///
  /// - Parameters:
  ///   - cell: Of I + D input features, where I are those of a step and D those of the readout.
  ///   - readout: From the H outputs of the cell to D.
  ///   - activation: The function f.
  public init(_ cell: Cell, readout: Linear, activation: Activation = .identity) {
    precondition(
      readout.inputSize == cell.hiddenSize && cell.inputSize > readout.outputSize,
      "a cell of \(cell.inputSize) inputs and \(cell.hiddenSize) outputs does not fit a readout of "
        + "\(readout.inputSize) inputs and \(readout.outputSize) outputs")
    self.cell = cell
    self.readout = readout
    self.activation = activation
  }

  /// The number of features of a step, I.
  public var inputSize: Int { cell.inputSize - readout.outputSize }
  /// The number of features of an output, D.
  public var hiddenSize: Int { readout.outputSize }

  /// Visits the cell, then the readout.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("cell", &cell)
    visitor.visit("readout", &readout)
  }

  /// An output of zeros, and the cell's own first state.
  public func zeroState(like input: Tensor) -> FeedbackState<Cell.State> {
    let output = Tensor(repeating: 0, shape: [input.shape[-2], hiddenSize], elementType: input.elementType)
    return FeedbackState(output: output, cell: cell.zeroState(like: input))
  }

  /// One time step: `[N, I]` and the state before give the state after.
  public func step(_ input: Tensor, from state: FeedbackState<Cell.State>) -> FeedbackState<Cell.State> {
    let next = cell.step(Tensor(concatenating: [input, state.output], axis: 1), from: state.cell)
    return FeedbackState(output: activation(readout(next.hidden)), cell: next)
  }

  /// All time steps, each fed the true output of the step before instead of the network's own (Williams and Zipser, 1989).
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, I]`.
  ///   - teacher: The true outputs, `[T, N, D]`. The last one of each row reaches the returned state only.
  ///   - state: Where to begin; nil is the zero state.
  /// - Returns: The outputs, `[T, N, D]`, 0 at padding, and each row's state after its last step, with the true output there
  ///   as what the next step is fed.
  public func scan(
    _ inputs: SequenceBatch, teacher: Tensor, from state: State? = nil
  ) -> (outputs: SequenceBatch, finalState: State) {
    let teacher = inputs.replacingValues(teacher)
    requireDimension(2, "output size", hiddenSize, teacher.values.shape, in: "output feedback, teacher")
    let first = state ?? zeroState(like: inputs.values)
    let joined = inputs.replacingValues(
      Tensor(concatenating: [inputs.values, teacher.delayed(first: first.output).values], axis: 2))
    let (hidden, last) = RecurrentLayer(cell)(joined, from: first.cell)
    let outputs = TimeDistributed(readout, activation)(hidden)
    return (outputs, FeedbackState(output: teacher.last(orElse: first.output), cell: last))
  }
}

extension RecurrentLayer {
  /// All steps under a teacher; see `OutputFeedback.scan(_:teacher:from:)`.
  public func callAsFunction<Inner: RecurrentCell>(
    _ inputs: SequenceBatch, teacher: Tensor, from state: Cell.State? = nil
  ) -> (outputs: SequenceBatch, finalState: Cell.State) where Cell == OutputFeedback<Inner> {
    precondition(
      direction == .forward && stateDropout == nil && zoneout == nil,
      "a teacher gives the outputs in the order of time, to a network whose state nothing else changes")
    return cell.scan(inputs, teacher: teacher, from: firstState(inputs, given: state))
  }
}

/// A Jordan network: hidden units without a recurrence of their own, and the output fed back.
public typealias JordanNetwork = RecurrentLayer<OutputFeedback<FeedforwardCell>>

extension RecurrentLayer where Cell == OutputFeedback<FeedforwardCell> {
  /// A network of `hiddenSize` tanh units with a linear output.
  public init(inputSize: Int, hiddenSize: Int, outputSize: Int, key: RandomKey) {
    let cell = FeedforwardCell(inputSize: inputSize + outputSize, hiddenSize: hiddenSize, key: key.folding(0))
    self.init(
      OutputFeedback(cell, readout: Linear(inputSize: hiddenSize, outputSize: outputSize, key: key.folding(1))))
  }
}

/// Units that see the input of their own step only, for networks whose recurrence lies elsewhere:
///
///     h′ = f(W x + b)
public struct FeedforwardCell: EquationCell {
  /// The state before or after a step.
  public typealias State = HiddenState
  /// The matrix and bias.
  public var weights: EquationWeights

  /// A cell with random weights.
  public init(
    inputSize: Int, hiddenSize: Int, activation: CellActivation = .tanh, hasBias: Bool = true,
    initialization: RecurrentInitialization = .pyTorch, key: RandomKey
  ) {
    weights = EquationWeights(
      inputSize: inputSize, hiddenSize: hiddenSize, hasBias: hasBias, initialization: initialization, key: key
    ) { cell in
      cell.setNext(cell.state("hidden"), to: cell.inputs()[0].applying(activation))
    }
  }
}

extension SequenceBatch {
  /// At every step what stood at the step before, and `first`, `[N, C]`, at the first; zeros where a row begins anew.
  func delayed(first: Tensor) -> SequenceBatch {
    let rows = batchSize
    let indices = (0..<stepCount).flatMap { step in
      (0..<rows).map { row in resets?[step, row] == true ? -1 : Int32(step * rows + row) }
    }
    let table = Tensor(concatenating: [first, flatRows], axis: 0)
    return replacingValues(table.rows(at: indices).reshaped(to: values.shape))
  }

  /// The last real step of each row, `[N, C]`, and that of `other` for a row of length 0.
  func last(orElse other: Tensor) -> Tensor {
    let rows = batchSize
    let indices = (0..<rows).map { row in
      Int32((lengths.map { Int($0[row]) } ?? stepCount) * rows + row)
    }
    return Tensor(concatenating: [other, flatRows], axis: 0).rows(at: indices)
  }
}
