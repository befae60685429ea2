public import RecurrentTensor

/// One step of a recurrent cell, written down once.
///
/// From these equations come the fused loop over a whole sequence, the single step, and the way back:
///
/// ```swift
/// EquationWeights(inputSize: 3, hiddenSize: 8, key: key) { cell in
///   let h = cell.state("hidden")
///   let a = cell.inputs(2, adding: "weight_hh", times: h)   // W x + b + R h, in two gates
///   let z = a[0].sigmoid
///   cell.setNext(h, to: z * h + z.complement * a[1].tanh)
/// }
/// ```
///
/// The first state is the output. Values are as wide as the hidden state unless they say otherwise.
public final class CellEquations {
  /// A trained matrix or vector of the cell.
  struct Weight {
    let name: StaticString
    let shape: Shape
    let initial: Initializer?
    /// Blocks of rows, one for each gate.
    let gates: Int
  }

  /// What a step value of the program is.
  enum StepValue: Hashable {
    case keep
    case hiddenMask
    case carry(part: Int)
    case runningMean(Int)
    case inverseDeviation(Int)
  }

  /// What a vector of the program is.
  enum VectorSource: Hashable {
    case weight(Int)
    case first(part: Int)
  }

  /// The number of units, H.
  public let hiddenSize: Int
  let graph = CellGraph()
  private let modifiers: StepModifiers.Kinds
  private(set) var stateNames: [String] = []
  private var namedValues: [(name: String, value: CellValue)] = []
  private(set) var matrices: [Weight] = []
  private(set) var vectors: [Weight] = []
  private(set) var vectorSources: [VectorSource] = []
  private(set) var stepValues: [StepValue] = []
  /// Of each batch normalisation.
  private(set) var statistics: [(names: StatisticNames, width: Int)] = []
  private(set) var forgetGate: Int?
  private var inputGates = 0
  private var keep: CellValue?
  private var states: [CellValue] = []
  private var masked: CellValue?

  init(hiddenSize: Int, modifiers: StepModifiers.Kinds) {
    self.hiddenSize = hiddenSize
    self.modifiers = modifiers
  }

  /// A part of the state before the step.
  public func state(_ name: String, width: Int? = nil) -> CellValue {
    let raw = graph.state(width: width ?? hiddenSize)
    rawStates.append(raw)
    stateNames.append(name)
    var value = raw
    if modifiers.hasKeep {
      let factor = keep ?? stepValue(.keep, width: 1)
      keep = factor
      value = raw.scaled(byRow: factor)
      if modifiers.hasFirst {
        vectorSources.append(.first(part: states.count))
        value = value + graph.parameter(width: raw.width).scaled(byRow: factor.complement)
      }
    }
    states.append(value)
    return value
  }
  private var rawStates: [CellValue] = []

  /// The next rows of W x + b, in `count` gates.
  public func inputs(_ count: Int = 1) -> [CellValue] {
    inputGates += count
    return graph.inputs(count: count, width: hiddenSize)
  }

  /// The next rows of W x + b + R s, in `count` gates; R is a matrix of its own, `[count · H, width of s]`.
  public func inputs(_ count: Int = 1, adding name: StaticString, times source: CellValue) -> [CellValue] {
    inputGates += count
    let source = asSeen(source)
    matrices.append(Weight(name: name, shape: [count * hiddenSize, source.width], initial: nil, gates: count))
    return graph.inputs(count: count, width: hiddenSize, adding: source)
  }

  /// The next rows of W x, `count` gates wide, whole.
  public func wholeInput(_ count: Int) -> CellValue {
    inputGates += count
    return graph.inputs(count: 1, width: count * hiddenSize)[0]
  }

  /// R s for a matrix of its own, `[width, width of s]`, whole.
  public func product(_ name: StaticString, width: Int, times source: CellValue) -> CellValue {
    let source = asSeen(source)
    matrices.append(
      Weight(name: name, shape: [width, source.width], initial: nil, gates: max(1, width / hiddenSize)))
    return graph.product(width: width, of: source)
  }

  /// Equal parts of a value, one for each gate.
  public func gates(of value: CellValue, _ count: Int) -> [CellValue] {
    graph.slices(of: value, count: count, width: value.width / count)
  }

  /// A trained vector.
  public func vector(_ name: StaticString, width: Int? = nil, initial: Initializer) -> CellValue {
    vectorSources.append(.weight(vectors.count))
    vectors.append(Weight(name: name, shape: [width ?? hiddenSize], initial: initial, gates: 1))
    return graph.parameter(width: width ?? hiddenSize)
  }

  /// Zero mean and unit variance over the rows of the batch in training, the running statistics' elsewhere.
  func batchNormalized(_ value: CellValue, _ names: StatisticNames) -> CellValue {
    let number = statistics.count
    statistics.append((names, value.width))
    if modifiers.usesBatchStatistics {
      return graph.batchNormalized(value, epsilon: CellEquations.normalizationEpsilon)
    }
    let mean = stepValue(.runningMean(number), width: value.width)
    return (value - mean) * stepValue(.inverseDeviation(number), width: value.width)
  }

  /// Says which of the input's gates is a forget gate, for initialisations that set its bias.
  public func markForgetGate(_ gate: Int) { forgetGate = gate }

  /// Gives a value a name under which `RecurrentLayer.trace` shows it.
  public func named(_ name: String, _ value: CellValue) -> CellValue {
    namedValues.append((name, value))
    return value
  }

  /// The hidden state as matrices see it: masked in training with dropout on the recurrent state. Matrices apply it
  /// themselves; it is wanted where a gate multiplies the state first.
  public func asSeen(_ value: CellValue) -> CellValue {
    guard modifiers.hasHiddenMask, let hidden = states.first, value == hidden else { return value }
    let seen = masked ?? hidden * stepValue(.hiddenMask, width: hidden.width)
    masked = seen
    return seen
  }

  /// Says what a part of the state is after the step.
  public func setNext(_ state: CellValue, to value: CellValue) {
    guard let part = states.firstIndex(of: state) else { preconditionFailure("only a state has a next value") }
    var next = value
    if modifiers.carries.contains(part) {
      next = .multiplyAdd(stepValue(.carry(part: part), width: value.width), state - value, value)
    }
    graph.setNext(rawStates[part], to: next)
  }

  private func stepValue(_ kind: StepValue, width: Int) -> CellValue {
    stepValues.append(kind)
    return graph.stepValue(width: width)
  }

  /// The shapes of W and its bias are `[rows, I]` and `[rows]`.
  var inputRows: Int { graph.inputWidth }
  var inputGateCount: Int { inputGates }

  /// The program of the equations and what goes with it.
  func finished() -> EquationPrograms.Compiled {
    let program = compiled()
    return EquationPrograms.Compiled(
      program: program, stepValues: stepValues, vectorSources: vectorSources, names: stateNames)
  }

  private func compiled() -> CellProgram {
    precondition(!rawStates.isEmpty, "a cell has at least one state")
    guard modifiers.isTraced else { return graph.compiled(output: rawStates[0]) }
    // To be seen at every step, a value is made a part of the state that nothing reads.
    for (name, value) in namedValues {
      graph.setNext(graph.state(width: value.width), to: value)
      stateNames.append(name)
    }
    return graph.compiled(output: nil)
  }
}
