import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

/// Windows of a series as the batches of a run, the stream carried from batch to batch.
private struct StreamTask: TrainingTask {
  static let rule = TruncatedBPTT(interval: 3, reach: 5)
  static let steps = 12
  let inputs = SequenceBatch(Tensor(normal: [steps, 2, 1], key: RandomKey(seed: 71)), lengths: [12, 8])

  func batchCount(inEpoch epoch: Int) -> Int { Self.rule.windows(ofSteps: Self.steps).count }

  func initialCarry(inEpoch epoch: Int) -> TruncatedStream<SequenceBatch, LSTMState> { Self.rule.makeStream() }

  func loss(
    of model: LSTM, on batch: BatchPosition, carry: inout TruncatedStream<SequenceBatch, LSTMState>
  ) throws -> BatchLoss {
    let steps = Self.rule.windows(ofSteps: Self.steps)[batch.index]
    let outputs = carry.run(inputs.steps(steps)) { model($0, from: $1) }
    return BatchLoss(mean: (outputs.values - 0.3).squared().mean(), count: steps.count)
  }
}

struct TruncatedBPTTInARunTests {
  private static func runner(_ folder: RunFolder?) throws -> TrainingRunner<StreamTask> {
    var configuration = TrainingConfiguration()
    (configuration.epochs, configuration.checkpointSteps) = (3, 1)
    return try TrainingRunner(
      StreamTask(), model: LSTM(inputSize: 1, hiddenSize: 3, key: RandomKey(seed: 7)), configuration: configuration,
      folder: folder)
  }

  private static func bits(_ model: LSTM) -> [[UInt32]] {
    model.parameters.map { $0.parameter.value.scalars.map(\.bitPattern) }
  }

  /// A run that is stopped within an epoch takes its stream up again, inputs within reach included.
  @Test func resumesInTheMiddleOfASeries() throws {
    let whole = try Self.runner(nil).run().model
    let folder = try TemporaryFolder()
    let runFolder = try RunFolder.create(at: folder.path("run"))
    let stop = StopRequest()
    _ = try Self.runner(runFolder).run(until: stop) { event in
      if case .step(let report) = event, report.step == 6 { stop.stop() }
    }
    let resumed = try Self.runner(runFolder)
    #expect(try resumed.resume())
    #expect(try Self.bits(resumed.run().model) == Self.bits(whole))
  }
}
