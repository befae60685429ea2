public import RecurrentLayers
import RecurrentTensor

/// Sources of a batch.
public enum SourceBatch: Sendable {
  /// Symbols, `[S, N]`.
  case symbols(TokenBatch)
  /// Frames of numbers, `[S, N, F]`.
  case frames(SequenceBatch)

  /// The number of sources, N.
  var count: Int {
    switch self {
    case .symbols(let tokens): tokens.batchSize
    case .frames(let sequence): sequence.batchSize
    }
  }
}

/// The half of a translator that reads.
///
///     h_s = layers(E[x_s], h_{s-1})        (in both directions, as a rule)
///     c   = h_S,  tanh(W h_S + b)  or  tanh(W mean(h) + b)
public struct SourceEncoder: Module {
  /// The vectors of the symbols, `[V, E]`; nil where sources are frames.
  public var embedding: Embedding?
  /// What drops numbers of the inputs in training.
  public var inputDropout: SequenceDropout
  /// The recurrent layers.
  public var layers: RecurrentStack<AnySequenceLayer>
  /// What drops numbers of the outputs in training.
  public var outputDropout: SequenceDropout
  /// What transforms the context; nil where it is the last hidden state itself.
  public var contextMap: Linear?
  let context: ContextKind

  /// What was made of the sources.
  struct Output {
    let outputs: SequenceBatch
    let finalState: StackState<AnyState>
    /// `[N, K]`.
    let context: Tensor
  }

  init(_ configuration: TranslationConfiguration, inputs: SourceInputs, key: RandomKey) {
    if case .symbols(let count) = inputs {
      embedding = Embedding(
        vocabularySize: count, size: configuration.embedding, initializer: configuration.vectorInitializer,
        key: key.folding(0))
    }
    inputDropout = SequenceDropout(configuration.embeddingDropout, masks: configuration.dropoutMasks)
    layers = configuration.encoder.makeStack(
      inputSize: inputs.size(embedding: configuration.embedding), key: key.folding(1))
    outputDropout = SequenceDropout(configuration.outputDropout, masks: configuration.dropoutMasks)
    context = configuration.context
    if context != .last {
      contextMap = Linear(inputSize: layers.outputSize, outputSize: layers.outputSize, key: key.folding(2))
    }
  }

  /// Visits vectors, layers and the transform of the context.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("embedding", &embedding)
    visitor.visit("input_dropout", &inputDropout)
    visitor.visit("layers", &layers)
    visitor.visit("output_dropout", &outputDropout)
    visitor.visit("context_map", &contextMap)
  }

  /// Reads the sources.
  func callAsFunction(_ sources: SourceBatch) -> Output {
    let inputs: SequenceBatch
    switch sources {
    case .symbols(let tokens):
      guard let embedding else { preconditionFailure("an encoder of frames is given symbols") }
      inputs = embedding(tokens)
    case .frames(let sequence): inputs = sequence
    }
    let (outputs, finalState) = layers(inputDropout(inputs))
    let dropped = outputDropout(outputs)
    return Output(outputs: dropped, finalState: finalState, context: context(of: dropped, finalState))
  }

  private func context(of outputs: SequenceBatch, _ finalState: StackState<AnyState>) -> Tensor {
    let pooled = context == .transformedMean ? MeanPooling()(outputs, finalState: finalState) : finalState.hidden
    return contextMap.map { tanh($0(pooled)) } ?? pooled
  }
}

/// What the sources of a translator are.
public enum SourceInputs: Hashable, Sendable {
  /// Symbols of a vocabulary of so many.
  case symbols(Int)
  /// Frames of so many numbers.
  case frames(Int)

  func size(embedding: Int) -> Int {
    switch self {
    case .symbols: embedding
    case .frames(let count): count
    }
  }
}

extension TranslationConfiguration {
  /// Vectors begin small, since those of the target also make the logits.
  var vectorInitializer: Initializer { .normal(deviation: 1 / Float(embedding).squareRoot()) }
}
