import Recurrent

// One network answers questions about a passage and writes summaries of it. Question and passage are joined to one sequence;
// the decoder looks back at it while it writes the answer. There is no text front end: symbols are numbers, and any sequence
// of numbers or vectors would do. The stories are drawn in Stories.swift.

let key = RandomKey(seed: 3)
let (embeddingSize, hiddenSize) = (24, 48)

/// Reads a sequence of symbols and writes another one.
struct Reader<Network: Module>: Module {
  var embedding: Embedding
  var network: Network

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("embedding", &embedding)
    visitor.visit("network", &network)
  }
}

func symbols(_ number: Int) -> Embedding {
  Embedding(vocabularySize: Symbol.count, size: embeddingSize, key: key.folding(number))
}
let encoder = BidirectionalLayer(
  forward: LSTMCell(inputSize: embeddingSize, hiddenSize: hiddenSize, key: key.folding(1)),
  backward: LSTMCell(inputSize: embeddingSize, hiddenSize: hiddenSize, key: key.folding(2)))
let writer = LSTM(inputSize: embeddingSize, hiddenSize: hiddenSize, key: key.folding(3))
let decoder = AttentionDecoder(
  writer, feed: TokenFeed(symbols(4), start: Symbol.end),
  attention: GeneralAttention(querySize: hiddenSize, keySize: 2 * hiddenSize, key: key.folding(5)),
  combination: Linear(inputSize: 3 * hiddenSize, outputSize: hiddenSize, key: key.folding(6)),
  readout: Linear(inputSize: hiddenSize, outputSize: Symbol.count, key: key.folding(7)), order: .afterStep,
  bridge: Bridge(contextSize: 2 * hiddenSize, to: writer, key: key.folding(8)))
var model = Reader(embedding: symbols(9), network: EncoderDecoder(encoder, context: .last, decoder: decoder))

var optimizer = Adam(learningRate: 0.005)
let scope = GradientScope()
for step in 1...2400 {
  let stories = (0..<64).map { Story(key: key.folding(step).folding($0)) }
  let targets = TokenBatch(stories.map { $0.answer + [Symbol.end] })
  let loss = scope.evaluate(at: &model) { model in
    let read = model.embedding(TokenBatch(stories.map(\.source)))
    return crossEntropy(model.network(read, targets: targets).values, targets)
  }
  scope.gradients.clip(toGlobalNorm: 1)
  optimizer.update(&model, with: scope.gradients)
  if step % 400 == 0 { print("step \(step): \(loss) nats a symbol") }
}

// New stories.
let stories = (0..<500).map { Story(key: key.folding(0).folding($0)) }
let encoding = model.network.encode(model.embedding(TokenBatch(stories.map(\.source))))
let (written, weights) = model.network.decoder.attendedSymbols(from: encoding, limit: 16, end: Symbol.end)
for (story, found) in zip(stories, written).prefix(6) {
  let mend = found == story.answer ? "" : "  (right: \(Story.text(story.answer)))"
  print("\(Story.text(story.source))\n  -> \(Story.text(found))\(mend)")
}
for (name, isKind) in [("answers", { $0.source[0] == Symbol.whereIs }), ("summaries", { $0.source[0] == Symbol.tell })]
  as [(String, (Story) -> Bool)]
{
  let kind = zip(stories, written).filter { isKind($0.0) }
  print("\(name): \(kind.count(where: { $0.0.answer == $0.1 })) of \(kind.count) right to the last symbol")
}

// The symbol that the first answer looked at most.
let looked = weights[0][0].scalars
if let place = looked.indices.max(by: { looked[$0] < looked[$1] }), place < stories[0].source.count {
  print("the first symbol that was written looked at '\(Story.text([stories[0].source[place]]))', number \(place + 1)")
}
