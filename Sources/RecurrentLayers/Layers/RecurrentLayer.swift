public import RecurrentTensor

/// A cell run over time in one direction.
///
/// | here | PyTorch | Keras |
/// |---|---|---|
/// | `layer(x).outputs.values` `[T, N, H]` | `nn.LSTM(I, H)(x)[0]` | `LSTM(H, return_sequences=True)` (batch-major) |
/// | `layer(x).outputs.last` `[N, H]` | `output[lengths - 1, range(N)]` | `LSTM(H)` |
/// | `layer(x).finalState` | `(h_n, c_n)` with `num_layers=1` | `LSTM(H, return_state=True)` |
public struct RecurrentLayer<Cell: RecurrentCell>: SequenceLayer {
  /// What runs at every step.
  public var cell: Cell
  /// Where each row begins.
  public let direction: Direction
  /// What drops parts of the hidden state between steps in training.
  public var stateDropout: StateDropout?
  /// What keeps units of the state as they were for a step.
  public var zoneout: Zoneout?
  /// What drops weights of the recurrent matrices in training.
  public var weightDrop: WeightDrop?
  /// What is kept for the way back, and what made again. It changes time and memory, no number.
  public let recomputation: Recomputation
  @usableFromInline var initialState: TrainableState<Cell.State>?

  /// A layer around a cell.
  ///
  /// - Parameters:
  ///   - cell: What runs at every step.
  ///   - direction: Where each row begins.
  ///   - initialState: What the first state is when none is given.
  ///   - stateDropout: What drops parts of the hidden state between steps in training; nothing unless told otherwise.
  ///   - zoneout: What keeps units of the state as they were for a step; nothing unless told otherwise.
  ///   - weightDrop: What drops weights of the recurrent matrices in training; nothing unless told otherwise.
  ///   - recomputation: What is kept for the way back; everything unless told otherwise. Only cells whose whole sequence
  ///     is one call, the library's and those given by equations, can make again what was not kept.
  public init(
    _ cell: Cell, direction: Direction = .forward, initialState: InitialState = .zero,
    stateDropout: StateDropout? = nil, zoneout: Zoneout? = nil, weightDrop: WeightDrop? = nil,
    recomputation: Recomputation = .never
  ) {
    precondition(
      recomputation == .never || cell is any CellWithEquations,
      "a cell that gives single steps has no segments to make again")
    self.cell = cell
    self.recomputation = recomputation
    self.zoneout = zoneout
    self.weightDrop = weightDrop
    self.direction = direction
    self.stateDropout = stateDropout
    self.initialState =
      initialState == .zero ? nil : TrainableState(cell.zeroState(like: Tensor(zeros: [1, cell.inputSize])))
  }

  /// The number of features of an input step, I.
  public var inputSize: Int { cell.inputSize }
  /// The number of features of an output step, H.
  public var outputSize: Int { cell.hiddenSize }

  /// Visits the cell, then the first state if it is trained.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor, asLayer layer: Int?) {
    if let layer { visitor.enter(.layer(layer)) }
    cell.visit(&visitor)
    initialState?.visit(&visitor)
    stateDropout?.visit(&visitor)
    zoneout?.visit(&visitor)
    weightDrop?.visit(&visitor)
    if layer != nil { visitor.leave() }
  }

  /// All steps of a batch, `[T, N, I]` to `[T, N, H]`; see `SequenceLayer`.
  @inlinable
  public func callAsFunction(
    _ inputs: SequenceBatch, from state: Cell.State?
  ) -> (outputs: SequenceBatch, finalState: Cell.State) {
    let cell = cellOfStep
    if stateDropout != nil || zoneout != nil || recomputation != .never || inputs.resets != nil {
      return cell.scan(
        inputs, from: firstState(inputs, given: state), direction: direction, modifiers: modifiers(for: inputs))
    }
    if state == nil, initialState != nil {
      return cell.scan(inputs, from: firstState(inputs, given: nil), direction: direction)
    }
    return cell.scan(inputs, from: state, direction: direction)
  }

  /// The cell with the weights that the running step sees.
  @inlinable var cellOfStep: Cell { weightDrop?(cell) ?? cell }

  /// What happens to the state besides the cell's equations in the running step.
  @usableFromInline
  func modifiers(for inputs: SequenceBatch) -> StepModifiers {
    var modifiers = StepModifiers()
    modifiers.recomputation = recomputation
    modifiers.hiddenMask = stateDropout?.mask(for: inputs, hiddenSize: cell.hiddenSize)
    if let zoneout {
      let first = cell.zeroState(
        like: Tensor(repeating: 0, shape: [0, cell.inputSize], elementType: inputs.values.elementType))
      modifiers.carry = zoneout.carry(for: inputs, widths: first.components.map { $0.shape[-1] })
    }
    if let resets = inputs.resets {
      modifiers.keep = resets.keep(lengths: inputs.lengths, direction, elementType: inputs.values.elementType)
      modifiers.first = firstParts(elementType: inputs.values.elementType)
    }
    return modifiers
  }

  /// What a row begins anew with, `[1, …]` for each part of the state; empty for zeros.
  private func firstParts(elementType: ElementType) -> [Tensor] {
    let single = Tensor(repeating: 0, shape: [1, cell.inputSize], elementType: elementType)
    let parts = firstState(like: single).components
    let isZero = initialState == nil && parts.allSatisfy { $0.doubles.allSatisfy { $0 == 0 } }
    return isZero ? [] : parts
  }

  /// Zeros, or the trained first state, for each row.
  public func firstState(like inputs: Tensor) -> Cell.State {
    initialState?(batchSize: inputs.shape[-2]) ?? cell.zeroState(like: inputs)
  }

  /// The given state, else the trained one; nil is the zero state.
  @usableFromInline
  func firstState(_ inputs: SequenceBatch, given state: Cell.State?) -> Cell.State? {
    state ?? initialState?(batchSize: inputs.batchSize)
  }
}

/// A layer of long short-term memory.
public typealias LSTM = RecurrentLayer<LSTMCell>
/// A layer of gated recurrent units.
public typealias GRU = RecurrentLayer<GRUCell>
/// A layer of simple recurrent units.
public typealias ElmanRNN = RecurrentLayer<ElmanCell>

extension RecurrentLayer where Cell == LSTMCell {
  /// A forward layer of `hiddenSize` units with PyTorch's first weights.
  public init(inputSize: Int, hiddenSize: Int, key: RandomKey) {
    self.init(LSTMCell(inputSize: inputSize, hiddenSize: hiddenSize, key: key))
  }
}

extension RecurrentLayer where Cell == GRUCell {
  /// A forward layer of `hiddenSize` units, reset after the product, with PyTorch's first weights.
  public init(inputSize: Int, hiddenSize: Int, key: RandomKey) {
    self.init(GRUCell(inputSize: inputSize, hiddenSize: hiddenSize, key: key))
  }
}

extension RecurrentLayer where Cell == ElmanCell {
  /// A forward layer of `hiddenSize` units with tanh and PyTorch's first weights.
  public init(inputSize: Int, hiddenSize: Int, key: RandomKey) {
    self.init(ElmanCell(inputSize: inputSize, hiddenSize: hiddenSize, key: key))
  }
}
