public import RecurrentLayers
public import RecurrentTensor

/// A network that says what comes next: vectors of symbols, recurrent layers, logits.
///
///     x_t = [E[w_t]; c]    h_t = layers(x_t, h_{t-1})    logits_t = W h_t + b
///
/// Where the text depends on something, its conditions c stand beside the vector of the symbol.
public struct LanguageNetwork: Module {
  /// The vectors of the symbols, `[V, E]`.
  public var embedding: Embedding
  /// What drops numbers of the vectors in training.
  public var embeddingDropout: SequenceDropout
  /// The recurrent layers.
  public var stack: RecurrentStack<AnySequenceLayer>
  /// What drops outputs of the last layer in training.
  public var dropout: Dropout
  /// From the outputs to logits; nil where the vectors of the symbols do it ("tied": Press and Wolf, 2017).
  public var head: Linear?
  /// The bias of the logits of a tied network.
  public var bias: Parameter?
  private let tiedCache = LinearCache()

  /// What flows from one part of a text to the next.
  public typealias State = StackState<AnyState>

  /// A network with random weights.
  ///
  /// - Parameters:
  ///   - architecture: The recurrent layers.
  ///   - vocabularySize: The number of symbols, V.
  ///   - embeddingSize: The size of their vectors, E.
  ///   - embeddingDropout: The share of the vectors' numbers that training drops.
  ///   - conditionSize: The numbers that stand beside the vectors, K.
  ///   - isTied: Whether the vectors also make the logits; E is then the size of the last layer.
  ///   - key: Where the random numbers come from.
  public init(
    _ architecture: RecurrentArchitecture, vocabularySize: Int, embeddingSize: Int, embeddingDropout: Float = 0,
    conditionSize: Int = 0, isTied: Bool = false, key: RandomKey
  ) {
    let even = architecture.initRange.map { Initializer.uniformWithin($0) }
    stack = architecture.makeStack(inputSize: embeddingSize + conditionSize, key: key.folding(0))
    // Vectors that make logits begin small, or the first logits would be large.
    let deviation: Float = isTied ? 1 / Float(embeddingSize).squareRoot() : 1
    embedding = Embedding(
      vocabularySize: vocabularySize, size: embeddingSize, initializer: even ?? .normal(deviation: deviation),
      key: key.folding(1))
    self.embeddingDropout = SequenceDropout(embeddingDropout, masks: .perStep)
    dropout = Dropout(architecture.dropout)
    if isTied {
      precondition(embeddingSize == stack.outputSize, "tied vectors are as long as the outputs")
      bias = Parameter(Tensor(zeros: [vocabularySize]))
    } else {
      head = Linear(
        inputSize: stack.outputSize, outputSize: vocabularySize, initializer: even ?? .uniform,
        biasInitializer: even ?? .uniform, key: key.folding(2))
    }
  }

  /// Visits vectors, layers and what makes the logits.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("embedding", &embedding)
    visitor.visit("embedding_dropout", &embeddingDropout)
    visitor.visit("stack", &stack)
    visitor.visit("dropout", &dropout)
    visitor.visit("head", &head)
    visitor.visit("bias", &bias)
  }

  /// What the network says of some steps.
  public struct Output: Sendable {
    /// The logits of what comes next, `[T, N, V]`.
    public let logits: Tensor
    /// The outputs of the last layer, `[T, N, H]`.
    public let outputs: SequenceBatch
    /// The same after dropout.
    public let dropped: SequenceBatch
    /// The states after the last step.
    public let finalState: State
  }

  /// Reads some steps.
  ///
  /// - Parameters:
  ///   - tokens: The symbols, `[T, N]`.
  ///   - conditions: What stands beside them, `[T, N, K]`; nil for nothing.
  ///   - resets: Where rows begin anew; nil for nowhere.
  ///   - state: Where to begin; nil is the layers' own first state.
  public func callAsFunction(
    _ tokens: TokenBatch, conditions: Tensor? = nil, resets: StepFlags? = nil, from state: State? = nil
  ) -> Output {
    var inputs = embeddingDropout(embedding(tokens))
    if let conditions {
      inputs = inputs.replacingValues(Tensor(concatenating: [inputs.values, conditions], axis: 2))
    }
    let (outputs, finalState) = stack(inputs.resetting(at: resets), from: state)
    let dropped = outputs.replacingValues(dropout(outputs.values))
    return Output(logits: logits(dropped.values), outputs: outputs, dropped: dropped, finalState: finalState)
  }

  /// Outputs `[…, H]` to logits `[…, V]`.
  private func logits(_ outputs: Tensor) -> Tensor {
    if let head { return head(outputs) }
    return outputs.linear(weight: embedding.weight.value, bias: bias?.value, cache: tiedCache)
  }
}

extension LanguageNetwork {
  /// Reads a batch of text.
  func callAsFunction(_ batch: LanguageBatch, from state: State? = nil) -> Output {
    self(batch.inputs, conditions: batch.conditions, resets: batch.resets, from: state)
  }
}
