public import RecurrentTensor

/// When a decoder looks back at the encoder's outputs.
public enum AttentionOrder: String, Hashable, Sendable, CaseIterable {
  /// Before each step, with the state of the step before; the layers see the context beside what is fed back (Bahdanau et
  /// al., 2015).
  case beforeStep = "before-step"
  /// After each step, with its output (Luong et al., 2015). Under a teacher all steps are one fused sequence and one call of
  /// the attention.
  case afterStep = "after-step"
  /// After each step, and the next one sees what came of it beside what is fed back (Luong et al., 2015, "input feeding").
  case afterStepWithFeeding = "after-step-with-feeding"
}

/// A decoder that looks back at all outputs of the encoder at every step.
///
/// With hidden state h and context c, a weighted mean of the encoder's outputs, at each step:
///
///     h′ = layer(fed, h)          or layer([fed; c], h) before the step, layer([fed; a], h) with input feeding
///     a  = tanh(W [c; h′])        or [c; h′] itself without a combination
///     y  = readout(a)
///
/// ```swift
/// let layer = LSTM(inputSize: 8, hiddenSize: 64, key: key)
/// let decoder = AttentionDecoder(
///   layer, feed: TokenFeed(embedding, start: 0), attention: GeneralAttention(querySize: 64, keySize: 128, key: key),
///   combination: Linear(inputSize: 128 + 64, outputSize: 64, key: key),
///   readout: Linear(inputSize: 64, outputSize: 10, key: key), order: .afterStep)
/// let model = EncoderDecoder(encoder, context: .last, decoder: decoder)
/// ```
public struct AttentionDecoder<Layer: SequenceLayer, Feed: DecoderFeed, Score: Attention>: Module {
  /// The recurrent layers.
  public var layer: Layer
  /// What is fed back.
  public var feed: Feed
  /// How queries and the encoder's outputs are matched.
  public var attention: Score
  /// W, `[A, V + H]`; nil where the readout sees context and output as they are.
  public var combination: Linear?
  /// From `[A]`, or `[V + H]`, to logits or numbers.
  public var readout: Linear
  /// When the decoder looks back.
  public let order: AttentionOrder
  /// How the encoder's context becomes the first state; nil for the layers' own.
  public var bridge: Bridge?

  /// A decoder.
  ///
  /// - Parameters:
  ///   - layer: A recurrent layer or stack, as wide at its input as what is fed back and, before the step, the context V,
  ///     or with input feeding, a.
  ///   - feed: What is fed back.
  ///   - attention: How the layers' output, `[H]`, or before the step their hidden state, is matched with the encoder's
  ///     outputs.
  ///   - combination: From context and output, V + H features, to A; nil for none.
  ///   - readout: From A features, or V + H without a combination, to logits or numbers.
  ///   - order: When the decoder looks back.
  ///   - bridge: How the encoder's context becomes the first state; nil for the layers' own.
  public init(
    _ layer: Layer, feed: Feed, attention: Score, combination: Linear? = nil, readout: Linear,
    order: AttentionOrder = .afterStep, bridge: Bridge? = nil
  ) {
    let joined = attention.contextSize + layer.outputSize
    let attentional = combination?.outputSize ?? joined
    precondition(
      (combination?.inputSize ?? joined) == joined,
      "a combination of context and output needs \(joined) inputs")
    precondition(readout.inputSize == attentional, "the readout needs \(attentional) inputs")
    let seen =
      switch order {
      case .beforeStep: attention.contextSize
      case .afterStep: 0
      case .afterStepWithFeeding: attentional
      }
    precondition(layer.inputSize == feed.size + seen, "the layer needs \(feed.size) + \(seen) inputs")
    self.layer = layer
    self.feed = feed
    self.attention = attention
    self.combination = combination
    self.readout = readout
    self.order = order
    self.bridge = bridge
  }

  /// Visits bridge, feed, attention, layers, combination and readout.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("bridge", &bridge)
    visitor.visit("feed", &feed)
    visitor.visit("attention", &attention)
    visitor.visit("layer", &layer)
    visitor.visit("combination", &combination)
    visitor.visit("readout", &readout)
  }

  /// What a decoder carries from step to step.
  public struct State: Sendable {
    /// The state of the recurrent layers.
    public var layer: Layer.State
    /// What input feeding gives to the next step, `[N, A]`.
    var attentional: Tensor
  }

  /// The state before the first step. An identity bridge takes the encoder's whole last state over, part by part; input
  /// feeding begins with zeros.
  public func firstState(_ encoding: Encoding<some LayerState>) -> State {
    let first = layer.firstState(like: encoding.context)
    let state = bridge.map { $0(encoding.context, carrying: encoding.finalState.components, into: first) } ?? first
    let rows = encoding.context.shape[0]
    return State(
      layer: state,
      attentional: Tensor(
        repeating: 0, shape: [rows, readout.inputSize], elementType: encoding.context.elementType))
  }

  /// One step.
  ///
  /// - Parameters:
  ///   - fed: What is fed back, `[N, feed.size]`.
  ///   - memory: From `attention.prepare`.
  ///   - state: The state before the step.
  /// - Returns: The output, `[N, D]`, the weight of each of the encoder's outputs, `[N, T]`, and the state after the step.
  public func step(
    fed: Tensor, memory: AttentionMemory, from state: State
  ) -> (output: Tensor, weights: Tensor, state: State) {
    let batch = SequenceBatch(fed.reshaped(to: fed.shape.inserting(1, at: 0)))
    let (attentional, weights, next) = advance(batch, memory, state)
    return (readout(attentional), weights, next)
  }

  /// One step up to the readout: a, `[N, A]`.
  func advance(
    _ fed: SequenceBatch, _ memory: AttentionMemory, _ state: State
  ) -> (attentional: Tensor, weights: Tensor, state: State) {
    func run(beside seen: Tensor? = nil) -> (output: Tensor, state: Layer.State) {
      let inputs = seen.map { fed.replacingValues(joined(fed.values, $0.reshaped(to: $0.shape.inserting(1, at: 0)))) }
      let (outputs, next) = layer(inputs ?? fed, from: state.layer)
      return (outputs.values[0], next)
    }
    if order == .beforeStep {
      let (context, weights) = attention(state.layer.hidden, over: memory)
      let (output, next) = run(beside: context)
      return (combined(context, output), weights, State(layer: next, attentional: state.attentional))
    }
    let (output, next) = order == .afterStep ? run() : run(beside: state.attentional)
    let (context, weights) = attention(output, over: memory)
    let attentional = combined(context, output)
    return (attentional, weights, State(layer: next, attentional: attentional))
  }

  /// a = tanh(W [c; h]) of contexts and outputs of any number of steps.
  private func combined(_ context: Tensor, _ output: Tensor) -> Tensor {
    let both = joined(context, output)
    return combination.map { tanh($0(both)) } ?? both
  }

  private func joined(_ a: Tensor, _ b: Tensor) -> Tensor {
    Tensor(concatenating: [a, b], axis: a.shape.rank - 1)
  }

  /// All steps up to the readout in one fused sequence and one call of the attention, which looks after each step.
  func fused(
    _ fed: SequenceBatch, _ memory: AttentionMemory, _ state: State
  ) -> (attentional: Tensor, weights: Tensor) {
    let outputs = layer(fed, from: state.layer).outputs.values
    let (context, weights) = attention(outputs, over: memory)
    return (combined(context, outputs), weights)
  }
}
