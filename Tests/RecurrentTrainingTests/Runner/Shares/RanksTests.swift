import RecurrentDistribution
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

/// Ranks train one model: with the same bytes, whatever their number.
@Suite struct RanksTests {
  private static func configuration(epochs: Int = 2, deterministic: Bool? = true) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.epochs = epochs
    configuration.optimizer = OptimizerConfiguration(.adam, learningRate: 0.02)
    configuration.clipNorm = 0.5
    configuration.threads = 1
    configuration.deterministic = deterministic
    configuration.checkpointSteps = 3
    configuration.checkpointSeconds = nil
    return configuration
  }

  /// Trains, or goes on, in a folder that rank 0 has.
  ///
  /// - Parameters:
  ///   - stopStep: After which step rank `stoppedRank` is asked to stop.
  /// - Returns: Of each rank, the steps made and the digest of the model.
  @discardableResult
  private static func train(
    _ path: String, ranks: Int, _ configuration: TrainingConfiguration, _ task: ReaderTask = ReaderTask(),
    resuming: Bool = false, stopAfter stopStep: Int? = nil, at stoppedRank: Int = 0
  ) throws -> [(steps: Int, digest: UInt64)] {
    try InProcessCommunicator.run(count: ranks) { communicator in
      var folder: RunFolder?
      if communicator.rank == 0 {
        folder =
          resuming
          ? try RunFolder.open(at: path, system: UnsynchronizedFiles())
          : try RunFolder.create(at: path, system: UnsynchronizedFiles())
      }
      let runner = try TrainingRunner(
        task, model: Reader(), configuration: configuration, folder: folder, over: communicator)
      if resuming {
        #expect(try runner.resume())
      } else {
        try folder?.begin(configuration: configuration.yaml(title: "test"), environment: [:])
      }
      let stop = StopRequest()
      var steps = 0
      let report = try runner.run(until: stop) { event in
        guard case .step(let step) = event else { return }
        steps = step.step
        if step.step == stopStep, communicator.rank == stoppedRank { stop.stop(.preemption) }
      }
      if case .interrupted(let reason) = report.outcome { #expect(reason == .preemption) }
      var model = report.model
      return (steps, model.digest())
    }
  }

  private static func files(_ folder: TemporaryFolder, _ run: String) throws -> [String: [UInt8]] {
    let last = try #require(folder.text("\(run)/checkpoints/last")).dropLast()
    var files = folder.files(in: "\(run)/checkpoints/\(last)")
    files["metrics.csv"] = folder.bytes("\(run)/metrics.csv")
    return files
  }

  /// Ten rows fill the eight shares unequally, five leave some empty, and 24 give each three.
  @Test(arguments: [10, 5, 24]) func sameBytesForAnyNumberOfRanks(_ rowCount: Int) throws {
    let folder = try TemporaryFolder()
    let task = ReaderTask(rowCount: rowCount)
    let alone = try Self.train(folder.path("1"), ranks: 1, Self.configuration(), task)
    let expected = try Self.files(folder, "1")
    #expect(expected["optimizer.safetensors"] != nil && expected["carry.safetensors"] != nil)
    for ranks in [2, 3, 4, 5, 8] {
      let all = try Self.train(folder.path("\(ranks)"), ranks: ranks, Self.configuration(), task)
      #expect(all.count == ranks && all.allSatisfy { $0.digest == alone[0].digest && $0.steps == alone[0].steps })
      let files = try Self.files(folder, "\(ranks)")
      #expect(files.keys.sorted() == expected.keys.sorted())
      for (name, bytes) in expected { #expect(files[name] == bytes, "\(name) of \(ranks) ranks") }
    }
  }

  /// Without the setting, results depend on the number of ranks where batches are small, and are those of a plain run where
  /// there is one rank.
  @Test func withoutTheSetting() throws {
    let folder = try TemporaryFolder()
    let small = ReaderTask(examples: 10)
    let plain = try Self.train(folder.path("plain"), ranks: 1, Self.configuration(deterministic: nil), small)
    let shares = try Self.train(folder.path("shares"), ranks: 1, Self.configuration(), small)
    #expect(plain[0].digest != shares[0].digest)
    let two = try Self.train(folder.path("two"), ranks: 2, Self.configuration(deterministic: nil), small)
    #expect(two[0].digest == two[1].digest && two[0].digest != shares[0].digest && two[0].digest != plain[0].digest)
    let large = try Self.train(folder.path("large"), ranks: 2, Self.configuration(deterministic: nil), ReaderTask())
    #expect(large[0].digest == shares[0].digest)
  }

  /// Whichever rank is asked to stop, all stop after the same step, and any number of ranks goes on.
  @Test(arguments: [(1, 4), (4, 1), (2, 8), (8, 3)])
  func goesOnWithOtherRanks(_ before: Int, _ after: Int) throws {
    let folder = try TemporaryFolder()
    try Self.train(folder.path("whole"), ranks: 1, Self.configuration())
    let expected = try Self.files(folder, "whole")
    for step in [1, 4, 6] {
      let name = "stopped-\(step)"
      let stopped = try Self.train(
        folder.path(name), ranks: before, Self.configuration(), stopAfter: step, at: before - 1)
      // The others hear of it in the next step; a rank alone need not ask anybody.
      #expect(Set(stopped.map(\.steps)) == [before == 1 ? step : step + 1])
      try Self.train(folder.path(name), ranks: after, Self.configuration(), resuming: true)
      let files = try Self.files(folder, name)
      for (name, bytes) in expected { #expect(files[name] == bytes, "\(name) after a stop at step \(step)") }
    }
  }

  @Test func moreRanksThanSharesOfWhatIsCarried() throws {
    let folder = try TemporaryFolder()
    let configuration = Self.configuration(deterministic: false)
    try Self.train(folder.path("run"), ranks: 2, configuration, stopAfter: 2)
    let error = #expect(throws: TrainingError.self) {
      try Self.train(folder.path("run"), ranks: 4, configuration, resuming: true)
    }
    #expect(error?.description.contains("has 2 shares; go on with at most so many ranks") == true)
  }

  @Test func ranksThatDifferAreFound() throws {
    let error = #expect(throws: CommunicationError.self) {
      try InProcessCommunicator.run(count: 3) { communicator in
        var model = Reader()
        if communicator.rank == 1 { model.head = Linear(inputSize: 8, outputSize: 11, key: RandomKey(seed: 4)) }
        let runner = try TrainingRunner(
          ReaderTask(), model: model, configuration: Self.configuration(), over: communicator)
        try runner.run()
      }
    }
    #expect(error == .ranksDiffer(what: "the model, the settings or the data", ranks: [1]))
  }

  /// A bit that flips in the memory of one rank.
  @Test func ranksThatPartAreFound() throws {
    let error = #expect(throws: CommunicationError.self) {
      try InProcessCommunicator.run(count: 2) { communicator in
        let runner = try TrainingRunner(
          ReaderTask(rowCount: 2, batches: 40), model: Reader(), configuration: Self.configuration(), over: communicator
        )
        try runner.run { event in
          guard case .step(let step) = event, step.step == 3, communicator.rank == 1 else { return }
          runner.model.head.weight.value = runner.model.head.weight.value * Tensor(1.000_001)
        }
      }
    }
    #expect(error == .ranksDiffer(what: "the model before step 65", ranks: [1]))
  }

  @Test func ranksOfAnotherVersionAreFound() throws {
    #expect(StepMessage([1, 2, 3]) == nil)
    let observation = RunningStatistic.Observation(
      position: 1, value: Tensor([1, .nan], shape: [1, 2]), momentum: 0.1)
    let message = StepMessage(
      vote: RankVote(stop: .interrupt, wantsCheckpoint: true, badCarry: "state.hidden", digest: 7),
      outcomes: [
        ShareOutcome(loss: -0.1, weight: 2.5, count: 3, statistics: [observation])
      ])
    let copy = try #require(StepMessage(message.bytes))
    #expect(copy.bytes == message.bytes)
    #expect(copy.vote.stop == .interrupt && copy.vote.digest == 7)
    #expect(copy.outcomes.map(\.statistics).map { $0.map(\.value.shape) } == [[[1, 2]]])
    for end in 0..<message.bytes.count { #expect(StepMessage(Array(message.bytes[..<end])) == nil) }
  }
}
