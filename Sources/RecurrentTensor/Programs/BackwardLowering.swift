import CRecurrentKernels

/// The way back through a cell's equations: each node, last one first, passes its gradient on to what it was made from.
struct BackwardLowering {
  private let graph: CellGraph
  private(set) var instructions: [CellInstruction] = []
  /// Nodes whose values the way back reads.
  private(set) var neededValues: Set<Int> = []
  /// Values whose gradient is that of a part of the next state, where it stands.
  private(set) var nextPart: [Int: Int] = [:]
  private var isBegun: Set<Int> = []
  private var temporaries = 0

  init(_ graph: CellGraph) {
    self.graph = graph
    for (_, source) in graph.matrices { neededValues.insert(source) }
    receiveNextStates()
    clearUnusedColumns()
    for index in graph.entries.indices.reversed() where isBegun.contains(index) || isMatrix(index) { lower(index) }
  }

  private func isMatrix(_ index: Int) -> Bool { graph.matrices.contains { $0.entry == index } }

  // MARK: Where gradients begin

  /// The gradient of the next state is that of the values it was set to.
  private mutating func receiveNextStates() {
    for state in graph.states {
      guard let value = graph.next[state] else { continue }
      switch graph.entries[value].node {
      case .binary, .multiplyAdd, .activation, .scaledRows, .normalized:
        if begin(value) {
          nextPart[value] = state
          continue
        }
      default: break
      }
      giveAsIs(.next(state), to: value)
    }
  }

  /// Inputs and products of which some part leads nowhere get no gradient there; it is zero.
  private mutating func clearUnusedColumns() {
    for (index, entry) in graph.entries.enumerated() {
      let slices = graph.slices(of: index).filter { !graph.isUsed($0) }
      for part in slices { clear(part) }
      switch entry.node {
      case .input, .product: if !graph.isUsed(index) { clear(index) }
      default: break
      }
    }
  }

  private mutating func clear(_ index: Int) {
    instructions.append(CellInstruction(operation: RK_CLEAR_SLOT, to: .gradient(index), operands: []))
    _ = begin(index)
  }

  /// Notes that the gradient of a node, and of what it is a part of, has been written; whether that was the first time.
  private mutating func begin(_ index: Int) -> Bool {
    if case .slice(let whole, _) = graph.entries[index].node { isBegun.insert(whole) }
    return isBegun.insert(index).inserted
  }

  // MARK: Giving

  /// Adds to the gradient of a node what `instructions` write to the place they are given. The first to give writes to the
  /// gradient itself; those of states and parameters begin with zero.
  private mutating func give(
    to index: Int, _ written: (CellInstruction.Operand) -> [CellInstruction]
  ) {
    switch graph.entries[index].node {
    case .stepValue: return
    case .state, .parameter: break
    default:
      if begin(index) {
        instructions += written(.gradient(index))
        return
      }
    }
    let part = makeTemporary(like: index)
    instructions += written(part)
    instructions.append(
      CellInstruction(operation: RK_ADD_SLOTS, to: .gradient(index), operands: [part, .gradient(index)]))
  }

  private mutating func makeTemporary(like index: Int) -> CellInstruction.Operand {
    temporaries += 1
    return .temporary(temporaries, width: graph.entries[index].width)
  }

  private mutating func kept(_ index: Int) -> CellInstruction.Operand {
    neededValues.insert(index)
    return .kept(index)
  }

  /// factor · gradient, added to the gradient of a node.
  private mutating func giveProduct(
    _ gradient: CellInstruction.Operand, times factor: CellInstruction.Operand, to index: Int
  ) {
    switch graph.entries[index].node {
    case .stepValue: return
    case .state, .parameter: break
    default:
      if begin(index) {
        instructions.append(
          CellInstruction(operation: RK_MULTIPLY_SLOTS, to: .gradient(index), operands: [gradient, factor]))
        return
      }
    }
    instructions.append(
      CellInstruction(
        operation: RK_MULTIPLY_ADD_SLOTS, to: .gradient(index), operands: [gradient, factor, .gradient(index)]))
  }

  private mutating func giveAsIs(_ gradient: CellInstruction.Operand, to index: Int) {
    switch graph.entries[index].node {
    case .stepValue: return
    case .state, .parameter: break
    default:
      if begin(index) {
        instructions.append(CellInstruction(operation: RK_COPY_SLOT, to: .gradient(index), operands: [gradient]))
        return
      }
    }
    instructions.append(
      CellInstruction(operation: RK_ADD_SLOTS, to: .gradient(index), operands: [gradient, .gradient(index)]))
  }

  // MARK: The rules

  private mutating func lower(_ index: Int) {
    let dy = CellInstruction.Operand.gradient(index)
    switch graph.entries[index].node {
    case .state, .parameter, .stepValue, .slice: break
    case .input(_, let adding):
      if let adding { giveThroughMatrix(adding.matrix, dy, to: adding.source) }
    case .product(let matrix, let source): giveThroughMatrix(matrix, dy, to: source)
    case .binary(let operation, let a, let b): lower(operation, a, b, index, dy)
    case .multiplyAdd(let a, let b, let c):
      giveProduct(dy, times: kept(b), to: a)
      giveProduct(dy, times: kept(a), to: b)
      giveAsIs(dy, to: c)
    case .activation(let f, let a):
      let y = f.needsOutput ? kept(index) : dy
      give(to: a) {
        [
          CellInstruction(
            operation: RK_ACTIVATION_GRADIENT, to: $0, operands: [dy, y], index: Int(f.function.rawValue), p: f.p,
            q: f.q)
        ]
      }
    case .scaledRows(let a, let factor):
      let factor = kept(factor)
      give(to: a) { [CellInstruction(operation: RK_SCALE_ROWS, to: $0, operands: [dy, factor])] }
    case .normalized(let a, _):
      let y = kept(index)
      give(to: a) {
        [CellInstruction(operation: RK_NORMALIZE_GRADIENT, to: $0, operands: [dy, .inverseDeviation(index), y])]
      }
    }
  }

  private mutating func lower(
    _ operation: rk_operation, _ a: Int, _ b: Int, _ index: Int, _ dy: CellInstruction.Operand
  ) {
    func negated(_ to: CellInstruction.Operand, _ from: CellInstruction.Operand) -> CellInstruction {
      CellInstruction(
        operation: RK_ACTIVATE, to: to, operands: [from], index: Int(RK_ACTIVATION_AFFINE.rawValue), p: -1)
    }
    switch operation {
    case RK_ADD_SLOTS:
      giveAsIs(dy, to: a)
      giveAsIs(dy, to: b)
    case RK_SUBTRACT_SLOTS:
      giveAsIs(dy, to: a)
      give(to: b) { [negated($0, dy)] }
    case RK_MULTIPLY_SLOTS:
      giveProduct(dy, times: kept(b), to: a)
      giveProduct(dy, times: kept(a), to: b)
    default:
      // y = a / b: dy / b, and - y dy / b.
      let (divisor, y, ratio) = (kept(b), kept(index), makeTemporary(like: a))
      instructions.append(CellInstruction(operation: RK_DIVIDE_SLOTS, to: ratio, operands: [dy, divisor]))
      giveAsIs(ratio, to: a)
      give(to: b) {
        [CellInstruction(operation: RK_MULTIPLY_SLOTS, to: $0, operands: [ratio, y]), negated($0, $0)]
      }
    }
  }

  private mutating func giveThroughMatrix(_ matrix: Int, _ dy: CellInstruction.Operand, to source: Int) {
    var accumulates = true
    switch graph.entries[source].node {
    case .stepValue: return
    case .state, .parameter: break
    default: accumulates = !begin(source)
    }
    instructions.append(
      CellInstruction(
        operation: RK_PRODUCT_GRADIENT, to: .gradient(source), operands: [dy], index: matrix,
        accumulates: accumulates))
  }
}

extension CellActivation {
  /// Whether the derivative depends on the value.
  var needsOutput: Bool { function != RK_ACTIVATION_IDENTITY && function != RK_ACTIVATION_AFFINE }
}

extension CellGraph {
  /// The parts that a value was cut into.
  func slices(of index: Int) -> [Int] {
    entries.indices.filter {
      if case .slice(index, _) = entries[$0].node { true } else { false }
    }
  }

  /// Whether any value or state is computed from a node.
  func isUsed(_ index: Int) -> Bool {
    next.values.contains(index) || entries.contains { $0.node.operands.contains(index) }
  }
}

extension CellGraph.Node {
  /// The nodes that this one is computed from.
  var operands: [Int] {
    switch self {
    case .state, .parameter, .stepValue: []
    case .input(_, let adding): adding.map { [$0.source] } ?? []
    case .product(_, let source): [source]
    case .slice(let whole, _): [whole]
    case .binary(_, let a, let b): [a, b]
    case .multiplyAdd(let a, let b, let c): [a, b, c]
    case .activation(_, let a), .normalized(let a, _): [a]
    case .scaledRows(let a, let factor): [a, factor]
    }
  }
}
