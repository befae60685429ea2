public import RecurrentTensor

/// What a recurrent cell carries from one step to the next: one or more named tensors, one row for each sequence.
public protocol RecurrentState: CarriedState {
  /// The names of the parts, for example `hidden` and `cell`.
  static var componentNames: [String] { get }
  /// The parts, in the order of their names, each `[N, …]`.
  var components: [Tensor] { get }
  /// The state made of the given parts.
  init(components: [Tensor])
  /// The part that is the cell's output, `[N, H]`.
  var hidden: Tensor { get }
}

extension RecurrentState {
  /// The state with `transform` applied to each part.
  public func map(_ transform: (Tensor) -> Tensor) -> Self {
    Self(components: components.map(transform))
  }

  /// The same numbers, cut off from the computation that made them: no gradient flows back through them.
  public func detached() -> Self { map { $0.detached() } }

  /// The states of some rows of the batch, in the given order.
  public func selecting(rows: [Int]) -> Self {
    map { $0.selectingRows(rows.map(Int32.init)) }
  }
}

extension Tensor {
  /// The parts of the outermost axis that `indices` name; zeros for a negative index.
  func selectingRows(_ indices: [Int32]) -> Tensor {
    let width = shape.elementCount(of: 1..<shape.rank)
    return reshaped(to: [shape[0], width]).rows(at: indices)
      .reshaped(to: shape.replacing(axis: 0, with: indices.count))
  }
}

/// The state of a cell that carries its output only.
public struct HiddenState: RecurrentState {
  /// The names of the parts.
  public static let componentNames = ["hidden"]
  /// The hidden state, `[N, H]`.
  public var hidden: Tensor

  /// A state from the hidden state, `[N, H]`.
  public init(hidden: Tensor) { self.hidden = hidden }
  /// A state from its one part.
  public init(components: [Tensor]) {
    precondition(components.count == 1, "a hidden state has one part, not \(components.count)")
    hidden = components[0]
  }
  /// The one part.
  public var components: [Tensor] { [hidden] }
}

/// The state of an LSTM cell.
public struct LSTMState: RecurrentState {
  /// The names of the parts.
  public static let componentNames = ["hidden", "cell"]
  /// The hidden state h, `[N, H]`.
  public var hidden: Tensor
  /// The cell state c, `[N, H]`.
  public var cell: Tensor

  /// A state from hidden state and cell state, both `[N, H]`.
  public init(hidden: Tensor, cell: Tensor) {
    self.hidden = hidden
    self.cell = cell
  }
  /// A state from its two parts.
  public init(components: [Tensor]) {
    precondition(components.count == 2, "an LSTM state has two parts, not \(components.count)")
    hidden = components[0]
    cell = components[1]
  }
  /// Hidden state and cell state.
  public var components: [Tensor] { [hidden, cell] }
}
