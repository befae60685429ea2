import Recurrent

/// Many-to-many in step: at every step, whether the number of ones so far is odd.
func runningParity() {
  var model = ManyToMany(
    GRU(inputSize: 2, hiddenSize: 16, key: key),
    after: [TimeDistributed(Linear(inputSize: 16, outputSize: 2, key: key))])
  func parities(_ row: [Int32]) -> [Int32] { row.indices.map { row[...$0].reduce(0, +) % 2 } }
  train(&model, steps: 400) { model, key in
    let rows = randomSequences(32, limit: 10, vocabulary: 2, key)
    return crossEntropy(model(oneHot(rows, vocabulary: 2)).logits.values, TokenBatch(rows.map(parities)))
  }
  let bits: [Int32] = [1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1]
  let logits = model(oneHot([bits], vocabulary: 2)).logits.values
  print("bits    ", bits.map(String.init).joined(separator: " "))
  print("parities", logits.reshaped(to: [bits.count, 2]).likeliest.map(String.init).joined(separator: " "))
}

/// Many-to-one with the maximum over the steps: whether a 1 follows a 0 anywhere.
func patternAnywhere() {
  let layer = BidirectionalLayer(
    forward: GRUCell(inputSize: 4, hiddenSize: 12, key: key.folding(1)),
    backward: GRUCell(inputSize: 4, hiddenSize: 12, key: key.folding(2)))
  var model = ManyToOne(layer, pooling: .max, head: Linear(inputSize: 24, outputSize: 2, key: key))
  func answer(_ row: [Int32]) -> Int32 { zip(row, row.dropFirst()).contains { $0 == (0, 1) } ? 1 : 0 }
  train(&model, steps: 300) { model, key in
    let rows = randomSequences(32, limit: 12, vocabulary: 4, key)
    return crossEntropy(model(oneHot(rows, vocabulary: 4)), rows.map(answer))
  }
  let rows = randomSequences(500, limit: 12, vocabulary: 4, RandomKey(seed: 1))
  let found = model(oneHot(rows, vocabulary: 4)).likeliest
  print("\(zip(found, rows.map(answer)).filter { $0 == $1 }.count) of 500 new sequences answered correctly")
}
