import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining

/// A whole step of training: embedding, recurrent layers, logits, cross-entropy, gradients, clipping by their common
/// length, Adam.
struct TrainingStep: Sendable {
  /// The models that are measured.
  enum Kind: String, CaseIterable, Sendable {
    /// A character model: 65 symbols in 64 features, two layers of 512; 100 steps of 64 rows.
    case character
    /// A tagger: 5,000 words in 64 features, one layer of two directions of 64, 17 tags; 16 sentences of 1 to 50 words.
    case tagger
    /// A small word model: 10,000 words, two layers of 200; 35 steps of 20 rows.
    case smallWord = "word-200"
    /// A medium word model: the same with layers of 650.
    case mediumWord = "word-650"
  }

  var vocabulary: Int
  var embeddingSize: Int
  var hiddenSize: Int
  var layers: Int
  var isBidirectional = false
  var classes: Int
  var steps: Int
  var batch: Int
  var isRagged = false

  init(_ kind: Kind) {
    switch kind {
    case .character:
      self.init(vocabulary: 65, embeddingSize: 64, hiddenSize: 512, layers: 2, classes: 65, steps: 100, batch: 64)
    case .tagger:
      self.init(
        vocabulary: 5000, embeddingSize: 64, hiddenSize: 64, layers: 1, isBidirectional: true, classes: 17, steps: 50,
        batch: 16, isRagged: true)
    case .smallWord: self.init(wordModelOfSize: 200)
    case .mediumWord: self.init(wordModelOfSize: 650)
    }
  }

  private init(wordModelOfSize size: Int) {
    self.init(
      vocabulary: 10_000, embeddingSize: size, hiddenSize: size, layers: 2, classes: 10_000, steps: 35, batch: 20)
  }

  private init(
    vocabulary: Int, embeddingSize: Int, hiddenSize: Int, layers: Int, isBidirectional: Bool = false, classes: Int,
    steps: Int, batch: Int, isRagged: Bool = false
  ) {
    self.vocabulary = vocabulary
    self.embeddingSize = embeddingSize
    self.hiddenSize = hiddenSize
    self.layers = layers
    self.isBidirectional = isBidirectional
    self.classes = classes
    self.steps = steps
    self.batch = batch
    self.isRagged = isRagged
  }

  /// The same step with next to nothing to do, which brings code and threads into memory.
  var tiny: TrainingStep {
    var tiny = self
    (tiny.vocabulary, tiny.embeddingSize, tiny.hiddenSize, tiny.classes) = (8, 8, 8, 8)
    (tiny.steps, tiny.batch) = (4, 2)
    return tiny
  }

  /// The words of each row, where they differ spread over 1 to T, the first row full.
  var rowLengths: [Int] {
    (0..<batch).map { row in isRagged ? 1 + (31 * row + steps - 1) % steps : steps }
  }

  /// Rows of whole numbers below `bound`.
  func tokens(below bound: Int, number: Int) -> TokenBatch {
    let key = RandomKey(seed: 17).folding(.data).folding(number)
    return TokenBatch(
      rowLengths.enumerated().map { row, length in
        (0..<length).map { Int32(key.integer(at: row * steps + $0, below: bound)) }
      })
  }
}

extension TrainingStep {
  /// Trains with layers that are known to the compiler, as a program would.
  ///
  /// - Parameter body: Called with a function that takes one step and returns its loss, and the number of parameters.
  func withTraining<Result>(_ body: (_ step: () -> Float, _ parameterCount: Int) -> Result) -> Result {
    let key = RandomKey(seed: 19)
    if isBidirectional {
      let cells = (0..<2).map { LSTMCell(inputSize: embeddingSize, hiddenSize: hiddenSize, key: key.folding($0)) }
      return train([BidirectionalLayer(forward: cells[0], backward: cells[1])], key, body)
    }
    let stack = (0..<layers).map { layer in
      LSTM(inputSize: layer == 0 ? embeddingSize : hiddenSize, hiddenSize: hiddenSize, key: key.folding(layer))
    }
    return train(stack, key, body)
  }

  private func train<Layer: SequenceLayer, Result>(
    _ layers: [Layer], _ key: RandomKey, _ body: (_ step: () -> Float, _ parameterCount: Int) -> Result
  ) -> Result {
    let stack = RecurrentStack(layers)
    var model = SymbolModel(
      embedding: Embedding(vocabularySize: vocabulary, size: embeddingSize, key: key.folding(100)), stack: stack,
      head: Linear(inputSize: stack.outputSize, outputSize: classes, key: key.folding(101)))
    let inputs = tokens(below: vocabulary, number: 0)
    let targets = tokens(below: classes, number: 1)
    var optimizer = Adam(learningRate: 1e-3)
    let scope = GradientScope()
    return body(
      {
        let loss = scope.evaluate(at: &model) { model in crossEntropy(model(inputs), targets) }
        scope.gradients.clip(toGlobalNorm: 5)
        optimizer.update(&model, with: scope.gradients)
        return loss
      }, model.parameterCount)
  }
}

/// Symbols in, logits for each step out.
private struct SymbolModel<Layer: SequenceLayer>: Module {
  var embedding: Embedding
  var stack: RecurrentStack<Layer>
  var head: Linear

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("embedding", &embedding)
    visitor.visit("stack", &stack)
    visitor.visit("head", &head)
  }

  func callAsFunction(_ tokens: TokenBatch) -> Tensor { head(stack(embedding(tokens)).outputs.values) }
}
