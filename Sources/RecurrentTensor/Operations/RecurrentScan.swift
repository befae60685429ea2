import CRecurrentKernels

/// A whole sequence through one recurrent layer in one direction: one record on the tape, one loop over time in C.
package struct RecurrentScan: DifferentiableOperation {
  // What the way back reads.
  private let kind: RecurrentKind
  private let lengths: [Int32]?
  private let isReversed: Bool
  private let x: TensorElements
  private let initialHidden: TensorElements?
  private let initialCell: TensorElements?
  private let outputs: TensorElements
  private let saved: Storage
  private let packed: Storage
  // Where it leaves gradients.
  private let inputPlace: Place
  private let initialHiddenPlace: Place
  private let initialCellPlace: Place
  private let inputHidden: Place
  private let hiddenHidden: Place
  private let inputBias: Place
  private let hiddenBias: Place

  /// What a scan gives: all outputs `[T, N, H]`, and the states after each row's last real step, `[N, H]`.
  package struct Result {
    package var outputs: Tensor
    package var lastHidden: Tensor
    package var lastCell: Tensor?
  }

  /// Runs `x`, `[T, N, I]`, through the cell.
  ///
  /// - Parameters:
  ///   - lengths: The real steps of each row, each in `0...T`; nil means that all are real. Outputs at other steps are 0.
  ///   - isReversed: Whether each row runs from its own last real step down to its first.
  ///   - initialHidden: `[N, H]`; nil is exactly the zero state. A row of length 0 gets its initial state back.
  package static func apply(
    _ kind: RecurrentKind, _ x: Tensor, lengths: [Int32]?, isReversed: Bool, weights: RecurrentWeights,
    initialHidden: Tensor?, initialCell: Tensor?
  ) -> Result {
    check(kind, x, lengths: lengths, weights: weights, initialHidden: initialHidden, initialCell: initialCell)
    let tape = Tape.common(
      x, weights.inputHidden, weights.hiddenHidden, weights.inputBias, weights.hiddenBias, initialHidden, initialCell)
    let type = x.elementType
    let hiddenSize = weights.hiddenSize
    let outputs = Tensor(uninitialized: x.shape.replacing(axis: 2, with: hiddenSize), elementType: type, on: tape)
    // The last states lie side by side, h before c.
    let stateShape = outputs.shape.removing(axis: 0)
    let states = Tensor(
      uninitialized: outputs.shape.replacing(axis: 0, with: kind.cell == RK_LSTM ? 2 : 1), elementType: type, on: tape)
    let lastHidden = states.view(stateShape, from: 0)
    let lastCell = kind.cell == RK_LSTM ? states.view(stateShape, from: stateShape.elementCount) : nil

    let kernels = x.kernels
    let packed = weights.cache.forward(weights, kind)
    let saved = withProblem(kind, x.shape, hiddenSize, lengths, isReversed) { problem in
      let saved = tape?.makeBlock(count: Int(kernels.pointee.recurrent_saved_size(problem)), elementType: type)
      let room = Int(kernels.pointee.recurrent_forward_workspace(problem, tape == nil ? 0 : 1))
      var call = rk_recurrent_forward(
        x: x.pointer, packed: packed.base, h0: initialHidden?.pointer, c0: initialCell?.pointer,
        y: outputs.mutablePointer, y_stride: Int64(hiddenSize), h_last: lastHidden.mutablePointer,
        c_last: lastCell?.mutablePointer, saved: saved?.base, workspace: nil)
      if let tape {
        call.workspace = tape.scratch(count: room, elementType: type)
        kernels.pointee.recurrent_forward(1, problem, &call)
      } else {
        withUnsafeTemporaryAllocation(byteCount: room * type.stride, alignment: 64) { workspace in
          call.workspace = workspace.baseAddress
          kernels.pointee.recurrent_forward(1, problem, &call)
        }
      }
      return saved
    }
    extendLifetime(packed)

    var result = Result(outputs: outputs, lastHidden: lastHidden, lastCell: lastCell)
    if let tape, let saved {
      let operation = RecurrentScan(
        kind: kind, lengths: lengths, isReversed: isReversed, x: x.elements, initialHidden: initialHidden?.elements,
        initialCell: initialCell?.elements, outputs: outputs.elements, saved: saved,
        packed: weights.cache.backward(weights, kind), inputPlace: x.place, initialHiddenPlace: Place(initialHidden),
        initialCellPlace: Place(initialCell), inputHidden: weights.inputHidden.place,
        hiddenHidden: weights.hiddenHidden.place, inputBias: Place(weights.inputBias),
        hiddenBias: Place(weights.hiddenBias))
      let first = tape.record(operation, outputCount: 3)
      result.outputs.node = first
      result.lastHidden.node = first.following(by: 1)
      result.lastCell?.node = first.following(by: 2)
    }
    return result
  }

  package func pullback(_ adjoints: inout Adjoints) {
    let dy = adjoints.takeOutputElements(0)
    let dLastHidden = adjoints.takeOutputElements(1)
    let dLastCell = adjoints.takeOutputElements(2)
    if dy == nil && dLastHidden == nil && dLastCell == nil { return }

    let type = x.storage.elementType
    let kernels = Kernels.table(for: type)
    let dx = adjoints.room(for: inputPlace, type)
    let dInitialHidden = adjoints.room(for: initialHiddenPlace, type)
    let dInitialCell = adjoints.room(for: initialCellPlace, type)
    let hiddenSize = hiddenHidden.shape[1]
    RecurrentScan.withProblem(kind, inputPlace.shape, hiddenSize, lengths, isReversed) { problem in
      let size = Int(kernels.pointee.recurrent_backward_workspace(problem))
      var call = rk_recurrent_backward(
        x: x.pointer, packed_backward: packed.base, h0: initialHidden?.pointer, c0: initialCell?.pointer,
        y: outputs.pointer, y_stride: Int64(hiddenSize), saved: saved.base, dy: dy?.pointer,
        dy_stride: Int64(hiddenSize), dh_last: dLastHidden?.pointer, dc_last: dLastCell?.pointer, dx: dx?.base,
        dw_ih: adjoints.pointer(for: inputHidden), dw_hh: adjoints.pointer(for: hiddenHidden),
        db_ih: adjoints.pointer(for: inputBias), db_hh: adjoints.pointer(for: hiddenBias), dh0: dInitialHidden?.base,
        dc0: dInitialCell?.base, workspace: adjoints.tape.scratch(count: size, elementType: type))
      kernels.pointee.recurrent_backward(1, problem, &call)
    }
    extendLifetime((dy, dLastHidden, dLastCell))
    if let dx { adjoints.give(dx, to: inputPlace) }
    if let dInitialHidden { adjoints.give(dInitialHidden, to: initialHiddenPlace) }
    if let dInitialCell { adjoints.give(dInitialCell, to: initialCellPlace) }
  }
}

extension Adjoints {
  /// Memory for the gradient of an operand, its elements yet to be written; nil when nobody wants it.
  fileprivate func room(for place: Place, _ elementType: ElementType) -> Storage? {
    place.isWanted ? tape.makeBlock(count: place.count, elementType: elementType) : nil
  }

  fileprivate mutating func give(_ gradient: Storage, to place: Place) {
    give(Tensor(shape: place.shape, storage: gradient), to: place)
  }
}

extension RecurrentScan {
  /// Calls `body` with the description of one layer's work over one batch, as the kernels want it.
  @inline(__always)
  private static func withProblem<Value>(
    _ kind: RecurrentKind, _ inputs: Shape, _ hiddenSize: Int, _ lengths: [Int32]?, _ isReversed: Bool,
    _ body: (UnsafePointer<rk_recurrent>) -> Value
  ) -> Value {
    var problem = rk_recurrent(
      cell: kind.cell, activation: kind.activation, slope: Double(kind.slope), steps: Int64(inputs[0]),
      batch: Int64(inputs[1]), input_size: Int64(inputs[2]), hidden_size: Int64(hiddenSize), lengths: nil,
      reverse: isReversed ? 1 : 0, hidden_mask: nil, hidden_mask_step: 0)
    guard let lengths else { return body(&problem) }
    return lengths.withUnsafeBufferPointer { buffer in
      problem.lengths = buffer.baseAddress
      return body(&problem)
    }
  }

  private static func check(
    _ kind: RecurrentKind, _ x: Tensor, lengths: [Int32]?, weights: RecurrentWeights, initialHidden: Tensor?,
    initialCell: Tensor?
  ) {
    requireElementType(x, weights.inputHidden, weights.hiddenHidden)
    requireElementType(x, weights.inputBias, weights.hiddenBias)
    requireElementType(x, initialHidden, initialCell)
    requireRank(3, x.shape, in: "recurrent layer")
    requireDimension(2, "input size", weights.inputSize, x.shape, in: "recurrent layer")
    let rows = kind.gateCount * weights.hiddenSize
    requireDimension(0, "gates times hidden size", rows, weights.inputHidden.shape, in: "recurrent layer, weight_ih")
    requireDimension(0, "gates times hidden size", rows, weights.hiddenHidden.shape, in: "recurrent layer, weight_hh")
    checkBias(weights.inputBias, rows)
    checkBias(weights.hiddenBias, rows)
    checkState(initialHidden, x.shape[1], weights.hiddenSize)
    checkState(initialCell, x.shape[1], weights.hiddenSize)
    if let lengths {
      precondition(lengths.count == x.shape[1], "\(lengths.count) lengths for a batch of \(x.shape[1])")
      precondition(
        lengths.allSatisfy { $0 >= 0 && $0 <= x.shape[0] }, "a length is not between 0 and \(x.shape[0]) steps")
    }
  }

  private static func checkBias(_ bias: Tensor?, _ rows: Int) {
    if let bias { requireDimension(0, "gates times hidden size", rows, bias.shape, in: "recurrent layer, bias") }
  }

  private static func checkState(_ state: Tensor?, _ batchSize: Int, _ hiddenSize: Int) {
    guard let state else { return }
    requireRank(2, state.shape, in: "recurrent layer, initial state")
    requireDimension(0, "batch", batchSize, state.shape, in: "recurrent layer, initial state")
    requireDimension(1, "hidden size", hiddenSize, state.shape, in: "recurrent layer, initial state")
  }
}
