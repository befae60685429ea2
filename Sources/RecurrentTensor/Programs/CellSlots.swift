import CRecurrentKernels

/// An instruction whose operands are still named by what they are.
struct CellInstruction {
  /// What an operand is.
  enum Operand: Hashable {
    /// The value of a node of the graph, on the way there.
    case value(Int)
    /// The same on the way back, for which it was kept.
    case kept(Int)
    /// The gradient of the loss with respect to it.
    case gradient(Int)
    /// One divided by the deviation of what a node normalised.
    case inverseDeviation(Int)
    /// Means and inverse deviations over the rows of what a node normalised, and the slopes on the way back.
    case batchStatistics(Int)
    case batchSlopes(Int)
    /// What a part of the state is after the step.
    case next(Int)
    /// Numbers that live for a few instructions.
    case temporary(Int, width: Int)
  }

  var operation: rk_operation
  var to: Operand
  var operands: [Operand]
  var index = 0
  var accumulates = false
  var p = 0.0
  var q = 0.0

  /// Whether it works on a few rows at a time, together with its neighbours.
  var isPointwise: Bool {
    switch operation {
    case RK_PRODUCT, RK_PRODUCT_GRADIENT, RK_LOAD_STEP_VALUE, RK_BATCH_STATISTICS, RK_BATCH_SLOPES: false
    default: true
    }
  }
}

/// The slots of a program while it is being made.
struct CellSlots {
  private(set) var slots: [rk_slot] = []
  private(set) var sizes = [Int](repeating: 0, count: Int(RK_REGIONS.rawValue))
  private struct Kind: Hashable {
    let region: UInt32
    let width: Int
  }
  private var free: [Kind: [Int]] = [:]

  func size(of region: rk_region) -> Int { sizes[Int(region.rawValue)] }

  /// A new slot behind all others of its region.
  mutating func make(_ region: rk_region, width: Int) -> Int {
    let offset = sizes[Int(region.rawValue)]
    sizes[Int(region.rawValue)] += width
    // Slots a multiple of 1 KB apart would fight for the same few cache sets, and loads wait for stores to others.
    if width % 128 == 0, region != RK_STATE, region != RK_NEXT_STATE { sizes[Int(region.rawValue)] += 16 }
    return add(region, width: width, offset: offset)
  }

  /// A slot at a given place.
  mutating func add(_ region: rk_region, width: Int, offset: Int) -> Int {
    slots.append(rk_slot(region: region, width: Int32(width), offset: Int64(offset)))
    return slots.count - 1
  }

  /// A part of a slot.
  mutating func part(of slot: Int, from: Int, width: Int) -> Int {
    add(slots[slot].region, width: width, offset: Int(slots[slot].offset) + from)
  }

  /// A slot for a while, one that was given back if there is one of this width.
  mutating func borrow(_ region: rk_region, width: Int) -> Int {
    free[Kind(region: region.rawValue, width: width)]?.popLast() ?? make(region, width: width)
  }

  mutating func giveBack(_ slot: Int) {
    free[Kind(region: slots[slot].region.rawValue, width: Int(slots[slot].width)), default: []].append(slot)
  }

  /// Instructions with the slots that `find` gives their operands.
  static func resolved(
    _ instructions: [CellInstruction], _ find: (CellInstruction.Operand) -> Int
  ) -> [rk_instruction] {
    instructions.map { draft in
      let operands = draft.operands.map { Int32(find($0)) }
      let to = Int32(find(draft.to))
      func operand(_ place: Int) -> Int32 { place < operands.count ? operands[place] : operands.first ?? to }
      return rk_instruction(
        operation: draft.operation, to: to, a: operand(0), b: operand(1), c: operand(2), index: Int32(draft.index),
        accumulate: draft.accumulates ? 1 : 0, p: draft.p, q: draft.q)
    }
  }
}
