import RecurrentDistribution
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

/// A model most of which is a table, of which a batch looks few rows up.
private struct Speller: Module {
  var embedding = Embedding(vocabularySize: 4000, size: 8, key: RandomKey(seed: 1))
  var head = Linear(inputSize: 8, outputSize: 5, key: RandomKey(seed: 2))

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("embedding", &embedding)
    visitor.visit("head", &head)
  }
}

private struct SpellerTask: TrainingTask {
  func batchCount(inEpoch epoch: Int) -> Int { 6 }

  func loss(of model: Speller, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
    let rows = batch.share(of: 24)
    if rows.isEmpty { return .empty }
    let key = batch.key.folding(.data).folding(batch.step)
    let symbols = TokenBatch(rows.map { [Int32(key.integer(at: $0, below: 4000))] })
    let targets = TokenBatch(rows.map { [Int32(key.integer(at: 100 + $0, below: 5))] })
    return BatchLoss(mean: crossEntropy(model.head(model.embedding(symbols).values), targets), count: rows.count)
  }

  func validate(_ model: Speller) -> [Metric] { [] }
}

@Suite struct GradientSenderTests {
  private func train(ranks: Int, overlap: Bool) throws -> [(digest: UInt64, traffic: Traffic?)] {
    var configuration = TrainingConfiguration()
    configuration.epochs = 2
    configuration.threads = 1
    configuration.deterministic = true
    configuration.overlap = overlap
    configuration.optimizer = OptimizerConfiguration(.adam, learningRate: 0.02)
    return try InProcessCommunicator.run(count: ranks) { [configuration] communicator in
      let runner = try TrainingRunner(
        SpellerTask(), model: Speller(), configuration: configuration, over: communicator)
      let report = try runner.run()
      var model = report.model
      return (model.digest(), report.traffic)
    }
  }

  /// Twelve steps move less than the table of 128,000 bytes.
  @Test(arguments: [2, 3, 4, 8], [true, false]) func rowsOfTablesTravel(ranks: Int, overlap: Bool) throws {
    let alone = try train(ranks: 1, overlap: overlap)
    #expect(alone[0].traffic == nil)
    for rank in try train(ranks: ranks, overlap: overlap) {
      #expect(rank.digest == alone[0].digest)
      let traffic = try #require(rank.traffic)
      #expect((1..<128_000).contains(traffic.byteCount), "\(traffic.byteCount) bytes")
      #expect(traffic.seconds > 0 && traffic.waitedSeconds > 0)
    }
  }

  @Test func tablesAreFoundAmongTrainableParameters() {
    struct Two: Module {
      var frozen = Linear(inputSize: 2, outputSize: 2, key: RandomKey(seed: 3))
      var speller = Speller()
      mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
        visitor.visit("frozen", &frozen)
        visitor.visit("speller", &speller)
      }
    }
    var model = Two()
    var finder = TableFinder()
    model.visit(&finder)
    #expect(finder.tables == [2])
    model.frozen.weight.isTrainable = false
    finder = TableFinder()
    model.visit(&finder)
    #expect(finder.tables == [1])
  }
}
