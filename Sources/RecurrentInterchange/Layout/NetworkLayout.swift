public import RecurrentLayers
public import RecurrentTensor

/// What files of weights do not tell of a network: which layers there are, in which order, and what acts between them. Sizes
/// come from the tensors.
///
///     emb=embedding, lstm, last, fc=linear, softmax
///
/// Layers stand in the order in which they act, with commas between them. `name=kind` says under which prefix the tensors of a
/// layer stand; a kind alone stands for a prefix of that name, or for tensors without a prefix. Options stand in
/// brackets: `conv(padding=same, stride=2)`. `LayoutKind` lists the kinds.
public struct NetworkLayout: Hashable, Sendable {
  /// The layers, first one first.
  public let layers: [LayoutLayer]

  /// A layout of at least one layer.
  public init(_ layers: [LayoutLayer]) {
    precondition(!layers.isEmpty, "a layout has at least one layer")
    self.layers = layers
  }

  /// Reads the text of a layout.
  ///
  /// - Throws: `LayoutError`, which says what stands wrong at which place.
  public init(parsing text: String) throws(LayoutError) {
    var parser = LayoutParser(text)
    self.init(try parser.layers())
  }
}

/// A layer of a layout.
public struct LayoutLayer: Hashable, Sendable {
  /// The prefix of its tensors, without the dot behind it; nil where only the kind is given.
  public var name: String?
  /// What it is.
  public var kind: LayoutKind

  /// A layer, which may have a name.
  public init(_ name: String? = nil, _ kind: LayoutKind) {
    self.name = name
    self.kind = kind
  }
}

/// What a layer of a layout is.
public enum LayoutKind: Hashable, Sendable {
  /// Vectors of symbols: `embedding`.
  case embedding
  /// Recurrent layers: `lstm`, `gru`, `rnn(tanh)`.
  case recurrent(RecurrentLayout)
  /// A linear map: `linear`; `linear(tied=emb)` has the matrix of the embedding `emb`.
  case linear(tied: String?)
  /// A convolution over time: `conv(padding=same, stride=1, dilation=1)`.
  case convolution(padding: ConvolutionPadding, stride: Int, dilation: Int)
  /// By running statistics: `batch_norm(eps=1e-5)`.
  case batchNormalization(epsilon: Float)
  /// Over the features of a step: `layer_norm(eps=1e-5)`.
  case layerNormalization(epsilon: Float)
  /// What has no weights: `last`, `final`, `mean`, `max`, `flatten(28)`, `max_pool(2)`, `avg_pool(2)`, `dropout(0.5)`, and the
  /// functions `tanh`, `sigmoid`, `relu`, `leaky_relu(0.01)`, `softplus`, `softmax`, `log_softmax`.
  case weightless(NetworkLayer)
}

/// What a layout says of recurrent layers.
public struct RecurrentLayout: Hashable, Sendable {
  /// The cells that PyTorch's recurrent modules have.
  public enum Cell: String, Hashable, Sendable, CaseIterable {
    /// Long short-term memory.
    case lstm
    /// Gated recurrent units, their reset gate after the product with the hidden state.
    case gru
    /// Simple recurrent units.
    case rnn

    /// The blocks of rows of a matrix.
    var gateCount: Int {
      switch self {
      case .lstm: 4
      case .gru: 3
      case .rnn: 1
      }
    }
  }

  /// The cell.
  public var cell: Cell
  /// The function of simple units; nil for the others.
  public var activation: CellActivation?
  /// Whether the two biases of a file are added to one: `lstm(bias=single)`.
  public var hasSingleBias = false

  /// Layers of a cell.
  public init(_ cell: Cell, activation: CellActivation? = nil) {
    self.cell = cell
    self.activation = activation
  }
}
