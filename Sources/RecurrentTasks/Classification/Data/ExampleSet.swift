import RecurrentLayers
import RecurrentTensor

/// Encoded sequences, ready to be put into batches.
struct ExampleSet: Sendable {
  /// The sequences.
  enum Inputs: Sendable {
    /// Symbols by number.
    case tokens([[Int32]])
    /// All steps of signals one after another, and the steps of each sequence.
    case signals(values: [Float], channelCount: Int, steps: [Range<Int>])
  }

  let inputs: Inputs
  /// The steps of each sequence.
  let lengths: [Int]

  init(tokens: [[Int32]]) {
    inputs = .tokens(tokens)
    lengths = tokens.map(\.count)
  }

  init(values: [Float], channelCount: Int, steps: [Range<Int>]) {
    inputs = .signals(values: values, channelCount: channelCount, steps: steps)
    lengths = steps.map(\.count)
  }

  /// The number of sequences.
  var count: Int { lengths.count }

  /// Some of the symbols as a batch; nil for signals.
  ///
  /// - Parameters:
  ///   - numbers: The sequences.
  ///   - noise: What makes words unknown, in training.
  func tokenBatch(_ numbers: [Int], noise: WordDropout? = nil) -> TokenBatch? {
    guard case .tokens(let tokens) = inputs else { return nil }
    let chosen = numbers.map { tokens[$0] }
    return TokenBatch(noise.map { $0.applied(to: chosen) } ?? chosen)
  }

  /// Some of the signals as a batch `[T, N, C]`; nil for symbols.
  ///
  /// - Parameters:
  ///   - numbers: The sequences.
  ///   - encoding: How channels are scaled.
  ///   - noise: What changes signals, in training.
  func signalBatch(_ numbers: [Int], _ encoding: SignalEncoding, noise: SignalNoise? = nil) -> SequenceBatch? {
    guard case .signals(let values, let channelCount, let steps) = inputs else { return nil }
    let chosen = numbers.map { steps[$0] }
    let stepCount = chosen.map(\.count).max() ?? 0
    let width = encoding.featureCount
    let factors = noise?.factors(rows: chosen.count, channels: channelCount)
    var features = [Float](repeating: 0, count: stepCount * chosen.count * width)
    for (row, range) in chosen.enumerated() {
      encoding.write(
        values[range.lowerBound * channelCount..<range.upperBound * channelCount],
        scaledBy: factors.map { $0[row * channelCount..<(row + 1) * channelCount] }, to: &features,
        first: row * width, stride: chosen.count * width)
    }
    var tensor = Tensor(features, shape: [stepCount, chosen.count, width])
    if let noise { tensor = noise.applied(to: tensor) }
    let isRagged = chosen.contains { $0.count != stepCount }
    return SequenceBatch(tensor, lengths: isRagged ? chosen.map(\.count) : nil)
  }
}

/// Words that training makes unknown.
struct WordDropout {
  /// The share of the words.
  let rate: Double
  /// The number of the unknown word.
  let unknown: Int32
  let key: RandomKey

  func applied(to sequences: [[Int32]]) -> [[Int32]] {
    sequences.enumerated().map { row, tokens in
      let key = key.folding(row)
      return tokens.enumerated().map { step, token in key.unit(at: step) < rate ? unknown : token }
    }
  }
}

/// What training changes in signals.
struct SignalNoise {
  let settings: AugmentationConfiguration
  let key: RandomKey

  /// A factor near 1 for each channel of each sequence, `[N · C]`; nil where channels keep their size.
  func factors(rows: Int, channels: Int) -> [Float]? {
    guard settings.channelScaling > 0 else { return nil }
    return Tensor(normal: [rows, channels], mean: 1, deviation: settings.channelScaling, key: key.folding(0)).scalars
  }

  /// The features with noise.
  func applied(to features: Tensor) -> Tensor {
    guard settings.inputNoise > 0 else { return features }
    return features + Tensor(normal: features.shape, deviation: settings.inputNoise, key: key.folding(1))
  }
}
