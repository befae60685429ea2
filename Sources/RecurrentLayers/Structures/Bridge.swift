public import RecurrentTensor

/// How a context becomes the first state of a decoder.
public struct Bridge: Module {
  /// One map for each part of the state; empty where the parts of the encoder's state are taken as they are.
  public var maps: [Linear]
  /// What follows each map.
  public let activation: Activation

  private init(maps: [Linear], activation: Activation) {
    self.maps = maps
    self.activation = activation
  }

  /// Each part of the state as it is: encoder and decoder have layers of the same kinds and widths.
  public static let identity = Bridge(maps: [], activation: .identity)

  /// A trained map from the context to each part of the decoder's first state (Cho et al., 2014; Bahdanau et al., 2015):
  ///
  ///     s = f(W c + b)
  ///
  /// The kinds and widths of encoder and decoder need not agree: an LSTM may follow a GRU.
  ///
  /// - Parameters:
  ///   - contextSize: The number of features of the context.
  ///   - layer: The decoder's layer or stack.
  ///   - activation: The function f.
  ///   - key: Where the random numbers come from.
  public init(contextSize: Int, to layer: some SequenceLayer, activation: Activation = .tanh, key: RandomKey) {
    let parts = layer.firstState(like: Tensor(zeros: [1, layer.inputSize])).components
    self.init(
      maps: parts.enumerated().map { number, part in
        Linear(inputSize: contextSize, outputSize: part.count, key: key.folding(number))
      }, activation: activation)
  }

  /// Visits the maps in the order of the parts.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { visitor.visit("maps", &maps) }

  /// The parts of the first state, in the shapes of `first`.
  ///
  /// - Parameters:
  ///   - context: `[N, K]`.
  ///   - parts: The parts of the state that the encoder ended with.
  ///   - first: The state that the decoder would begin with.
  package func callAsFunction<State: LayerState>(_ context: Tensor, carrying parts: [Tensor], into first: State)
    -> State
  {
    let shapes = first.components.map(\.shape)
    let given = maps.isEmpty ? parts : zip(maps, shapes).map { activation($0(context)).reshaped(to: $1) }
    precondition(
      given.map(\.shape) == shapes,
      "a state of parts \(given.map(\.shape)) does not fit a decoder that needs \(shapes); give a learned bridge")
    return first.replacing(components: given)
  }
}
