import RecurrentTensor

/// A cell whose equations are known, so that they can be derived forward in time as well: the plain cells and all that are
/// given by `CellEquations`.
public protocol CellWithEquations: RecurrentCell {
  /// The equations with the cell's weights.
  var equationForm: EquationForm { get }
}

/// The equations of a cell with its weights, ready to be evaluated.
public struct EquationForm: Sendable {
  let program: CellProgram
  let weights: ProgramWeights

  /// The same in double precision, cut off from any gradient scope.
  var inDouble: EquationForm {
    func double(_ tensor: Tensor) -> Tensor { tensor.detached().converted(to: .float64) }
    return EquationForm(
      program: program,
      weights: ProgramWeights(
        input: double(weights.input), inputBias: weights.inputBias.map(double),
        matrices: weights.matrices.map(double), biases: weights.biases.map { $0.map(double) },
        vectors: weights.vectors.map(double), cache: ProgramCache()))
  }

  /// The parts of a first state in double precision; zeros where none is given.
  func firstStates(_ components: [Tensor]?, rows: Int) -> [Tensor] {
    program.stateWidths.enumerated().map { part, width in
      components.map { $0[part].detached().converted(to: .float64) }
        ?? Tensor(repeating: 0, shape: [rows, width], elementType: .float64)
    }
  }
}

extension EquationCell {
  /// The equations with the cell's weights.
  public var equationForm: EquationForm { weights.equationForm }
}

extension LSTMCell {
  /// The equations with the cell's weights.
  public var equationForm: EquationForm { weights.equationForm(LSTMCell.kind) }
}

extension GRUCell {
  /// The equations with the cell's weights.
  public var equationForm: EquationForm { weights.equationForm(kind) }
}

extension ElmanCell {
  /// The equations with the cell's weights.
  public var equationForm: EquationForm { weights.equationForm(activation.kind) }
}
