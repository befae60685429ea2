import Recurrent

let key = RandomKey(seed: 7)

/// Trains with Adam on a new batch at every step.
func train<M: Module>(_ model: inout M, steps: Int, learningRate: Float = 0.01, loss: (M, RandomKey) -> Tensor) {
  var optimizer = Adam(learningRate: learningRate)
  let scope = GradientScope()
  for step in 1...steps {
    let value = scope.evaluate(at: &model) { loss($0, key.folding(step)) }
    scope.gradients.clip(toGlobalNorm: 1)
    optimizer.update(&model, with: scope.gradients)
    if step % (steps / 4) == 0 { print("step \(step): loss \(value)") }
  }
}

/// Random sequences of 2 to `limit` symbols of `0..<vocabulary`.
func randomSequences(_ count: Int, limit: Int, vocabulary: Int, _ key: RandomKey) -> [[Int32]] {
  let numbers = Tensor(uniform: [count, limit + 1], from: 0, to: 1, key: key).scalars
  return (0..<count).map { row in
    let draws = numbers[row * (limit + 1)..<(row + 1) * (limit + 1)].map { min($0, 0.99999) }
    return draws.dropFirst().prefix(2 + Int(draws[0] * Float(limit - 1))).map { Int32($0 * Float(vocabulary)) }
  }
}

/// Each symbol as a vector that is 1 in its place, `[T, N, vocabulary]`.
func oneHot(_ sequences: [[Int32]], vocabulary: Int) -> SequenceBatch {
  let longest = sequences.map(\.count).max() ?? 0
  var values = [Float](repeating: 0, count: longest * sequences.count * vocabulary)
  for (row, sequence) in sequences.enumerated() {
    for (step, symbol) in sequence.enumerated() {
      values[(step * sequences.count + row) * vocabulary + Int(symbol)] = 1
    }
  }
  return SequenceBatch(
    Tensor(values, shape: [longest, sequences.count, vocabulary]), lengths: sequences.map(\.count))
}
