import RecurrentDistribution
import RecurrentLayers
import RecurrentTensor

@testable import RecurrentTraining

/// A small model of symbols with all that makes shares hard: embeddings that are used twice, batch normalisation and
/// dropout.
struct Reader: Module {
  var embedding = Embedding(vocabularySize: 11, size: 6, key: RandomKey(seed: 1))
  var lstm = RecurrentLayer(LSTMCell(inputSize: 6, hiddenSize: 8, key: RandomKey(seed: 2)))
  var norm = BatchNorm1d(size: 8)
  var dropout = Dropout(0.3)
  var head = Linear(inputSize: 8, outputSize: 11, key: RandomKey(seed: 3))
  /// Whether the layers between the LSTM and the head are used.
  var isPlain = false

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("embedding", &embedding)
    visitor.visit("lstm", &lstm)
    visitor.visit("norm", &norm)
    visitor.visit("dropout", &dropout)
    visitor.visit("head", &head)
  }

  func logits(_ outputs: SequenceBatch) -> Tensor {
    isPlain ? head(outputs.values) : head(dropout(norm(outputs).values))
  }
}

/// Sequences of different lengths whose states flow from batch to batch.
struct ReaderTask: TrainingTask {
  typealias Carry = TruncatedStream<TokenBatch, LSTMState>

  var rowCount = 10
  var batches = 4
  var examples = 1000

  var examplesPerBatch: Int { examples }
  func batchCount(inEpoch epoch: Int) -> Int { batches }
  func initialCarry(inEpoch epoch: Int) -> Carry { Carry(reach: 7) }

  func loss(of model: Reader, on batch: BatchPosition, carry: inout Carry) -> BatchLoss {
    let key = batch.key.folding(.data).folding(batch.step)
    let sequences = batch.share(of: rowCount).map { row in
      let key = key.folding(row)
      return (0..<1 + key.integer(at: 0, below: 7)).map { Int32(key.integer(at: 1 + $0, below: 11)) }
    }
    if sequences.isEmpty { return .empty }
    return loss(of: model, on: sequences) { inputs in
      carry.run(inputs) { model.lstm(model.embedding($0), from: $1) }
    }
  }

  func loss(of model: Reader, on sequences: [[Int32]], run: (TokenBatch) -> SequenceBatch) -> BatchLoss {
    let targets = TokenBatch(sequences.map { $0.map { ($0 * 3 + 1) % 11 } })
    let loss = crossEntropy(model.logits(run(TokenBatch(sequences))), targets)
    let penalty = (model.embedding.weight.value * model.embedding.weight.value).mean() * 0.01
    return BatchLoss(mean: loss + penalty, count: sequences.reduce(0) { $0 + $1.count })
  }

  func validate(_ model: Reader) -> [Metric] {
    let sequences: [[Int32]] = [[1, 2, 3, 4], [5, 6], [7, 8, 9]]
    let loss = loss(of: model, on: sequences) { model.lstm(model.embedding($0), from: nil).outputs }
    return [Metric("loss", Double(loss.mean.scalar))]
  }
}
