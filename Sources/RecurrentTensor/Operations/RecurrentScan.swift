package import CRecurrentKernels

/// What the fused kernels need to know of a cell besides its weights.
package struct RecurrentKind: Hashable, Sendable {
  package let cell: rk_cell
  package let activation: rk_unary
  package let slope: Float

  package init(cell: rk_cell, activation: rk_unary = RK_TANH, slope: Float = 0) {
    self.cell = cell
    self.activation = activation
    self.slope = slope
  }

  /// Blocks of rows in the weight matrices: one for each gate.
  package var gateCount: Int {
    switch cell {
    case RK_LSTM: 4
    case RK_ELMAN: 1
    default: 3
    }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(cell.rawValue)
    hasher.combine(activation.rawValue)
    hasher.combine(slope)
  }
}

/// The weights of a fused cell, G gates of H units, with the place where their packed forms are kept.
package struct RecurrentWeights: Sendable {
  /// `[G·H, I]`
  package var inputHidden: Tensor
  /// `[G·H, H]`
  package var hiddenHidden: Tensor
  /// `[G·H]`
  package var inputBias: Tensor?
  /// `[G·H]`
  package var hiddenBias: Tensor?
  package var cache: RecurrentCache

  package init(
    inputHidden: Tensor, hiddenHidden: Tensor, inputBias: Tensor?, hiddenBias: Tensor?, cache: RecurrentCache
  ) {
    self.inputHidden = inputHidden
    self.hiddenHidden = hiddenHidden
    self.inputBias = inputBias
    self.hiddenBias = hiddenBias
    self.cache = cache
  }

  var inputSize: Int { inputHidden.shape[1] }
  var hiddenSize: Int { hiddenHidden.shape[1] }
}

/// The packed forms of a cell's weights for the way there and for the way back.
package final class RecurrentCache: Sendable {
  private let forwardForm = PackedWeights()
  private let backwardForm = PackedWeights()

  package init() {}

  fileprivate func forward(_ weights: RecurrentWeights, _ kind: RecurrentKind) -> Storage {
    let table = weights.inputHidden.kernels.pointee
    let size = table.recurrent_packed_size(kind.cell, Int64(weights.inputSize), Int64(weights.hiddenSize))
    return block(weights, kind, forwardForm, size: size, pack: table.recurrent_pack)
  }

  fileprivate func backward(_ weights: RecurrentWeights, _ kind: RecurrentKind) -> Storage {
    let table = weights.inputHidden.kernels.pointee
    let size = table.recurrent_packed_backward_size(kind.cell, Int64(weights.inputSize), Int64(weights.hiddenSize))
    return block(weights, kind, backwardForm, size: size, pack: table.recurrent_pack_backward)
  }

  private typealias Pack =
    @convention(c) (
      rk_cell, Int64, Int64, UnsafeRawPointer, UnsafeRawPointer, UnsafeRawPointer?, UnsafeRawPointer?,
      UnsafeMutableRawPointer
    ) -> Void

  private func block(
    _ weights: RecurrentWeights, _ kind: RecurrentKind, _ form: PackedWeights, size: Int64, pack: Pack
  ) -> Storage {
    let source = PackedWeights.Source(
      weights.inputHidden, weights.hiddenHidden, weights.inputBias, weights.hiddenBias,
      form: UInt32(kind.cell.rawValue))
    return form.block(for: source, size: Int(size), elementType: weights.inputHidden.elementType) { target in
      pack(
        kind.cell, Int64(weights.inputSize), Int64(weights.hiddenSize), weights.inputHidden.pointer,
        weights.hiddenHidden.pointer, weights.inputBias?.pointer, weights.hiddenBias?.pointer, target)
    }
  }
}

/// A whole sequence through one recurrent layer in one direction: one record on the tape, one loop over time in C.
package struct RecurrentScan: DifferentiableOperation {
  let kind: RecurrentKind
  let lengths: [Int32]?
  let isReversed: Bool
  let x: Tensor
  let weights: RecurrentWeights
  let initialHidden: Tensor?
  let initialCell: Tensor?
  let outputs: Tensor
  let saved: Tensor

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
    let stateShape: Shape = [x.shape[1], weights.hiddenSize]
    let type = x.elementType
    let outputs = Tensor(
      uninitialized: [x.shape[0], x.shape[1], weights.hiddenSize], elementType: type, on: tape)
    let lastHidden = Tensor(uninitialized: stateShape, elementType: type, on: tape)
    let lastCell = kind.cell == RK_LSTM ? Tensor(uninitialized: stateShape, elementType: type, on: tape) : nil

    let kernels = x.kernels
    let packed = weights.cache.forward(weights, kind)
    let saved: Tensor? = withProblem(kind, x, weights, lengths, isReversed) { problem in
      let saved =
        tape == nil
        ? nil
        : Tensor(
          uninitialized: [Int(kernels.pointee.recurrent_saved_size(problem))], elementType: type, on: tape)
      let room = kernels.pointee.recurrent_forward_workspace(problem, tape == nil ? 0 : 1)
      let workspace = Tensor(uninitialized: [Int(room)], elementType: type, on: tape)
      var call = rk_recurrent_forward(
        x: x.pointer, packed: packed.base, h0: initialHidden?.pointer, c0: initialCell?.pointer,
        y: outputs.mutablePointer, y_stride: Int64(weights.hiddenSize), h_last: lastHidden.mutablePointer,
        c_last: lastCell?.mutablePointer, saved: saved?.mutablePointer, workspace: workspace.mutablePointer)
      kernels.pointee.recurrent_forward(problem, &call)
      extendLifetime(workspace)
      return saved
    }
    extendLifetime(packed)

    var result = Result(outputs: outputs, lastHidden: lastHidden, lastCell: lastCell)
    if let tape, let saved {
      result.setNodes(
        first: tape.record(
          RecurrentScan(
            kind: kind, lengths: lengths, isReversed: isReversed, x: x, weights: weights,
            initialHidden: initialHidden, initialCell: initialCell, outputs: outputs, saved: saved),
          outputCount: 3))
    }
    return result
  }

  package func pullback(_ adjoints: inout Adjoints) {
    let dy = adjoints.takeOutput(0)
    let dLastHidden = adjoints.takeOutput(1)
    let dLastCell = adjoints.takeOutput(2)
    if dy == nil && dLastHidden == nil && dLastCell == nil { return }

    let kernels = x.kernels
    let packed = weights.cache.backward(weights, kind)
    func room(for operand: Tensor?) -> Tensor? {
      guard let operand, adjoints.wants(operand) else { return nil }
      return Tensor(uninitialized: operand.shape, elementType: operand.elementType, on: adjoints.tape)
    }
    let dx = room(for: x)
    let dInitialHidden = room(for: initialHidden)
    let dInitialCell = room(for: initialCell)
    RecurrentScan.withProblem(kind, x, weights, lengths, isReversed) { problem in
      let size = kernels.pointee.recurrent_backward_workspace(problem)
      let workspace = Tensor(uninitialized: [Int(size)], elementType: x.elementType, on: adjoints.tape)
      let width = Int64(weights.hiddenSize)
      var call = rk_recurrent_backward(
        x: x.pointer, packed_backward: packed.base, h0: initialHidden?.pointer, c0: initialCell?.pointer,
        y: outputs.pointer, y_stride: width, saved: saved.mutablePointer, dy: dy?.pointer, dy_stride: width,
        dh_last: dLastHidden?.pointer, dc_last: dLastCell?.pointer, dx: dx?.mutablePointer,
        dw_ih: adjoints.pointer(for: weights.inputHidden), dw_hh: adjoints.pointer(for: weights.hiddenHidden),
        db_ih: adjoints.pointer(for: weights.inputBias), db_hh: adjoints.pointer(for: weights.hiddenBias),
        dh0: dInitialHidden?.mutablePointer, dc0: dInitialCell?.mutablePointer, workspace: workspace.mutablePointer)
      kernels.pointee.recurrent_backward(problem, &call)
      extendLifetime(workspace)
    }
    extendLifetime(packed)
    if let dx { adjoints.give(dx, to: x) }
    if let dInitialHidden, let initialHidden { adjoints.give(dInitialHidden, to: initialHidden) }
    if let dInitialCell, let initialCell { adjoints.give(dInitialCell, to: initialCell) }
  }
}

extension RecurrentScan {
  /// Calls `body` with the description of one layer's work over one batch, as the kernels want it.
  private static func withProblem<Value>(
    _ kind: RecurrentKind, _ x: Tensor, _ weights: RecurrentWeights, _ lengths: [Int32]?, _ isReversed: Bool,
    _ body: (UnsafePointer<rk_recurrent>) -> Value
  ) -> Value {
    var problem = rk_recurrent(
      cell: kind.cell, activation: kind.activation, slope: Double(kind.slope), steps: Int64(x.shape[0]),
      batch: Int64(x.shape[1]), input_size: Int64(weights.inputSize), hidden_size: Int64(weights.hiddenSize),
      lengths: nil, reverse: isReversed ? 1 : 0)
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

extension RecurrentScan.Result {
  fileprivate mutating func setNodes(first: TapeNode) {
    outputs.node = first
    lastHidden.node = first.following(by: 1)
    lastCell?.node = first.following(by: 2)
  }
}
