import Recurrent

/// Encoder-decoder with attention: strings that are too long for one vector are written backwards, and the weights show
/// where the decoder looks.
func reverseWithAttention() {
  let layer = GRU(inputSize: 8, hiddenSize: 24, key: key.folding(1))
  let encoder = BidirectionalLayer(
    forward: GRUCell(inputSize: 10, hiddenSize: 24, key: key.folding(2)),
    backward: GRUCell(inputSize: 10, hiddenSize: 24, key: key.folding(3)))
  let decoder = AttentionDecoder(
    layer, feed: TokenFeed(Embedding(vocabularySize: 12, size: 8, key: key), start: 0),
    attention: AdditiveAttention(querySize: 24, keySize: 48, size: 24, key: key.folding(4)),
    combination: Linear(inputSize: 48 + 24, outputSize: 24, key: key.folding(5)),
    readout: Linear(inputSize: 24, outputSize: 12, key: key.folding(6)), order: .afterStep,
    bridge: Bridge(contextSize: 48, to: layer, key: key.folding(7)))
  var model = EncoderDecoder(encoder, context: .last, decoder: decoder)
  // 0 starts a string, 1 ends it, digits follow.
  func targets(_ rows: [[Int32]]) -> TokenBatch { TokenBatch(rows.map { $0.reversed().map { $0 + 2 } + [1] }) }
  train(&model, steps: 800) { model, key in
    let rows = randomSequences(32, limit: 12, vocabulary: 10, key)
    return crossEntropy(model(oneHot(rows, vocabulary: 10), targets: targets(rows)).values, targets(rows))
  }
  let rows = randomSequences(4, limit: 12, vocabulary: 10, RandomKey(seed: 1))
  let encoding = model.encode(oneHot(rows, vocabulary: 10))
  let (written, weights) = model.decoder.attendedSymbols(from: encoding, limit: 14, end: 1)
  for (row, found) in zip(rows, written) {
    print(row.map(String.init).joined(), "->", found.map { String($0 - 2) }.joined())
  }
  printWeights(of: rows[0], written[0], weights)
}

/// A row of shades for each symbol that was written, a column for each that was read.
private func printWeights(of string: [Int32], _ written: [Int32], _ weights: Tensor) {
  print("  " + string.map(String.init).joined())
  for (step, symbol) in written.enumerated() {
    let shades = weights[step][0].scalars.prefix(string.count).map { [" ", "░", "▒", "▓", "█"][Int($0 * 4.999)] }
    print(symbol - 2, shades.joined())
  }
}
