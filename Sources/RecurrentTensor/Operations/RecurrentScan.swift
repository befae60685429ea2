import CRecurrentKernels

/// A whole sequence through one recurrent layer in one direction: one record on the tape, one loop over time in C.
package struct RecurrentScan: DifferentiableOperation {
  // What the way back reads.
  private let problem: ScanProblem
  private let x: TensorElements
  private let weights: RecurrentWeights
  private let initialHidden: TensorElements?
  private let initialCell: TensorElements?
  private let outputs: Storage
  private let saved: Storage
  // Where it leaves gradients, besides the weights.
  private let inputPlace: Place
  private let initialHiddenPlace: Place
  private let initialCellPlace: Place

  /// What a scan gives: all outputs `[T, N, H]`, and the states after each row's last real step, `[N, H]`.
  package struct Result {
    package var outputs: Tensor
    package var lastHidden: Tensor
    /// Of a cell that has none, the hidden state again.
    package var lastCell: Tensor
  }

  /// Runs `x`, `[T, N, I]`, through the cell.
  ///
  /// - Parameters:
  ///   - lengths: The real steps of each row, each in `0...T`; nil means that all are real. Outputs at other steps are 0.
  ///   - isReversed: Whether each row runs from its own last real step down to its first.
  ///   - initialHidden: `[N, H]`; absent is exactly the zero state. A row of length 0 gets its initial state back.
  ///   - hiddenMask: What the hidden state is multiplied by on its way to the recurrent matrix: `[N, H]` for all steps, or
  ///     `[T, N, H]`. A constant: no gradient flows to it.
  package static func apply(
    _ kind: RecurrentKind, _ x: Tensor, lengths: [Int32]?, isReversed: Bool, weights: consuming RecurrentWeights,
    initialHidden: OptionalTensor, initialCell: OptionalTensor, hiddenMask: OptionalTensor = .absent
  ) -> Result {
    check(kind, x, lengths: lengths, weights: weights, initialHidden: initialHidden, initialCell: initialCell)
    var node: TapeNode?
    Tape.join(x.node, &node)
    weights.join(&node)
    Tape.join(initialHidden.node, &node)
    Tape.join(initialCell.node, &node)
    let tape = node?.tape

    let problem = ScanProblem(
      kind, x.shape, hiddenSize: weights.hiddenSize, lengths: lengths, isReversed: isReversed, hiddenMask: hiddenMask)
    let kernels = x.kernels
    let type = x.elementType
    let memory = ResultMemory(kind, x, weights.hiddenSize, lengths, isReversed, on: tape)
    let packed = weights.packedForward(kind.cell)
    let saved: Storage? = problem.withDescription { problem in
      var call = rk_recurrent_forward(
        x: x.pointer, packed: packed.base, h0: initialHidden.pointer, c0: initialCell.pointer,
        y: memory.outputs.base, y_stride: problem.pointee.hidden_size, h_last: memory.lastHidden,
        c_last: memory.lastCell, saved: nil, workspace: nil)
      let size = Int(kernels.pointee.recurrent_forward_workspace(problem, tape == nil ? 0 : 1))
      guard let tape else {
        SpareMemory.withScratch(byteCount: size * type.stride) { workspace in
          call.workspace = workspace
          kernels.pointee.recurrent_forward(1, problem, &call)
        }
        return nil
      }
      let saved = tape.makeBlock(count: Int(kernels.pointee.recurrent_saved_size(problem)), elementType: type)
      call.saved = saved.base
      call.workspace = tape.scratch(count: size, elementType: type)
      kernels.pointee.recurrent_forward(1, problem, &call)
      return saved
    }
    extendLifetime(packed)
    guard let tape, let saved else { return memory.result(at: nil) }
    let first = tape.record(
      RecurrentScan(
        problem: problem, x: x.elements, weights: weights, initialHidden: initialHidden.elements,
        initialCell: initialCell.elements, outputs: memory.outputs, saved: saved, inputPlace: x.place,
        initialHiddenPlace: initialHidden.place, initialCellPlace: initialCell.place),
      outputCount: 3)
    return memory.result(at: first)
  }

  package func pullback(_ adjoints: inout Adjoints) {
    let dy = adjoints.takeOutputElements(0)
    let dLastHidden = adjoints.takeOutputElements(1)
    let dLastCell = adjoints.takeOutputElements(2)
    if dy == nil && dLastHidden == nil && dLastCell == nil { return }

    let type = x.storage.elementType
    let kernels = x.storage.kernels
    let dx = adjoints.room(for: inputPlace, type)
    let dInitialHidden = adjoints.room(for: initialHiddenPlace, type)
    let dInitialCell = adjoints.room(for: initialCellPlace, type)
    let packed = weights.packedBackward(problem.kind.cell)
    problem.withDescription { problem in
      let hiddenSize = problem.pointee.hidden_size
      let size = Int(kernels.pointee.recurrent_backward_workspace(problem))
      var call = rk_recurrent_backward(
        x: x.pointer, packed_backward: packed.base, h0: initialHidden?.pointer, c0: initialCell?.pointer,
        y: outputs.base, y_stride: hiddenSize, saved: saved.base, dy: dy?.pointer, dy_stride: hiddenSize,
        dh_last: dLastHidden?.pointer, dc_last: dLastCell?.pointer, dx: dx?.base,
        dw_ih: adjoints.pointer(for: weights.inputHidden.place),
        dw_hh: adjoints.pointer(for: weights.hiddenHidden.place),
        db_ih: adjoints.pointer(for: weights.inputBias.place), db_hh: adjoints.pointer(for: weights.hiddenBias.place),
        dh0: dInitialHidden?.base, dc0: dInitialCell?.base,
        workspace: adjoints.tape.scratch(count: size, elementType: type))
      kernels.pointee.recurrent_backward(1, problem, &call)
    }
    extendLifetime((dy, dLastHidden, dLastCell, packed))
    if let dx { adjoints.give(dx, to: inputPlace) }
    if let dInitialHidden { adjoints.give(dInitialHidden, to: initialHiddenPlace) }
    if let dInitialCell { adjoints.give(dInitialCell, to: initialCellPlace) }
  }
}

/// The memory of a scan's results.
private struct ResultMemory {
  /// Results of up to so many elements share one block. Larger ones do not, because a state that is kept would keep the
  /// outputs of all steps.
  private static let smallCount = 4096

  let outputs: Storage
  private let states: Storage
  private let outputShape: Shape
  private let hiddenOffset: Int
  private let cellOffset: Int
  /// Whether the last hidden states are some of the outputs, so that nobody needs to write them.
  private let isHiddenAmongOutputs: Bool
  private let hasCell: Bool

  init(
    _ kind: RecurrentKind, _ x: Tensor, _ hiddenSize: Int, _ lengths: [Int32]?, _ isReversed: Bool, on tape: Tape?
  ) {
    outputShape = x.shape.replacing(axis: 2, with: hiddenSize)
    hasCell = kind.cell == RK_LSTM
    let outputCount = outputShape.elementCount
    let stateCount = outputShape[1] * hiddenSize
    let isSmall = outputCount <= ResultMemory.smallCount
    isHiddenAmongOutputs = isSmall && lengths == nil && outputShape[0] > 0
    let start = isSmall ? outputCount : 0
    hiddenOffset = isHiddenAmongOutputs ? (isReversed ? 0 : outputCount - stateCount) : start
    cellOffset = isHiddenAmongOutputs ? start : start + stateCount
    let stateRoom = stateCount * ((isHiddenAmongOutputs ? 0 : 1) + (hasCell ? 1 : 0))
    outputs = ResultMemory.block(outputCount + (isSmall ? stateRoom : 0), x.elementType, on: tape)
    states = isSmall ? outputs : ResultMemory.block(stateRoom, x.elementType, on: tape)
  }

  private static func block(_ count: Int, _ type: ElementType, on tape: Tape?) -> Storage {
    tape?.makeBlock(count: count, elementType: type) ?? Storage(capacity: count, elementType: type)
  }

  /// Where the kernel writes the last hidden states; nil where it need not.
  var lastHidden: UnsafeMutableRawPointer? {
    isHiddenAmongOutputs ? nil : states.base + hiddenOffset * states.elementType.stride
  }

  /// Where it writes the last cell states.
  var lastCell: UnsafeMutableRawPointer? { hasCell ? states.base + cellOffset * states.elementType.stride : nil }

  /// The tensors, which are values of the scope that `node`, the first of them, belongs to.
  func result(at node: TapeNode?) -> RecurrentScan.Result {
    let stateShape = outputShape.removing(axis: 0)
    let hiddenNode = node?.following(by: 1)
    return RecurrentScan.Result(
      outputs: Tensor(shape: outputShape, storage: outputs, node: node),
      lastHidden: Tensor(shape: stateShape, storage: states, offset: hiddenOffset, node: hiddenNode),
      lastCell: Tensor(
        shape: stateShape, storage: states, offset: hasCell ? cellOffset : hiddenOffset,
        node: hasCell ? node?.following(by: 2) : hiddenNode))
  }
}

extension Adjoints {
  /// Memory for the gradient of an operand, its elements yet to be written; nil when nobody wants it.
  func room(for place: Place, _ elementType: ElementType) -> Storage? {
    place.isWanted ? tape.makeBlock(count: place.count, elementType: elementType) : nil
  }

  mutating func give(_ gradient: Storage, to place: Place) {
    give(Tensor(shape: place.shape, storage: gradient), to: place)
  }
}

extension RecurrentScan {
  static func check(
    _ kind: RecurrentKind, _ x: Tensor, lengths: [Int32]?, weights: RecurrentWeights, initialHidden: OptionalTensor,
    initialCell: OptionalTensor
  ) {
    if fits(kind, x, lengths, weights, initialHidden, initialCell) { return }
    let rows = kind.gateCount * weights.hiddenSize
    requireElementType(x, weights.inputHidden)
    requireElementType(x, weights.hiddenHidden)
    requireRank(3, x.shape, in: "recurrent layer")
    requireDimension(2, "input size", weights.inputSize, x.shape, in: "recurrent layer")
    requireDimension(0, "gates times hidden size", rows, weights.inputHidden.shape, in: "recurrent layer, weight_ih")
    requireDimension(0, "gates times hidden size", rows, weights.hiddenHidden.shape, in: "recurrent layer, weight_hh")
    checkBias(weights.inputBias, x, rows)
    checkBias(weights.hiddenBias, x, rows)
    checkState(initialHidden, x, weights.hiddenSize)
    checkState(initialCell, x, weights.hiddenSize)
    if let lengths {
      precondition(lengths.count == x.shape[1], "\(lengths.count) lengths for a batch of \(x.shape[1])")
      precondition(
        lengths.allSatisfy { $0 >= 0 && $0 <= x.shape[0] }, "a length is not between 0 and \(x.shape[0]) steps")
    }
  }

  /// Whether all is well, in few instructions; where not, the checks one by one say what is wrong.
  @inline(__always)
  private static func fits(
    _ kind: RecurrentKind, _ x: Tensor, _ lengths: [Int32]?, _ weights: RecurrentWeights,
    _ initialHidden: OptionalTensor, _ initialCell: OptionalTensor
  ) -> Bool {
    guard lengths == nil, x.shape.rank == 3, weights.inputHidden.shape.rank == 2, weights.hiddenHidden.shape.rank == 2
    else { return false }
    let (type, units) = (x.elementType, weights.hiddenSize)
    let rows = kind.gateCount * units
    func isBias(_ bias: OptionalTensor) -> Bool {
      bias.storage == nil || bias.elementType == type && bias.shape.rank == 1 && bias.shape[0] == rows
    }
    func isState(_ state: OptionalTensor) -> Bool {
      state.storage == nil
        || state.elementType == type && state.shape.rank == 2 && state.shape[0] == x.shape[1]
          && state.shape[1] == units
    }
    return weights.inputHidden.elementType == type && weights.hiddenHidden.elementType == type
      && weights.inputSize == x.shape[2] && weights.inputHidden.shape[0] == rows
      && weights.hiddenHidden.shape[0] == rows && isBias(weights.inputBias) && isBias(weights.hiddenBias)
      && isState(initialHidden) && isState(initialCell)
  }

  private static func checkBias(_ bias: OptionalTensor, _ x: Tensor, _ rows: Int) {
    guard let storage = bias.storage else { return }
    requireElementType(x, storage.elementType)
    requireDimension(0, "gates times hidden size", rows, bias.shape, in: "recurrent layer, bias")
  }

  private static func checkState(_ state: OptionalTensor, _ x: Tensor, _ hiddenSize: Int) {
    guard let storage = state.storage else { return }
    requireElementType(x, storage.elementType)
    requireRank(2, state.shape, in: "recurrent layer, initial state")
    requireDimension(0, "batch", x.shape[1], state.shape, in: "recurrent layer, initial state")
    requireDimension(1, "hidden size", hiddenSize, state.shape, in: "recurrent layer, initial state")
  }
}
