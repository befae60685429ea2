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
  package var inputBias: OptionalTensor
  /// `[G·H]`
  package var hiddenBias: OptionalTensor
  package var cache: RecurrentCache

  package init(
    inputHidden: Tensor, hiddenHidden: Tensor, inputBias: OptionalTensor, hiddenBias: OptionalTensor,
    cache: RecurrentCache
  ) {
    self.inputHidden = inputHidden
    self.hiddenHidden = hiddenHidden
    self.inputBias = inputBias
    self.hiddenBias = hiddenBias
    self.cache = cache
  }

  var inputSize: Int { inputHidden.shape[1] }
  var hiddenSize: Int { hiddenHidden.shape[1] }

  /// Joins the nodes of all weights; see `Tape.join`.
  func join(_ node: inout TapeNode?) {
    Tape.join(inputHidden.node, &node)
    Tape.join(hiddenHidden.node, &node)
    Tape.join(inputBias.node, &node)
    Tape.join(hiddenBias.node, &node)
  }

  /// The packed form for the way there.
  func packedForward(_ cell: rk_cell) -> Storage {
    cache.packed.block(.forward, of: source(cell), size: packedSize(cell), elementType: inputHidden.elementType) {
      inputHidden.kernels.pointee.recurrent_pack(
        cell, Int64(inputSize), Int64(hiddenSize), inputHidden.pointer, hiddenHidden.pointer, inputBias.pointer,
        hiddenBias.pointer, $0)
    }
  }

  /// The packed form for the way back.
  func packedBackward(_ cell: rk_cell) -> Storage {
    cache.packed.block(.backward, of: source(cell), size: packedSize(cell), elementType: inputHidden.elementType) {
      inputHidden.kernels.pointee.recurrent_pack_backward(
        cell, Int64(inputSize), Int64(hiddenSize), inputHidden.pointer, hiddenHidden.pointer, inputBias.pointer,
        hiddenBias.pointer, $0)
    }
  }

  /// Elements of the larger form.
  private func packedSize(_ cell: rk_cell) -> Int {
    let table = inputHidden.kernels
    return Int(
      Swift.max(
        table.pointee.recurrent_packed_size(cell, Int64(inputSize), Int64(hiddenSize)),
        table.pointee.recurrent_packed_backward_size(cell, Int64(inputSize), Int64(hiddenSize))))
  }

  private func source(_ cell: rk_cell) -> PackedWeights.Source {
    PackedWeights.Source(inputHidden, hiddenHidden, inputBias, hiddenBias, kind: UInt32(cell.rawValue))
  }
}

/// Where the packed forms of a cell's weights are kept.
package final class RecurrentCache: Sendable {
  fileprivate let packed = PackedWeights()
  /// The packed forms for when the same cell runs as equations.
  package let equations = ProgramCache()

  package init() {}
}
