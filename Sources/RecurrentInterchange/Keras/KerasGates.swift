import RecurrentLayers
import RecurrentTensor

/// Where Keras and PyTorch put the gates of a cell, and which way round the matrices lie.
///
/// | | Keras | here |
/// |---|---|---|
/// | LSTM | i f c o | i f g o, the same |
/// | GRU | z r h | r z n |
/// | matrices | `[I, G·H]` | `[G·H, I]` |
/// | biases | one, or `[2, 3·H]` | `[G·H]` each |
enum KerasGates {
  /// A matrix with its axes the other way round and its blocks in the other order; it is its own inverse but for the axes.
  static func rows(_ kernel: Tensor, _ cell: RecurrentDescription.Cell) -> Tensor {
    swapped(kernel.permuted([1, 0]), cell)
  }

  /// The opposite of `rows`.
  static func kernel(_ rows: Tensor, _ cell: RecurrentDescription.Cell) -> Tensor {
    swapped(rows, cell).permuted([1, 0])
  }

  /// Blocks of rows in the other order: for a GRU the first two change places, for other cells none.
  static func swapped(_ rows: Tensor, _ cell: RecurrentDescription.Cell) -> Tensor {
    guard case .gru = cell else { return rows }
    let size = rows.shape[0] / 3
    return Tensor(
      concatenating: [1, 0, 2].map { rows.slice(axis: 0, $0 * size..<($0 + 1) * size) }, axis: 0)
  }
}

extension Tensor {
  /// The second axis `[…, steps, size]` turned from step by step to channel by channel.
  func channelMajor(_ order: StepMajorOrder?) -> Tensor {
    reordered(order.map { ($0.steps, $0.size) })
  }

  /// The opposite of `channelMajor`.
  func stepMajor(_ order: StepMajorOrder?) -> Tensor {
    reordered(order.map { ($0.size, $0.steps) })
  }

  /// The last axis, of `order.0` parts of `order.1` numbers, with the two turned round.
  private func reordered(_ order: (Int, Int)?) -> Tensor {
    guard let order, order.0 > 1, order.1 > 1 else { return self }
    let rows = shape.rank == 1 ? 1 : shape[0]
    return reshaped(to: [rows, order.0, order.1]).permuted([0, 2, 1]).reshaped(to: shape)
  }
}
