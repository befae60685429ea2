public import RecurrentTensor

/// Real-time recurrent learning (Williams and Zipser, 1989): the exact gradient of every step's loss, as soon as the step
/// is done, with no past kept.
///
/// ```swift
/// var rtrl = RealTimeRecurrentLearning(GRUCell(inputSize: 1, hiddenSize: 16, key: key))
/// for (input, target) in series {
///   let output = rtrl.step(input)                       // [1, I] to [1, H]
///   let outputGradient = 2 * (output - target)          // of the loss of this step
///   optimizer.update(&rtrl.cell, with: rtrl.gradient(ofOutputGradient: outputGradient))
/// }
/// ```
///
/// What the state owes to each weight, the influence matrix, is carried from step to step in double precision. A step of a
/// cell with S numbers of state and P weights takes S² P multiplications; where units see no other unit's state, as in
/// IndRNN, minGRU and minLSTM, it takes no more than P. While the weights stay, the sum of the gradients of all steps is
/// that of back-propagation through time; once they change, the influence is partly that of older weights.
public struct RealTimeRecurrentLearning<Cell: CellWithEquations>: Sendable {
  /// The cell, whose weights may change between steps.
  public var cell: Cell {
    didSet { form = nil }
  }
  private let batchSize: Int
  /// The equations with the weights of now, made when they are needed.
  private var form: EquationForm?
  private var influence: Influence
  /// In double precision.
  private var parts: [Tensor]
  private let elementType: ElementType

  /// Begins with a cell and a state, which no weight has any influence on.
  ///
  /// - Parameters:
  ///   - cell: The cell.
  ///   - batchSize: How many sequences run side by side, N. Their influences are kept apart.
  ///   - state: The state before the first step; nil is the zero state.
  public init(_ cell: Cell, batchSize: Int = 1, from state: Cell.State? = nil) {
    precondition(batchSize > 0, "a batch of \(batchSize) rows")
    let form = cell.equationForm
    self.cell = cell
    self.batchSize = batchSize
    elementType = form.weights.input.elementType
    influence = Influence(
      form.program, inputSize: cell.inputSize, rows: batchSize, elementType: .float64)
    parts = form.firstStates(state?.components, rows: batchSize)
  }

  /// Whether each unit depends on its own state alone, so that a step costs no more than there are weights.
  public var isDiagonal: Bool {
    if case .diagonal = influence { true } else { false }
  }

  /// The state after the last step.
  public var state: Cell.State { Cell.State(components: parts.map { $0.converted(to: elementType) }) }

  /// One step: an input, `[N, I]`, gives the output, `[N, H]`.
  @discardableResult
  public mutating func step(_ input: Tensor) -> Tensor {
    requireRank(2, input.shape, in: "real-time recurrent learning")
    requireDimension(0, "batch", batchSize, input.shape, in: "real-time recurrent learning")
    requireDimension(1, "input size", cell.inputSize, input.shape, in: "real-time recurrent learning")
    let form = form ?? cell.equationForm.inDouble
    self.form = form
    parts = influence.step(input.detached().converted(to: .float64), from: parts, form.weights)
    return parts[form.program.output].converted(to: elementType)
  }

  /// What a gradient of the last step's output, `[N, H]`, amounts to for the cell's parameters, through all steps since the
  /// beginning: an exact gradient of the loss of that step.
  public func gradient(ofOutputGradient outputGradient: Tensor) -> Gradients {
    requireDimension(0, "batch", batchSize, outputGradient.shape, in: "real-time recurrent learning")
    requireDimension(1, "hidden size", cell.hiddenSize, outputGradient.shape, in: "real-time recurrent learning")
    let found = influence.gradients(ofOutput: outputGradient.detached().converted(to: .float64))
    // The weights of the equations are sums and parts of the cell's parameters: the tape knows which.
    return valueWithGradient(at: cell) { cell in
      let weights = cell.equationForm.weights
      let pairs =
        [(weights.input, found.input)] + (weights.inputBias.map { [($0, found.inputBias)] } ?? [])
        + zip(weights.matrices, found.matrices) + zip(weights.vectors, found.vectors)
      return pairs.map { innerProduct($0, $1.converted(to: $0.elementType)) }.reduce(nil) { sum, product in
        sum.map { $0 + product } ?? product
      } ?? Tensor(0)
    }.gradients
  }

  /// Begins anew: nothing has any influence on the given state; nil is the zero state.
  public mutating func restart(from state: Cell.State? = nil) {
    self = RealTimeRecurrentLearning(cell, batchSize: batchSize, from: state)
  }
}
