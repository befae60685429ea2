public import RecurrentTensor

/// What a recurrent cell carries from one step to the next: one or more named tensors, one row for each sequence.
public protocol RecurrentState: LayerState, TensorCoded {
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
  /// A state made of other parts.
  public func replacing(components: [Tensor]) -> Self { Self(components: components) }
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
