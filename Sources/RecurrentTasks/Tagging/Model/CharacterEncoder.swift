public import RecurrentLayers
public import RecurrentTensor

/// Makes a vector of the characters of a word: with an LSTM from both ends, its last states side by side (Ling et al.,
/// 2015), or with a convolution, the largest value of each channel (Ma and Hovy, 2016).
public struct CharacterEncoder: Module {
  /// A vector for each character.
  public var embedding: Embedding
  /// What drops parts of these vectors in training.
  public var dropout: Dropout
  /// The LSTM, if there is one.
  public var lstm: BidirectionalLayer<LSTMCell>?
  /// The convolution, if there is one.
  public var convolution: Conv1d?

  /// An encoder with random weights; nil where the configuration wants none.
  init?(_ configuration: TaggingConfiguration, characterCount: Int, key: RandomKey) {
    let (size, units) = (configuration.characterSize, configuration.characterUnits)
    embedding = Embedding(
      vocabularySize: characterCount, size: size, initializer: .normal(deviation: 0.3), key: key.folding(0))
    dropout = Dropout(configuration.characterDropout)
    switch configuration.characters {
    case .none: return nil
    case .lstm:
      lstm = BidirectionalLayer(
        forward: LSTMCell(inputSize: size, hiddenSize: units, key: key.folding(1)),
        backward: LSTMCell(inputSize: size, hiddenSize: units, key: key.folding(2)))
    case .convolution:
      convolution = Conv1d(
        inputChannels: size, outputChannels: units, kernelSize: configuration.characterWindow,
        padding: .zeros(configuration.characterWindow / 2), key: key.folding(1))
    }
  }

  /// The numbers of a word's vector.
  public var outputSize: Int { lstm?.outputSize ?? convolution?.outputChannels ?? 0 }

  /// Visits embedding, dropout, LSTM and convolution.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("embedding", &embedding)
    visitor.visit("dropout", &dropout)
    visitor.visit("lstm", &lstm)
    visitor.visit("convolution", &convolution)
  }

  /// The characters of D words, `[longest word, D]`, to a vector for each, `[D, C]`.
  public func callAsFunction(_ characters: TokenBatch) -> Tensor {
    let vectors = embedding(characters)
    let steps = vectors.replacingValues(dropout(vectors.values))
    if let convolution { return GlobalPool1d.max(convolution(steps)) }
    guard let lstm else { return steps.last }
    return lstm(steps, from: nil).finalState.hidden
  }
}
