import Recurrent

/// One-to-many: the word of a digit, letter by letter. The digit is the first state, each step is fed the letter before.
func spellNumbers() {
  let words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
  // 0 starts a word, 1 ends it, a is 2.
  let targets = TokenBatch(words.map { $0.utf8.map { Int32($0 - 95) } + [1] })
  let layer = GRU(inputSize: 8, hiddenSize: 32, key: key)
  var model = OneToMany(
    layer, feed: TokenFeed(Embedding(vocabularySize: 28, size: 8, key: key), start: 0),
    readout: Linear(inputSize: 32, outputSize: 28, key: key), bridge: Bridge(contextSize: 10, to: layer, key: key))
  let digits = oneHot([Array(0..<10)], vocabulary: 10).values.reshaped(to: [10, 10])
  train(&model, steps: 120) { model, _ in crossEntropy(model(digits, targets: targets).values, targets) }
  for (digit, letters) in model.generate(from: digits, limit: 8, end: 1).enumerated() {
    print(digit, String(decoding: letters.map { UInt8($0 + 95) }, as: UTF8.self))
  }
}

/// Encoder-decoder of two different networks: a GRU reads digits, an LSTM writes them backwards.
func reverseStrings() {
  let layer = LSTM(inputSize: 8, hiddenSize: 48, key: key.folding(1))
  let decoder = OneToMany(
    layer, feed: TokenFeed(Embedding(vocabularySize: 12, size: 8, key: key), start: 0),
    readout: Linear(inputSize: 48, outputSize: 12, key: key), bridge: Bridge(contextSize: 48, to: layer, key: key))
  var model = EncoderDecoder(GRU(inputSize: 10, hiddenSize: 48, key: key), context: .last, decoder: decoder)
  // 0 starts a string, 1 ends it, digits follow.
  func targets(_ rows: [[Int32]]) -> TokenBatch { TokenBatch(rows.map { $0.reversed().map { $0 + 2 } + [1] }) }
  train(&model, steps: 1500, learningRate: 0.008) { model, key in
    let rows = randomSequences(32, limit: 4, vocabulary: 10, key)
    return crossEntropy(model(oneHot(rows, vocabulary: 10), targets: targets(rows)).values, targets(rows))
  }
  let rows = randomSequences(6, limit: 4, vocabulary: 10, RandomKey(seed: 1))
  let written = model.generate(from: oneHot(rows, vocabulary: 10), limit: 6, end: 1)
  for (row, found) in zip(rows, written) {
    print(row.map(String.init).joined(), "->", found.map { String($0 - 2) }.joined())
  }
}
