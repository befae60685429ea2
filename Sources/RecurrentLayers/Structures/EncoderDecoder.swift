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

/// What writes a sequence from an encoding: a `OneToMany`, or a decoder that looks at all of the encoder's outputs.
public protocol SequenceDecoder: Module {
  /// The sequences that it learns to write.
  associatedtype Targets: Sendable

  /// All steps under a teacher: each is fed the target of the step before.
  ///
  /// - Returns: The outputs, `[T, N, D]`, 0 at padding.
  func callAsFunction(_ encoding: Encoding<some LayerState>, targets: Targets) -> SequenceBatch

  /// Steps that are fed what the step before gave, `[stepCount, N, D]`.
  func generate(from encoding: Encoding<some LayerState>, stepCount: Int) -> Tensor
}

/// A decoder that writes symbols.
public protocol SymbolDecoder: SequenceDecoder where Targets == TokenBatch {
  /// The symbols that follow each other when each step is fed the likeliest symbol of the step before.
  ///
  /// - Parameters:
  ///   - encoding: What was read.
  ///   - limit: The most symbols of a sequence.
  ///   - end: The symbol that ends a sequence, left out of it; nil where all are as long as the limit.
  /// - Returns: One sequence for each row.
  func generate(from encoding: Encoding<some LayerState>, limit: Int, end: Int32?) -> [[Int32]]
}

/// Two networks: one reads a sequence, the other writes one (Cho et al., 2014; Sutskever et al., 2014).
///
/// With a `OneToMany` as decoder it is a many-to-one in front of a one-to-many: the encoder's outputs and last state become
/// the context, the last state itself, a transform of it or of all states; and the context reaches the decoder as its first
/// state, at its steps, or both ways. Cells, widths and numbers of layers of the two may differ.
public struct EncoderDecoder<Encoder: SequenceLayer, Context: SequencePooling, Decoder: SequenceDecoder>: Module {
  /// The layer or stack that reads.
  public var encoder: Encoder
  /// What makes the context.
  public var context: Context
  /// What writes.
  public var decoder: Decoder

  /// An encoder and a decoder.
  ///
  /// - Parameters:
  ///   - encoder: A recurrent layer or stack.
  ///   - context: What makes the context, for example `.last`, `.allLast`, `.mean` or a `TransformedPooling`.
  ///   - decoder: What writes.
  public init(_ encoder: Encoder, context: Context, decoder: Decoder) {
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

  /// Reads, then writes under a teacher: two fused sequences.
  ///
  /// - Parameters:
  ///   - source: `[S, N, C]`.
  ///   - targets: The right sequences; each step is fed the target of the step before.
  /// - Returns: The outputs, `[T, N, D]`, 0 at padding.
  public func callAsFunction(_ source: SequenceBatch, targets: Decoder.Targets) -> SequenceBatch {
    decoder(encode(source), targets: targets)
  }

  /// Reads, then writes steps that are fed what the step before gave.
  ///
  /// - Parameters:
  ///   - source: `[S, N, C]`.
  ///   - stepCount: The number of steps, T.
  /// - Returns: The outputs, `[T, N, D]`.
  public func generate(from source: SequenceBatch, stepCount: Int) -> Tensor {
    decoder.generate(from: encode(source), stepCount: stepCount)
  }
}

extension EncoderDecoder where Decoder: SymbolDecoder {
  /// Reads, then writes symbols; see `SymbolDecoder`.
  ///
  /// - Parameters:
  ///   - source: `[S, N, C]`.
  ///   - limit: The most symbols of a sequence.
  ///   - end: The symbol that ends a sequence, left out of it; nil where all are as long as the limit.
  /// - Returns: One sequence for each row.
  public func generate(from source: SequenceBatch, limit: Int, end: Int32? = nil) -> [[Int32]] {
    decoder.generate(from: encode(source), limit: limit, end: end)
  }
}

extension OneToMany: SequenceDecoder {
  /// The state before the first step. An identity bridge takes the encoder's whole last state over, part by part.
  public func firstState(_ encoding: Encoding<some LayerState>) -> Layer.State {
    firstState(encoding.context, carrying: encoding.finalState.components)
  }

  /// All steps under a teacher, in one fused sequence.
  public func callAsFunction(_ encoding: Encoding<some LayerState>, targets: Feed.Targets) -> SequenceBatch {
    self(encoding.context, targets: targets, from: firstState(encoding))
  }

  /// Steps that are fed what the step before gave.
  public func generate(from encoding: Encoding<some LayerState>, stepCount: Int) -> Tensor {
    generate(encoding.context, firstState(encoding), stepCount: stepCount) { _ in false }
  }
}

extension OneToMany: SymbolDecoder where Feed == TokenFeed {
  /// The likeliest symbols, one after the other.
  public func generate(from encoding: Encoding<some LayerState>, limit: Int, end: Int32?) -> [[Int32]] {
    generate(encoding.context, firstState(encoding), limit: limit, end: end)
  }
}
