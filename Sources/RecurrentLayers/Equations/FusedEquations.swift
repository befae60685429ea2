import CRecurrentKernels
import RecurrentTensor
import Synchronization

/// The equations of the cells that have kernels of their own, for what those kernels leave to programs.
enum FusedEquations {
  private struct Key: Hashable {
    let kind: RecurrentKind
    let hiddenSize: Int
    let modifiers: StepModifiers.Kinds
  }

  private static let programs = Mutex<[Key: EquationPrograms.Compiled]>([:])

  static func program(
    _ kind: RecurrentKind, hiddenSize: Int, modifiers: StepModifiers.Kinds
  ) -> EquationPrograms.Compiled {
    let key = Key(kind: kind, hiddenSize: hiddenSize, modifiers: modifiers)
    return programs.withLock { programs in
      if let known = programs[key] { return known }
      let equations = CellEquations(hiddenSize: hiddenSize, modifiers: modifiers)
      write(kind, equations)
      let compiled = equations.finished()
      programs[key] = compiled
      return compiled
    }
  }

  private static func write(_ kind: RecurrentKind, _ cell: CellEquations) {
    switch kind.cell {
    case RK_LSTM: LSTMVariantCell.write(LSTMVariant(), cell)
    case RK_GRU_RESET_AFTER, RK_GRU_RESET_BEFORE:
      var variant = GRUVariant()
      variant.reset = kind.cell == RK_GRU_RESET_AFTER ? .resetAfter : .resetBefore
      GRUVariantCell.write(variant, hasBias: true, cell)
    default: LeakyElmanCell.write(kind.cellActivation, cell)
    }
  }
}

extension RecurrentKind {
  /// The activation of an Elman cell.
  fileprivate var cellActivation: CellActivation {
    switch activation {
    case RK_RELU: .relu
    case RK_LEAKY_RELU: .leakyReLU(slope: Double(slope))
    case RK_SIGMOID: .sigmoid
    case RK_IDENTITY: .identity
    default: .tanh
    }
  }
}

extension FusedWeights {
  /// Runs a sequence through the program of a kind of cell, with these weights.
  func scanAsEquations(
    _ kind: RecurrentKind, _ inputs: SequenceBatch, from state: [Tensor]?, direction: Direction,
    modifiers: StepModifiers
  ) -> (SequenceBatch, [Tensor]) {
    let compiled = FusedEquations.program(kind, hiddenSize: hiddenSize, modifiers: modifiers.kinds)
    let result = run(compiled, kind, inputs, state, direction, modifiers)
    return (inputs.replacingValues(result.outputs), result.last)
  }

  /// Everything that a kind of cell computes and names, with these weights.
  func trace(
    _ kind: RecurrentKind, _ inputs: SequenceBatch, from state: [Tensor]?, direction: Direction,
    modifiers: StepModifiers
  ) -> StateTrace {
    var kinds = modifiers.kinds
    kinds.isTraced = true
    let compiled = FusedEquations.program(kind, hiddenSize: hiddenSize, modifiers: kinds)
    return compiled.trace(run(compiled, kind, inputs, state, direction, modifiers).outputs)
  }

  private func run(
    _ compiled: EquationPrograms.Compiled, _ kind: RecurrentKind, _ inputs: SequenceBatch, _ state: [Tensor]?,
    _ direction: Direction, _ modifiers: StepModifiers
  ) -> ProgramScan.Result {
    var weights = programWeights(kind)
    weights.vectors = modifiers.vectors(compiled.vectorSources, of: weights.vectors)
    return ProgramScan.apply(
      compiled.program, inputs.values, lengths: inputs.lengths, isReversed: direction == .backward, weights: weights,
      initial: state ?? [], stepValues: modifiers.values(compiled.stepValues, inputs),
      recomputation: modifiers.recomputation)
  }

  /// The equations of a kind of cell with these weights.
  func equationForm(_ kind: RecurrentKind) -> EquationForm {
    EquationForm(
      program: FusedEquations.program(kind, hiddenSize: hiddenSize, modifiers: .init()).program,
      weights: programWeights(kind))
  }

  /// The weights in the order of the equations. Where one bias stands beside each matrix, they are added up, but for that
  /// which the reset gate of a GRU multiplies.
  private func programWeights(_ kind: RecurrentKind) -> ProgramWeights {
    let units = hiddenSize
    let recurrent = hiddenHidden.value
    let (outer, inner) = (inputBias?.value, hiddenBias?.value)
    switch kind.cell {
    case RK_GRU_RESET_AFTER:
      let zeros = Tensor(repeating: 0, shape: [units], elementType: recurrent.elementType)
      let joined = inner.map { Tensor(concatenating: [$0.slice(axis: 0, 0..<2 * units), zeros], axis: 0) }
      return ProgramWeights(
        input: inputHidden.value, inputBias: sum(outer, joined), matrices: split(recurrent, units),
        vectors: [inner?.slice(axis: 0, 2 * units..<3 * units) ?? zeros], cache: tensors.cache.equations)
    case RK_GRU_RESET_BEFORE:
      return ProgramWeights(
        input: inputHidden.value, inputBias: sum(outer, inner), matrices: split(recurrent, units),
        cache: tensors.cache.equations)
    default:
      return ProgramWeights(
        input: inputHidden.value, inputBias: sum(outer, inner), matrices: [recurrent], cache: tensors.cache.equations)
    }
  }

  private func sum(_ a: Tensor?, _ b: Tensor?) -> Tensor? {
    guard let a, let b else { return a ?? b }
    return a + b
  }

  /// The rows of r and z, and those of n.
  private func split(_ recurrent: Tensor, _ units: Int) -> [Tensor] {
    [recurrent.slice(axis: 0, 0..<2 * units), recurrent.slice(axis: 0, 2 * units..<3 * units)]
  }
}
