public import RecurrentLayers
public import RecurrentTensor

/// The network of a classifier: an embedding or the channels of a signal, convolutions, recurrent layers or both, a pooling
/// over all steps, and a linear map to the logits.
public struct ClassificationNetwork: Module {
  /// The vectors of symbols; nil for signals.
  public var embedding: Embedding?
  /// What training drops of the inputs.
  public var inputDropout: SequenceDropout
  /// The convolutions; empty for none.
  public var convolutions: [ConvolutionBlock]
  /// The recurrent layers; nil for none.
  public var stack: RecurrentStack<AnySequenceLayer>?
  /// What makes one vector of all steps; the vectors of several stand side by side.
  public var poolings: [StepPooling]
  /// What training drops of that vector.
  public var dropout: Dropout
  /// From the vector to the logits.
  public var head: Linear

  /// A network with random weights.
  ///
  /// - Parameters:
  ///   - settings: Its layers.
  ///   - vocabularySize: The symbols of texts; nil for signals.
  ///   - channelCount: The features of a step of signals.
  ///   - outputCount: The logits.
  ///   - key: Where the random numbers come from.
  public init(
    _ settings: ClassificationNetworkConfiguration, vocabularySize: Int?, channelCount: Int, outputCount: Int,
    key: RandomKey
  ) {
    embedding = vocabularySize.map { size in
      Embedding(
        vocabularySize: size, size: settings.embedding,
        initializer: .normal(deviation: settings.embeddingDeviation), key: key.folding(0))
    }
    inputDropout = SequenceDropout(settings.inputDropout, masks: .perStep)
    var width = vocabularySize == nil ? channelCount : settings.embedding
    convolutions =
      settings.layers.hasConvolutions
      ? ConvolutionBlock.blocks(settings, inputChannels: width, key: key.folding(1)) : []
    width = convolutions.last?.outputChannels ?? width
    stack =
      settings.layers.hasRecurrence ? settings.architecture.makeStack(inputSize: width, key: key.folding(2)) : nil
    let pooledWidth = stack?.outputSize ?? width
    poolings = settings.pooling.enumerated().map { index, choice in
      StepPooling(choice, width: pooledWidth, attentionSize: settings.attentionSize, key: key.folding(3).folding(index))
    }
    dropout = Dropout(settings.headDropout)
    head = Linear(inputSize: pooledWidth * poolings.count, outputSize: outputCount, key: key.folding(4))
  }

  /// Visits embedding, convolutions, recurrent layers, poolings and head.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("embedding", &embedding)
    visitor.visit("input_dropout", &inputDropout)
    visitor.visit("convolutions", &convolutions)
    visitor.visit("stack", &stack)
    visitor.visit("poolings", &poolings)
    visitor.visit("dropout", &dropout)
    visitor.visit("head", &head)
  }

  /// The logits of texts: symbols `[T, N]` to `[N, D]`.
  public func callAsFunction(_ tokens: TokenBatch) -> Tensor {
    guard let embedding else { preconditionFailure("a network for signals was given symbols") }
    return self(embedding(tokens))
  }

  /// The logits of signals or embedded texts: features `[T, N, C]` to `[N, D]`.
  public func callAsFunction(_ features: SequenceBatch) -> Tensor {
    var steps = convolutions.reduce(inputDropout(features)) { $1($0) }
    var lastState: Tensor?
    if let stack {
      let (outputs, finalState) = stack(steps, from: nil)
      (steps, lastState) = (outputs, finalState.hidden)
    }
    let vectors = poolings.map { $0(steps, lastState: lastState) }
    return head(dropout(vectors.count == 1 ? vectors[0] : Tensor(concatenating: vectors, axis: 1)))
  }
}
