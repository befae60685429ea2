import CRecurrentKernels

/// Gives every value and gradient of a cell's equations its slot. Values that nothing reads any more leave their slot
/// to later ones; those that live between two products lie where a few rows at a time stay in the first-level cache.
struct SlotAssignment {
  private(set) var slots = CellSlots()
  let inputSlot: Int
  let inputGradientSlot: Int
  private let graph: CellGraph
  private let forward: ForwardLowering
  private let backward: BackwardLowering
  private var stateSlots: [Int: Int] = [:]
  private var nextSlots: [Int: Int] = [:]
  private var parameterSlots: [Int: Int] = [:]
  private var keptSlots: [Int: Int] = [:]
  private var deviationSlots: [Int: Int] = [:]
  private var gradientSlots: [Int: Int] = [:]
  /// Slots of the instructions being resolved, given back after their last use.
  private var borrowed: [CellInstruction.Operand: Int] = [:]
  /// Operands that some product comes between the uses of.
  private var outlivesRun: Set<CellInstruction.Operand> = []

  init(_ graph: CellGraph, forward: ForwardLowering, backward: BackwardLowering) {
    self.graph = graph
    self.forward = forward
    self.backward = backward
    // C takes the first slots for the parts of the state.
    for state in graph.states { stateSlots[state] = slots.make(RK_STATE, width: graph.entries[state].width) }
    for state in graph.states { nextSlots[state] = slots.make(RK_NEXT_STATE, width: graph.entries[state].width) }
    inputSlot = slots.make(RK_INPUT, width: graph.inputWidth)
    inputGradientSlot = slots.make(RK_GRADIENT, width: graph.inputWidth)
    for parameter in graph.parameters {
      parameterSlots[parameter] = slots.make(RK_PARAMETER, width: graph.entries[parameter].width)
    }
    for index in graph.entries.indices { makeLasting(index) }
  }

  /// Slots that live longer than a step.
  private mutating func makeLasting(_ index: Int) {
    let entry = graph.entries[index]
    switch entry.node {
    case .input(let from, _): gradientSlots[index] = slots.part(of: inputGradientSlot, from: from, width: entry.width)
    case .product: gradientSlots[index] = slots.make(RK_GRADIENT, width: entry.width)
    case .parameter: gradientSlots[index] = slots.make(RK_ROW_SUM, width: entry.width)
    case .slice(let whole, let from):
      if let slot = gradientSlots[whole] {
        gradientSlots[index] = slots.part(of: slot, from: from, width: entry.width)
      }
    case .normalized: deviationSlots[index] = slots.make(RK_KEPT, width: 1)
    default: break
    }
    if isNeeded(index) { makeKept(index) }
  }

  /// Whether the way back reads the value, or a part of it that has no copy of its own.
  private func isNeeded(_ index: Int) -> Bool {
    if backward.neededValues.contains(index) { return true }
    return forward.isComputed(index) && graph.slices(of: index).contains { backward.neededValues.contains($0) }
  }

  private mutating func makeKept(_ index: Int) {
    let entry = graph.entries[index]
    switch entry.node {
    case .parameter, .stepValue: break
    case .slice(let whole, let from) where keptSlots[whole] != nil:
      keptSlots[index] = slots.part(of: keptSlot(whole), from: from, width: entry.width)
    default: keptSlots[index] = slots.make(RK_KEPT, width: entry.width)
    }
  }

  // MARK: Places that C is told

  func keptSlot(_ index: Int) -> Int { keptSlots[index] ?? 0 }
  func gradientSlot(_ index: Int) -> Int { gradientSlots[index] ?? 0 }
  func nextSlot(_ state: Int) -> Int { nextSlots[state] ?? 0 }
  mutating func makeSlotOfAllStates() -> Int {
    slots.add(RK_NEXT_STATE, width: slots.size(of: RK_NEXT_STATE), offset: 0)
  }
  func parameterSlot(_ index: Int) -> Int { parameterSlots[index] ?? 0 }
  func place(ofParameter index: Int) -> (offset: Int, width: Int) {
    let slot = slots.slots[parameterSlot(index)]
    return (Int(slot.offset), Int(slot.width))
  }

  // MARK: Resolving

  mutating func resolve(forward instructions: [CellInstruction]) -> [rk_instruction] {
    resolve(instructions) { $0.findForward($1) }
  }

  mutating func resolve(backward instructions: [CellInstruction]) -> [rk_instruction] {
    // Values given for every step are at hand on the way back as well.
    let loads = graph.stepValues.enumerated().filter { backward.neededValues.contains($0.element) }.map {
      CellInstruction(operation: RK_LOAD_STEP_VALUE, to: .kept($0.element), operands: [], index: $0.offset)
    }
    return resolve(loads + instructions) { $0.findBackward($1) }
  }

  private mutating func resolve(
    _ instructions: [CellInstruction], _ find: (inout SlotAssignment, CellInstruction.Operand) -> Int
  ) -> [rk_instruction] {
    var lastUse: [CellInstruction.Operand: Int] = [:]
    var firstRun: [CellInstruction.Operand: Int] = [:]
    var run = 0
    outlivesRun = []
    for (place, instruction) in instructions.enumerated() {
      if !instruction.isPointwise { run += 1 }
      for operand in instruction.operands + [instruction.to] {
        let owner = scratchOwner(operand)
        lastUse[owner] = place
        if firstRun[owner, default: run] != run || !instruction.isPointwise { outlivesRun.insert(owner) }
        firstRun[owner] = firstRun[owner] ?? run
      }
      if !instruction.isPointwise { run += 1 }
    }
    borrowed = [:]
    var resolved: [rk_instruction] = []
    for (place, instruction) in instructions.enumerated() {
      resolved += CellSlots.resolved([instruction]) { find(&self, $0) }
      for (operand, slot) in borrowed where lastUse[operand] == place {
        slots.giveBack(slot)
        borrowed[operand] = nil
      }
    }
    return resolved
  }

  /// A slice lives as long as what it is a part of.
  private func scratchOwner(_ operand: CellInstruction.Operand) -> CellInstruction.Operand {
    switch operand {
    case .value(let index):
      if case .slice(let whole, _) = graph.entries[index].node { return .value(whole) }
    case .gradient(let index):
      if case .slice(let whole, _) = graph.entries[index].node { return .gradient(whole) }
    default: break
    }
    return operand
  }

  private mutating func borrow(_ operand: CellInstruction.Operand, width: Int) -> Int {
    if let slot = borrowed[operand] { return slot }
    let slot = slots.borrow(outlivesRun.contains(operand) ? RK_SCRATCH : RK_BLOCK, width: width)
    borrowed[operand] = slot
    return slot
  }

  private mutating func findForward(_ operand: CellInstruction.Operand) -> Int {
    switch operand {
    case .value(let index): return findValue(index)
    case .kept(let index): return keptSlot(index)
    case .inverseDeviation(let index): return deviationSlots[index] ?? 0
    case .next(let state): return nextSlot(state)
    case .gradient: return 0
    case .temporary(_, let width): return borrow(operand, width: width)
    }
  }

  private mutating func findValue(_ index: Int) -> Int {
    let entry = graph.entries[index]
    switch entry.node {
    case .state: return stateSlots[index] ?? 0
    case .parameter: return parameterSlot(index)
    case .input(let from, _): return slots.part(of: inputSlot, from: from, width: entry.width)
    case .slice(let whole, let from):
      return slots.part(of: findValue(whole), from: from, width: entry.width)
    default:
      if let kept = keptSlots[index] { return kept }
      if let state = forward.nextPart[index] { return nextSlot(state) }
      return borrow(.value(index), width: entry.width)
    }
  }

  private mutating func findBackward(_ operand: CellInstruction.Operand) -> Int {
    switch operand {
    case .value(let index): return findValue(index)
    case .kept(let index):
      let entry = graph.entries[index]
      switch entry.node {
      case .parameter: return parameterSlot(index)
      case .stepValue: return borrow(operand, width: entry.width)
      default: return keptSlot(index)
      }
    case .gradient(let index):
      if let slot = gradientSlots[index] { return slot }
      if let slot = stateSlots[index] { return slot }
      if let state = backward.nextPart[index] { return nextSlot(state) }
      if case .slice(let whole, let from) = graph.entries[index].node {
        return slots.part(of: findBackward(.gradient(whole)), from: from, width: graph.entries[index].width)
      }
      return borrow(operand, width: graph.entries[index].width)
    case .inverseDeviation(let index): return deviationSlots[index] ?? 0
    case .next(let state): return nextSlot(state)
    case .temporary(_, let width): return borrow(operand, width: width)
    }
  }
}
