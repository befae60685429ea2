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

  fileprivate func source(_ kind: RecurrentKind) -> PackedWeights.Source {
    PackedWeights.Source(inputHidden, hiddenHidden, inputBias, hiddenBias, form: UInt32(kind.cell.rawValue))
  }
}

/// The packed forms of a cell's weights for the way there and for the way back.
package final class RecurrentCache: Sendable {
  private let forwardForm = PackedWeights()
  private let backwardForm = PackedWeights()

  package init() {}

  /// For the way there.
  func forward(_ weights: RecurrentWeights, _ kind: RecurrentKind) -> Storage {
    let table = weights.inputHidden.kernels
    return forwardForm.block(
      for: weights.source(kind),
      size: Int(table.pointee.recurrent_packed_size(kind.cell, Int64(weights.inputSize), Int64(weights.hiddenSize))),
      elementType: weights.inputHidden.elementType
    ) { target in
      table.pointee.recurrent_pack(
        kind.cell, Int64(weights.inputSize), Int64(weights.hiddenSize), weights.inputHidden.pointer,
        weights.hiddenHidden.pointer, weights.inputBias?.pointer, weights.hiddenBias?.pointer, target)
    }
  }

  /// For the way back.
  func backward(_ weights: RecurrentWeights, _ kind: RecurrentKind) -> Storage {
    let table = weights.inputHidden.kernels
    return backwardForm.block(
      for: weights.source(kind),
      size: Int(
        table.pointee.recurrent_packed_backward_size(kind.cell, Int64(weights.inputSize), Int64(weights.hiddenSize))),
      elementType: weights.inputHidden.elementType
    ) { target in
      table.pointee.recurrent_pack_backward(
        kind.cell, Int64(weights.inputSize), Int64(weights.hiddenSize), weights.inputHidden.pointer,
        weights.hiddenHidden.pointer, weights.inputBias?.pointer, weights.hiddenBias?.pointer, target)
    }
  }
}
