public import RecurrentTensor

/// What an encoder made of a batch of sequences.
public struct Encoding<State: LayerState>: Sendable {
  /// The outputs of all steps, `[T, N, C]`: what attention looks at.
  public var outputs: SequenceBatch
  /// The states after each row's last step.
  public var finalState: State
  /// The one vector of each row, `[N, K]`.
  public var context: Tensor
}

/// Two networks: one reads a sequence, the other writes one (Cho et al., 2014; Sutskever et al., 2014).
///
/// A `ManyToOne` in front of a `OneToMany`: the encoder's outputs and last state become the context, the last state itself, a
/// transform of it or of all states; and the context reaches the decoder as its first state, at its steps, or both ways.
/// Cells, widths and numbers of layers of the two may differ.
public struct EncoderDecoder<
  Encoder: SequenceLayer, Context: SequencePooling, Layer: SequenceLayer, Feed: DecoderFeed
>: Module {
  /// The layer or stack that reads.
  public var encoder: Encoder
  /// What makes the context.
  public var context: Context
  /// What writes. An identity bridge takes the encoder's whole last state, part by part.
  public var decoder: OneToMany<Layer, Feed>

  /// An encoder and a decoder.
  ///
  /// - Parameters:
  ///   - encoder: A recurrent layer or stack.
  ///   - context: What makes the context, for example `.last`, `.allLast`, `.mean` or a `TransformedPooling`.
  ///   - decoder: What writes.
  public init(_ encoder: Encoder, context: Context, decoder: OneToMany<Layer, Feed>) {
    self.encoder = encoder
    self.context = context
    self.decoder = decoder
  }

  /// Visits encoder, context and decoder.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("encoder", &encoder)
    visitor.visit("context", &context)
    visitor.visit("decoder", &decoder)
  }

  /// Reads the sequences, `[S, N, C]`.
  public func encode(_ source: SequenceBatch) -> Encoding<Encoder.State> {
    let (outputs, finalState) = encoder(source)
    return Encoding(outputs: outputs, finalState: finalState, context: context(outputs, finalState: finalState))
  }

  /// The decoder's state before its first step.
  public func firstState(_ encoding: Encoding<Encoder.State>) -> Layer.State {
    decoder.firstState(encoding.context, carrying: encoding.finalState.components)
  }

  /// Reads, then writes under a teacher: two fused sequences.
  ///
  /// - Parameters:
  ///   - source: `[S, N, C]`.
  ///   - targets: The right sequences; each step is fed the target of the step before.
  /// - Returns: The outputs, `[T, N, D]`, 0 at padding.
  public func callAsFunction(_ source: SequenceBatch, targets: Feed.Targets) -> SequenceBatch {
    let encoding = encode(source)
    return decoder(encoding.context, targets: targets, from: firstState(encoding))
  }

  /// Reads, then writes steps that are fed what the step before gave.
  ///
  /// - Parameters:
  ///   - source: `[S, N, C]`.
  ///   - stepCount: The number of steps, T.
  /// - Returns: The outputs, `[T, N, D]`.
  public func generate(from source: SequenceBatch, stepCount: Int) -> Tensor {
    let encoding = encode(source)
    return decoder.generate(encoding.context, firstState(encoding), stepCount: stepCount) { _ in false }
  }
}

extension EncoderDecoder where Feed == TokenFeed {
  /// Reads, then writes the symbols that follow each other when each step is fed the likeliest symbol of the step before.
  ///
  /// - Parameters:
  ///   - source: `[S, N, C]`.
  ///   - limit: The most symbols of a sequence.
  ///   - end: The symbol that ends a sequence, left out of it; nil where all are as long as the limit.
  /// - Returns: One sequence for each row.
  public func generate(from source: SequenceBatch, limit: Int, end: Int32? = nil) -> [[Int32]] {
    let encoding = encode(source)
    return decoder.generate(encoding.context, firstState(encoding), limit: limit, end: end)
  }
}
