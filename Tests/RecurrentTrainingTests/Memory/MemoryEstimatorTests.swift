import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

@Suite struct MemoryEstimatorTests {
  /// Sequences of some steps through a layer, with the mean of its outputs as loss.
  private struct Rows: TrainingTask {
    struct Network: Module {
      var lstm = LSTM(inputSize: 8, hiddenSize: 32, key: RandomKey(seed: 1))
      mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { visitor.visit("lstm", &lstm) }
    }

    let lengths: [Int]
    var rows = 32

    func batchCount(inEpoch epoch: Int) -> Int { lengths.count }
    private func inputs(_ batch: BatchPosition) -> Tensor {
      Tensor(normal: [lengths[batch.index], batch.share(of: rows).count, 8], key: RandomKey(seed: 2))
    }
    func loss(of model: Network, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
      BatchLoss(mean: model.lstm(SequenceBatch(inputs(batch)), from: nil).outputs.values.mean(), count: 1)
    }
    func contents(of batch: BatchPosition) -> BatchContents {
      BatchContents(examples: Array(batch.share(of: rows)), inputs: [.init("inputs", inputs(batch))])
    }
    func batchSizes(inEpoch epoch: Int, key: RandomKey) -> [Int] { lengths.map { $0 * rows } }
  }

  private func configuration(_ change: (inout TrainingConfiguration) -> Void = { _ in }) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.optimizer = OptimizerConfiguration(.adam, learningRate: 0.01)
    configuration.threads = 1
    change(&configuration)
    return configuration
  }

  @Test func activationsOfTheLargestBatch() throws {
    let task = Rows(lengths: [10, 200, 10])
    var model = Rows.Network()
    let estimate = try MemoryEstimator(task, model: model, configuration: configuration()).estimate()
    let scope = GradientScope()
    let batch = BatchPosition(epoch: 0, index: 1, step: 0, key: RandomKey(seed: 42))
    var carry = NoCarry()
    _ = scope.evaluate(at: &model) { task.loss(of: $0, on: batch, carry: &carry).mean }
    let ratio = Double(estimate[.activations]) / Double(scope.heldByteCount)
    #expect(ratio > 0.8 && ratio < 1.25, "\(ratio)")
  }

  /// Blocks of one size are not used for batches of another, and stay.
  @Test func batchesOfManySizes() throws {
    let task = Rows(lengths: [200, 170, 140, 110, 80, 50])
    var model = Rows.Network()
    let estimate = try MemoryEstimator(task, model: model, configuration: configuration()).estimate()
    let scope = GradientScope()
    for index in task.lengths.indices {
      let batch = BatchPosition(epoch: 0, index: index, step: index, key: RandomKey(seed: 42))
      var carry = NoCarry()
      _ = scope.evaluate(at: &model) { task.loss(of: $0, on: batch, carry: &carry).mean }
    }
    let ratio = Double(estimate[.activations]) / Double(scope.heldByteCount)
    #expect(ratio > 0.8 && ratio < 1.25, "\(ratio)")
  }

  @Test func whatIsCounted() throws {
    let task = Rows(lengths: [10])
    let model = Rows.Network()
    let bytes = 4 * model.parameterCount
    func estimate(_ settings: TrainingConfiguration) throws -> MemoryEstimate {
      try MemoryEstimator(task, model: model, configuration: settings).estimate()
    }
    let plain = try estimate(configuration { $0.keepBest = false })
    #expect(plain[.gradients] >= bytes && plain[.gradients] < bytes + 1024)
    #expect(plain[.optimizer] >= 2 * bytes && plain[.optimizer] < 2 * bytes + 2048)
    #expect(plain[.parameters] > 2 * bytes)
    #expect(plain[.copies] == 0)
    let sgd = try estimate(configuration { $0.optimizer = OptimizerConfiguration(.sgd, learningRate: 0.1) })
    #expect(sgd[.optimizer] == 0)
    #expect(sgd[.copies] == bytes)
    let averaged = try estimate(
      configuration {
        $0.averaging.kind = .exponential
        $0.nonFinite = .lowerRate
      })
    #expect(averaged[.copies] == 3 * bytes + plain[.optimizer])
    #expect(plain.total == plain.bytes.values.reduce(0, +))
    #expect(plain[.program] + plain[.data] > 1 << 20)
  }

  @Test func programIsToldApartFromData() throws {
    let estimator = MemoryEstimator(Rows(lengths: [10]), model: Rows.Network(), configuration: configuration())
    let estimate = try estimator.estimate(programByteCount: 1 << 20)
    #expect(estimate[.program] == 1 << 20)
    #expect(estimate[.data] > 0)
  }

  @Test func tinyTask() throws {
    let estimate = try MemoryEstimator(LineTask(), model: Line(), configuration: configuration()).estimate()
    #expect(estimate.total > 1 << 20)
  }
}
