import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

/// Batches at the edge of what there is are no reason for numbers that are not finite.
@Suite struct DegenerateBatchesTests {
  /// A layer over symbols of a batch, and what it says of each step.
  private struct Network: Module {
    var embedding = Embedding(vocabularySize: 3, size: 4, key: RandomKey(seed: 1))
    var lstm = LSTM(inputSize: 4, hiddenSize: 5, key: RandomKey(seed: 2))
    var head = Linear(inputSize: 5, outputSize: 3, key: RandomKey(seed: 3))
    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      visitor.visit("embedding", &embedding)
      visitor.visit("lstm", &lstm)
      visitor.visit("head", &head)
    }
  }

  private struct Symbols: TrainingTask {
    let inputs: TokenBatch
    let targets: TokenBatch
    /// What the logits are multiplied by.
    var scale: Float = 1

    func batchCount(inEpoch epoch: Int) -> Int { 2 }
    func loss(of model: Network, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
      let outputs = model.lstm(model.embedding(inputs), from: nil).outputs
      let loss = crossEntropy(model.head(outputs.values) * scale, targets)
      return BatchLoss(mean: loss, count: targets.tokens.count { $0 >= 0 })
    }
  }

  private func train(_ task: Symbols) throws -> TrainingReport<Network> {
    var configuration = TrainingConfiguration()
    configuration.epochs = 3
    configuration.optimizer = OptimizerConfiguration(.adam, learningRate: 0.01)
    configuration.threads = 1
    let report = try TrainingRunner(task, model: Network(), configuration: configuration).run()
    #expect(report.outcome == .finished)
    #expect(report.steps == 6)
    #expect(report.model.tensors.allSatisfy { $0.value.scalars.allSatisfy(\.isFinite) })
    return report
  }

  @Test func largeLogits() throws {
    let batch = TokenBatch([[0, 1, 2], [2, 1]])
    let report = try train(Symbols(inputs: batch, targets: batch, scale: 1e4))
    #expect(try #require(report.lastEpoch).trainingLoss.isFinite)
  }

  /// No step counts: nothing is learned, the mean loss of nothing is no number, and the run goes on.
  @Test func everythingIsMasked() throws {
    let report = try train(Symbols(inputs: TokenBatch([[0, 1], [2]]), targets: TokenBatch([[-1, -1], [-1]])))
    #expect(try #require(report.lastEpoch).trainingLoss.isNaN)
    #expect(report.bestEpoch == nil)
  }

  @Test func sequencesWithoutSteps() throws {
    _ = try train(Symbols(inputs: TokenBatch([[], [1, 2], []]), targets: TokenBatch([[], [2, 0], []])))
    _ = try train(Symbols(inputs: TokenBatch([[], []]), targets: TokenBatch([[], []])))
  }

  @Test func batchOfOne() throws {
    _ = try train(Symbols(inputs: TokenBatch([[1]]), targets: TokenBatch([[2]])))
  }
}
