import Foundation
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

/// Each structure learns a task that it is made for, to a stated accuracy on sequences that it was not trained on.
struct StructureTasksTests {
  static let key = RandomKey(seed: 7)

  /// Trains with Adam on a new batch at every step.
  static func train<M: Module>(
    _ model: inout M, steps: Int, learningRate: Float = 0.01, loss: (M, RandomKey) -> Tensor
  ) {
    var optimizer = Adam(learningRate: learningRate)
    let scope = GradientScope()
    for step in 0..<steps {
      _ = scope.evaluate(at: &model) { loss($0, key.folding(step)) }
      scope.gradients.clip(toGlobalNorm: 1)
      optimizer.update(&model, with: scope.gradients)
    }
  }

  /// Random sequences of 2 to `limit` symbols of `0..<vocabulary`.
  static func sequences(_ count: Int, limit: Int, vocabulary: Int, _ key: RandomKey) -> [[Int32]] {
    let numbers = Tensor(uniform: [count, limit + 1], from: 0, to: 1, key: key).scalars
    return (0..<count).map { row in
      let draws = numbers[row * (limit + 1)..<(row + 1) * (limit + 1)].map { min($0, 0.99999) }
      let length = 2 + Int(draws[0] * Float(limit - 1))
      return draws.dropFirst().prefix(length).map { Int32($0 * Float(vocabulary)) }
    }
  }

  static func oneHot(_ sequences: [[Int32]], vocabulary: Int) -> SequenceBatch {
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

  /// Whether the number of ones so far is odd, at every step.
  @Test func manyToManyLearnsRunningParity() {
    var model = ManyToMany(
      GRU(inputSize: 2, hiddenSize: 16, key: Self.key),
      after: [TimeDistributed(Linear(inputSize: 16, outputSize: 2, key: Self.key))])
    func parities(_ sequences: [[Int32]]) -> [[Int32]] {
      sequences.map { row in row.indices.map { row[...$0].reduce(0, +) % 2 } }
    }
    Self.train(&model, steps: 400) { model, key in
      let rows = Self.sequences(32, limit: 10, vocabulary: 2, key)
      return crossEntropy(model(Self.oneHot(rows, vocabulary: 2)).logits.values, TokenBatch(parities(rows)))
    }
    // Twice as long as in training.
    let rows = Self.sequences(50, limit: 20, vocabulary: 2, RandomKey(seed: 1))
    let logits = model(Self.oneHot(rows, vocabulary: 2)).logits.values
    let found = logits.reshaped(to: [logits.shape[0] * logits.shape[1], 2]).likeliest
    let pairs = zip(found, TokenBatch(parities(rows)).tokens).filter { $0.1 >= 0 }
    let accuracy = Double(pairs.count { $0.0 == $0.1 }) / Double(pairs.count)
    #expect(accuracy >= 0.99, "accuracy \(accuracy)")
  }

  /// Accuracy of a model that answers once for a sequence.
  private func accuracy<Pooling: SequencePooling>(
    _ pooling: Pooling, steps: Int, of answer: ([Int32]) -> Int32
  ) -> Double {
    let layer = BidirectionalLayer(
      forward: GRUCell(inputSize: 4, hiddenSize: 12, key: Self.key),
      backward: GRUCell(inputSize: 4, hiddenSize: 12, key: Self.key.folding(1)))
    var model = ManyToOne(layer, pooling: pooling, head: Linear(inputSize: 24, outputSize: 2, key: Self.key))
    Self.train(&model, steps: steps) { model, key in
      let rows = Self.sequences(32, limit: 12, vocabulary: 4, key)
      return crossEntropy(model(Self.oneHot(rows, vocabulary: 4)), rows.map(answer))
    }
    let rows = Self.sequences(200, limit: 12, vocabulary: 4, RandomKey(seed: 1))
    let found = model(Self.oneHot(rows, vocabulary: 4)).likeliest
    return Double(zip(found, rows.map(answer)).count { $0 == $1 }) / 200
  }

  /// Whether first and last symbol are large together: each direction remembers one end and has just seen the other.
  @Test func lastStatesLearnFirstAndLast() {
    let accuracy = accuracy(.last, steps: 250) { ($0.first ?? 0) + ($0.last ?? 0) > 2 ? 1 : 0 }
    #expect(accuracy >= 0.97, "accuracy \(accuracy)")
  }

  /// Whether a 1 follows a 0 anywhere.
  @Test func maximaLearnWhetherAPatternOccurs() {
    let accuracy = accuracy(.max, steps: 250) { row in zip(row, row.dropFirst()).contains { $0 == (0, 1) } ? 1 : 0 }
    #expect(accuracy >= 0.97, "accuracy \(accuracy)")
  }

  /// Whether there are more small symbols than large ones.
  @Test func meansLearnMajorities() {
    let accuracy = accuracy(.mean, steps: 250) { row in row.count { $0 < 2 } * 2 > row.count ? 1 : 0 }
    #expect(accuracy >= 0.97, "accuracy \(accuracy)")
  }

  static let words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

  /// Spells the word of a digit, letter by letter, fed its own letters.
  @Test(arguments: ContextSteps.allCases) func oneToManyLearnsToSpell(_ steps: ContextSteps) {
    let letters = Self.words.map { $0.utf8.map { Int32($0 - 95) } + [1] }
    let layer = GRU(inputSize: 8 + (steps == .none ? 0 : 10), hiddenSize: 32, key: Self.key)
    var model = OneToMany(
      layer, feed: TokenFeed(Embedding(vocabularySize: 28, size: 8, key: Self.key), start: 0),
      readout: Linear(inputSize: 32, outputSize: 28, key: Self.key), contextSteps: steps,
      bridge: steps == .none ? Bridge(contextSize: 10, to: layer, key: Self.key) : nil)
    let digits = Self.oneHot([Array(0..<10)], vocabulary: 10).values.reshaped(to: [10, 10])
    let targets = TokenBatch(letters)
    Self.train(&model, steps: 120) { model, _ in crossEntropy(model(digits, targets: targets).values, targets) }
    let spelled = model.generate(from: digits, limit: 8, end: 1).map { letters in
      String(decoding: letters.map { UInt8($0 + 95) }, as: UTF8.self)
    }
    #expect(spelled == Self.words)
  }

  /// Writes a string of digits backwards.
  @Test func anEncoderDecoderLearnsToReverse() {
    let layer = LSTM(inputSize: 8, hiddenSize: 48, key: Self.key.folding(1))
    let decoder = OneToMany(
      layer, feed: TokenFeed(Embedding(vocabularySize: 7, size: 8, key: Self.key), start: 0),
      readout: Linear(inputSize: 48, outputSize: 7, key: Self.key),
      bridge: Bridge(contextSize: 32, to: layer, key: Self.key))
    var model = EncoderDecoder(GRU(inputSize: 5, hiddenSize: 32, key: Self.key), context: .last, decoder: decoder)
    // 0 starts and 1 ends.
    func reversed(_ rows: [[Int32]]) -> [[Int32]] { rows.map { $0.reversed().map { $0 + 2 } } }
    Self.train(&model, steps: 700, learningRate: 0.008) { model, key in
      let rows = Self.sequences(32, limit: 4, vocabulary: 5, key)
      let targets = TokenBatch(reversed(rows).map { $0 + [1] })
      return crossEntropy(model(Self.oneHot(rows, vocabulary: 5), targets: targets).values, targets)
    }
    let rows = Self.sequences(200, limit: 4, vocabulary: 5, RandomKey(seed: 1))
    let found = model.generate(from: Self.oneHot(rows, vocabulary: 5), limit: 6, end: 1)
    let exact = Double(zip(found, reversed(rows)).count { $0 == $1 }) / 200
    #expect(exact >= 0.95, "\(exact) of the strings are right")
  }

  /// Trains a network to write strings of up to ten of six symbols backwards, and tries it on 100 others: 0 starts a string,
  /// 1 ends it.
  static func reverse<Decoder: SymbolDecoder>(
    _ decoder: (_ contextSize: Int) -> Decoder
  ) -> (
    model: EncoderDecoder<BidirectionalLayer<GRUCell>, LastStatePooling, Decoder>, source: SequenceBatch,
    rows: [[Int32]], exact: Double
  ) {
    let encoder = BidirectionalLayer(
      forward: GRUCell(inputSize: 6, hiddenSize: 24, key: key.folding(2)),
      backward: GRUCell(inputSize: 6, hiddenSize: 24, key: key.folding(3)))
    var model = EncoderDecoder(encoder, context: .last, decoder: decoder(48))
    func reversed(_ rows: [[Int32]]) -> [[Int32]] { rows.map { $0.reversed().map { $0 + 2 } } }
    train(&model, steps: 500) { model, key in
      let rows = sequences(32, limit: 10, vocabulary: 6, key)
      let targets = TokenBatch(reversed(rows).map { $0 + [1] })
      return crossEntropy(model(oneHot(rows, vocabulary: 6), targets: targets).values, targets)
    }
    let rows = sequences(100, limit: 10, vocabulary: 6, RandomKey(seed: 1))
    let source = oneHot(rows, vocabulary: 6)
    let found = model.generate(from: source, limit: 12, end: 1)
    return (model, source, rows, Double(zip(found, reversed(rows)).count { $0 == $1 }) / 100)
  }

  static let symbols = TokenFeed(Embedding(vocabularySize: 8, size: 8, key: key), start: 0)

  @Test(arguments: AttentionOrder.allCases) func attentionLearnsToReverseLongStrings(_ order: AttentionOrder) {
    let (model, source, rows, exact) = Self.reverse { contextSize in
      let seen = [.beforeStep: contextSize, .afterStep: 0, .afterStepWithFeeding: 24][order] ?? 0
      let layer = GRU(inputSize: 8 + seen, hiddenSize: 24, key: Self.key.folding(1))
      return AttentionDecoder(
        layer, feed: Self.symbols,
        attention: AdditiveAttention(querySize: 24, keySize: contextSize, size: 24, key: Self.key.folding(4)),
        combination: Linear(inputSize: contextSize + 24, outputSize: 24, key: Self.key.folding(5)),
        readout: Linear(inputSize: 24, outputSize: 8, key: Self.key.folding(6)), order: order,
        bridge: Bridge(contextSize: contextSize, to: layer, key: Self.key.folding(7)))
    }
    #expect(exact >= 0.9, "\(exact) of the strings are right")
    // The picture of the weights shows the diagonal from the end to the start.
    let weights = model.decoder.attendedSymbols(from: model.encode(source), limit: 12, end: 1).weights
    let looks = rows.enumerated().flatMap { row, string in
      string.indices.prefix(weights.shape[0]).map { step in
        weights[step].likeliest[row] == Int32(string.count - 1 - step)
      }
    }
    let share = Double(looks.count { $0 }) / Double(looks.count)
    #expect(share >= 0.95, "\(share) of the looks are at the symbol that is written")
  }

  /// As long as attention takes to learn the task, one vector is not enough for it.
  @Test func withoutAttentionLongStringsAreNotReversed() {
    let exact = Self.reverse { contextSize in
      let layer = GRU(inputSize: 8, hiddenSize: 24, key: Self.key.folding(1))
      return OneToMany(
        layer, feed: Self.symbols, readout: Linear(inputSize: 24, outputSize: 8, key: Self.key.folding(6)),
        bridge: Bridge(contextSize: contextSize, to: layer, key: Self.key.folding(7)))
    }.exact
    #expect(exact < 0.5, "\(exact) of the strings are right")
  }

  /// The same pattern as that of the maxima.
  @Test func attentionLearnsWhetherAPatternOccurs() {
    let attention = AdditiveAttention(querySize: 12, keySize: 24, size: 12, key: Self.key)
    let accuracy = accuracy(AttentionPooling(attention, key: Self.key), steps: 250) { row in
      zip(row, row.dropFirst()).contains { $0 == (0, 1) } ? 1 : 0
    }
    #expect(accuracy >= 0.97, "accuracy \(accuracy)")
  }

  /// Trained under a teacher to give the next value of a wave of two frequencies, it runs on alone.
  @Test func feedbackLearnsToGoOnWithAWave() {
    let wave = (0..<121).map { Float(0.6 * sin(Double($0) * 0.35) + 0.3 * sin(Double($0) * 0.7)) }
    var network = RecurrentLayer(
      OutputFeedback(
        GRUCell(inputSize: 2, hiddenSize: 24, key: Self.key),
        readout: Linear(inputSize: 24, outputSize: 1, key: Self.key)))
    let nothing = SequenceBatch(Tensor(zeros: [80, 1, 1]))
    let targets = Tensor(Array(wave[..<80]), shape: [80, 1, 1])
    Self.train(&network, steps: 400) { network, key in
      // A little noise on what is fed back teaches it to come back to the wave.
      let fed = targets + Tensor(normal: targets.shape, deviation: 0.03, key: key)
      return meanSquaredError(network(nothing, teacher: fed).outputs.values, targets)
    }
    let (_, state) = network(nothing, teacher: targets)
    let alone = network(SequenceBatch(Tensor(zeros: [40, 1, 1])), from: state).outputs.values.scalars
    let error = zip(alone, wave[80...]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 40
    // The variance of the wave is 0.225.
    #expect(error < 0.01, "mean squared error \(error)")
  }
}
