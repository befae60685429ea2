import CRecurrentKernels

/// The instructions of a cell's equations in the order in which they were written.
struct ForwardLowering {
  private let graph: CellGraph
  private(set) var instructions: [CellInstruction] = []
  /// The part of the next state that a node computes in place.
  private(set) var nextPart: [Int: Int] = [:]

  init(_ graph: CellGraph) { self.graph = graph }

  /// Lowers the graph; values in `kept` are needed on the way back.
  mutating func lower(keeping kept: Set<Int>) {
    findNextParts(kept)
    for index in graph.entries.indices {
      lower(index)
      if kept.contains(index) && !isComputed(index) { keep(index) }
    }
    for state in graph.states {
      guard let value = graph.next[state], nextPart[value] != state else { continue }
      add(RK_COPY_SLOT, to: .next(state), .value(value))
    }
  }

  /// Whether an instruction writes the value to a slot of its own, which may as well be one that is kept.
  func isComputed(_ index: Int) -> Bool {
    switch graph.entries[index].node {
    case .binary, .multiplyAdd, .activation, .scaledRows, .normalized, .batchNormalized, .product: true
    case .slice(let whole, _): isComputed(whole)
    case .state, .input, .parameter, .stepValue: false
    }
  }

  /// A computed value that is not kept goes straight to the next state.
  private mutating func findNextParts(_ kept: Set<Int>) {
    for state in graph.states {
      guard let value = graph.next[state], isComputed(value), !kept.contains(value), nextPart[value] == nil else {
        continue
      }
      if case .slice = graph.entries[value].node { continue }
      nextPart[value] = state
    }
  }

  /// What must outlive the step although no instruction makes it.
  private mutating func keep(_ index: Int) {
    switch graph.entries[index].node {
    case .parameter, .stepValue: break
    default: add(RK_COPY_SLOT, to: .kept(index), .value(index))
    }
  }

  private mutating func lower(_ index: Int) {
    let to = CellInstruction.Operand.value(index)
    switch graph.entries[index].node {
    case .state, .parameter, .slice: break
    case .input(_, let adding):
      guard let adding else { break }
      instructions.append(
        CellInstruction(
          operation: RK_PRODUCT, to: to, operands: [.value(adding.source)], index: adding.matrix, accumulates: true))
    case .product(let matrix, let source):
      instructions.append(
        CellInstruction(operation: RK_PRODUCT, to: to, operands: [.value(source)], index: matrix))
    case .stepValue(let number):
      instructions.append(CellInstruction(operation: RK_LOAD_STEP_VALUE, to: to, operands: [], index: number))
    case .binary(let operation, let a, let b): add(operation, to: to, .value(a), .value(b))
    case .multiplyAdd(let a, let b, let c): add(RK_MULTIPLY_ADD_SLOTS, to: to, .value(a), .value(b), .value(c))
    case .activation(let f, let a):
      instructions.append(
        CellInstruction(
          operation: RK_ACTIVATE, to: to, operands: [.value(a)], index: Int(f.function.rawValue), p: f.p, q: f.q))
    case .scaledRows(let a, let factor): add(RK_SCALE_ROWS, to: to, .value(a), .value(factor))
    case .normalized(let a, let epsilon):
      instructions.append(
        CellInstruction(
          operation: RK_NORMALIZE, to: to, operands: [.value(a), .inverseDeviation(index)], p: epsilon))
    case .batchNormalized(let a, let epsilon):
      instructions.append(
        CellInstruction(operation: RK_BATCH_STATISTICS, to: .batchStatistics(index), operands: [.value(a)], p: epsilon))
      add(RK_STANDARDIZE, to: to, .value(a), .batchStatistics(index))
    }
  }

  private mutating func add(
    _ operation: rk_operation, to: CellInstruction.Operand, _ operands: CellInstruction.Operand...
  ) {
    instructions.append(CellInstruction(operation: operation, to: to, operands: operands))
  }
}
