public import RecurrentTensor
import Synchronization

/// The weights of a cell that is given by its equations, and the programs made from them.
public struct EquationWeights: Module {
  /// A trained matrix or vector under the name that the equations gave it.
  @usableFromInline
  struct Named: Sendable {
    @usableFromInline let name: StaticString
    @usableFromInline var parameter: Parameter
  }

  /// What the input is multiplied by, `[gates · H, I]`.
  public var inputHidden: Parameter
  /// What is added to it, `[gates · H]`; nil for none.
  public var inputBias: Parameter?
  @usableFromInline var matrices: [Named]
  @usableFromInline var vectors: [Named]
  @usableFromInline var runningMoments: [RunningMoments]
  /// The number of units, H.
  public let hiddenSize: Int
  private let programs: EquationPrograms
  private let cache = ProgramCache()

  /// Random weights for the equations that `write` gives.
  ///
  /// - Parameters:
  ///   - inputSize: The number of features of a step, I.
  ///   - hiddenSize: The number of units, H.
  ///   - hasBias: Whether something is added to the product with the input.
  ///   - normalization: Says how running statistics are kept if the equations normalise over the batch.
  ///   - initialization: How the first matrices and biases are drawn.
  ///   - key: Where the random numbers come from.
  ///   - write: Writes the equations down; called again for every kind of step modifiers, always with the same result.
  public init(
    inputSize: Int, hiddenSize: Int, hasBias: Bool = true, normalization: Normalization = .none,
    initialization: RecurrentInitialization = .pyTorch, key: RandomKey,
    _ write: @escaping @Sendable (CellEquations) -> Void
  ) {
    precondition(
      inputSize > 0 && hiddenSize > 0, "input size \(inputSize) and hidden size \(hiddenSize) must be at least 1")
    self.hiddenSize = hiddenSize
    programs = EquationPrograms(hiddenSize: hiddenSize, write)
    let equations = CellEquations(hiddenSize: hiddenSize, modifiers: .init())
    write(equations)
    let key = key.folding(.initialization)
    let bound = 1 / Float(hiddenSize).squareRoot()
    let rows = equations.inputRows
    func values(_ initializer: Initializer, _ shape: Shape, _ gates: Int, _ number: Int) -> Parameter {
      Parameter(initializer.values(shape, gates: gates, bound: bound, key: key.folding(number)))
    }
    inputHidden = values(initialization.input, [rows, inputSize], equations.inputGateCount, 0)
    inputBias = hasBias ? values(initialization.bias, [rows], 1, 1) : nil
    matrices = equations.matrices.enumerated().map { number, weight in
      Named(
        name: weight.name,
        parameter: values(weight.initial ?? initialization.recurrent, weight.shape, weight.gates, 2 + number))
    }
    let others = 2 + matrices.count
    vectors = equations.vectors.enumerated().map { number, weight in
      Named(name: weight.name, parameter: values(weight.initial ?? .zeros, weight.shape, 1, others + number))
    }
    runningMoments = equations.statistics.map { names, width in
      guard case .batch(let steps, let momentum) = normalization else {
        preconditionFailure("the equations normalise over the batch: say how many steps' statistics are to be kept")
      }
      return RunningMoments(names: names, steps: steps, width: width, momentum: momentum)
    }
    if let forgetBias = initialization.forgetBias, let gate = equations.forgetGate {
      inputBias?.value.withMutableScalars { scalars in
        for row in gate * hiddenSize..<(gate + 1) * hiddenSize { scalars[row] = forgetBias }
      }
    }
  }

  /// Visits the input's matrix and bias, then the matrices of the recurrence and the vectors, by name.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("weight_ih", &inputHidden)
    visitor.visit("bias", &inputBias)
    for index in matrices.indices { visitor.visit(matrices[index].name, &matrices[index].parameter) }
    for index in vectors.indices { visitor.visit(vectors[index].name, &vectors[index].parameter) }
    for index in runningMoments.indices { runningMoments[index].accept(&visitor) }
  }

  /// The number of features of a step, I.
  public var inputSize: Int { inputHidden.value.shape[1] }
  /// The width of the output: of the first part of the state.
  public var outputSize: Int { programs.plain.program.stateWidths[0] }
  /// The widths of the parts of the state.
  public var stateWidths: [Int] { programs.plain.program.stateWidths }

  /// The matrix or vector of a name; nil where the cell has none.
  public subscript(name: String) -> Parameter? {
    get { (matrices + vectors).first { $0.name.description == name }?.parameter }
    set {
      guard let newValue else { return }
      for index in matrices.indices where matrices[index].name.description == name {
        matrices[index].parameter = newValue
      }
      for index in vectors.indices where vectors[index].name.description == name { vectors[index].parameter = newValue }
    }
  }

  /// The weights as a program takes them.
  private func tensors(_ modifiers: StepModifiers, _ compiled: EquationPrograms.Compiled) -> ProgramWeights {
    ProgramWeights(
      input: inputHidden.value, inputBias: inputBias?.value, matrices: matrices.map(\.parameter.value),
      vectors: modifiers.vectors(compiled.vectorSources, of: vectors.map(\.parameter.value)), cache: cache)
  }

  /// The equations with these weights.
  var equationForm: EquationForm {
    precondition(
      runningMoments.isEmpty, "a cell with batch normalisation has other equations at every step: use none or .layer")
    return EquationForm(program: programs.plain.program, weights: tensors(StepModifiers(), programs.plain))
  }

  /// Runs a sequence through the cell: the outputs `[T, N, H]`, and the parts of the state after each row's last step.
  func scan(
    _ inputs: SequenceBatch, from state: [Tensor]?, direction: Direction, modifiers: StepModifiers
  ) -> (SequenceBatch, [Tensor]) {
    let result = run(modifiers.kinds, inputs, state, direction, modifiers).1
    return (inputs.replacingValues(result.outputs), result.last)
  }

  /// Everything that the cell computes and names.
  func trace(
    _ inputs: SequenceBatch, from state: [Tensor]?, direction: Direction, modifiers: StepModifiers
  ) -> StateTrace {
    var kinds = modifiers.kinds
    kinds.isTraced = true
    let (compiled, result) = run(kinds, inputs, state, direction, modifiers)
    return compiled.trace(result.outputs)
  }

  private func run(
    _ kinds: StepModifiers.Kinds, _ inputs: SequenceBatch, _ state: [Tensor]?, _ direction: Direction,
    _ modifiers: StepModifiers
  ) -> (EquationPrograms.Compiled, ProgramScan.Result) {
    var kinds = kinds
    kinds.usesBatchStatistics = runningMoments.first?.mean.isTraining ?? false
    let compiled = programs.program(for: kinds)
    let result = ProgramScan.apply(
      compiled.program, inputs.values, lengths: inputs.lengths, isReversed: direction == .backward,
      weights: tensors(modifiers, compiled), initial: state ?? [],
      stepValues: modifiers.values(compiled.stepValues, inputs, runningMoments: runningMoments),
      recomputation: modifiers.recomputation)
    for (moments, seen) in zip(runningMoments, result.batchStatistics) {
      moments.record(means: seen.means, inverseDeviations: seen.inverseDeviations, of: inputs)
    }
    return (compiled, result)
  }
}

/// The programs of a cell, one for each kind of step modifiers, made when first needed.
final class EquationPrograms: Sendable {
  struct Compiled: Sendable {
    let program: CellProgram
    let stepValues: [CellEquations.StepValue]
    let vectorSources: [CellEquations.VectorSource]
    /// Of the parts of the state and, where they are traced, of the named values.
    let names: [String]
  }

  let plain: Compiled
  private let hiddenSize: Int
  private let write: @Sendable (CellEquations) -> Void
  private let modified = Mutex<[StepModifiers.Kinds: Compiled]>([:])

  init(hiddenSize: Int, _ write: @escaping @Sendable (CellEquations) -> Void) {
    self.hiddenSize = hiddenSize
    self.write = write
    plain = EquationPrograms.compile(hiddenSize, .init(), write)
  }

  func program(for kinds: StepModifiers.Kinds) -> Compiled {
    if kinds == StepModifiers.Kinds() { return plain }
    return modified.withLock { modified in
      if let known = modified[kinds] { return known }
      let compiled = EquationPrograms.compile(hiddenSize, kinds, write)
      modified[kinds] = compiled
      return compiled
    }
  }

  private static func compile(
    _ hiddenSize: Int, _ kinds: StepModifiers.Kinds, _ write: (CellEquations) -> Void
  ) -> Compiled {
    let equations = CellEquations(hiddenSize: hiddenSize, modifiers: kinds)
    write(equations)
    return equations.finished()
  }
}
