import RecurrentDistribution
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

/// Shares of the batches of every task: their losses and gradients add up to those of the whole batch, and ranks that judge
/// a model together get the figures of one.
struct TaskSharesTests {
  private static let shareCount = 8

  /// Keeps each gradient as it was when it was said to be complete.
  private final class Listener: GradientListener {
    var gradients: Gradients?
    var told: [Int: [Float]] = [:]

    func begin(_ gradients: Gradients) {
      self.gradients = gradients
      told = [:]
    }
    func gradientIsComplete(ofLeaf leaf: Int) { told[leaf] = gradients?[leaf].scalars }
  }

  /// Compares a few batches in a row with their shares, weighed and added up in double precision. Without dropout, as
  /// whoever computes a share draws masks of its own.
  private func expectSharesAddUp<Training: TrainingTask>(
    _ training: Training, _ network: Training.Model, location: SourceLocation = #_sourceLocation
  ) throws {
    var model = network
    let (scope, listener) = (GradientScope(), Listener())
    var whole = training.initialCarry(inEpoch: 0)
    var carries = (0..<Self.shareCount).map { _ in training.initialCarry(inEpoch: 0) }
    let key = RandomKey(seed: 1)
    for index in 0..<min(3, training.batchCount(inEpoch: 0)) {
      let batch = BatchPosition(epoch: 0, index: index, step: index, key: key)
      let (mean, size) = try scope.evaluate(at: &model) { model in
        let loss = try training.loss(of: model, on: batch, carry: &whole)
        return (loss.mean, (count: loss.count, weight: loss.weight))
      }
      let expected = scope.gradients.flat.scalars
      var (loss, weight, count) = (0.0, 0.0, 0)
      var sum = [Double](repeating: 0, count: expected.count)
      for number in 0..<Self.shareCount {
        let share = BatchShare(number, of: Self.shareCount)
        let position = BatchPosition(epoch: 0, index: index, step: index, key: key, share: share)
        let (value, size) = try scope.evaluate(at: &model, key: nil, telling: listener) { model in
          let loss = try training.loss(of: model, on: position, carry: &carries[number])
          return (loss.mean, loss.weight, (count: loss.count, weight: loss.weight))
        }
        if size.count > 0 { loss += Double(value) * size.weight }
        (weight, count) = (weight + size.weight, count + size.count)
        for (place, gradient) in scope.gradients.flat.scalars.enumerated() { sum[place] += Double(gradient) }
        #expect(listener.told.count == scope.gradients.count, sourceLocation: location)
        for (leaf, told) in listener.told where told != scope.gradients[leaf].scalars {
          Issue.record("gradient \(leaf) changed after it was complete", sourceLocation: location)
        }
      }
      #expect(count == size.count, sourceLocation: location)
      #expect(abs(weight - size.weight) < 1e-6 * weight, sourceLocation: location)
      #expect(abs(loss / weight - Double(mean)) < 1e-5 * max(abs(loss / weight), 0.1), sourceLocation: location)
      let greatest = Double(expected.map(abs).max() ?? 0)
      let worst = zip(sum, expected).map { abs($0 / weight - Double($1)) }.max() ?? 0
      #expect(worst <= 2e-5 * greatest && greatest > 0, "\(worst) of \(greatest)", sourceLocation: location)
    }
  }

  private func expectSameFigures<Training: TrainingTask>(
    _ training: Training, _ network: Training.Model, location: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try training.validate(network)
    #expect(!expected.isEmpty, sourceLocation: location)
    for ranks in [2, 3] {
      let found = try InProcessCommunicator.run(count: ranks) { try training.validate(network, over: $0) }
      for figures in found { #expect(figures == expected, "\(ranks) ranks", sourceLocation: location) }
    }
  }

  @Test(arguments: [TaggingHead.softmax, .crf]) func tagging(_ head: TaggingHead) throws {
    let configuration = SampleSentences.configuration {
      ($0.head, $0.unknownRate, $0.wordDropout, $0.batchSize) = (head, 0, 0, 12)
    }
    let parts = TaggingParts(
      train: SampleSentences.corpus(40, seed: 1), validation: SampleSentences.corpus(900, seed: 2))
    let training = try TaggingTraining(configuration, parts: parts)
    #expect(training.examplesPerBatch == 10)
    try expectSharesAddUp(training, training.initial.network)
    try expectSameFigures(training, training.initial.network)
  }

  @Test func classification() throws {
    let folder = try SampleFolder()
    var configuration = ClassificationConfiguration.quick(try folder.putTexts(60, in: "t.tsv"))
    configuration.batchSize = 11
    configuration.classWeighting = .given
    configuration.classWeights = [3, 0.5]
    var training = try ClassificationTraining(configuration)
    try expectSharesAddUp(training, training.initial.network)
    configuration = ClassificationConfiguration.quickSignals(try folder.putSignals(40, in: "s.csv"))
    configuration.validation = "who=4"
    training = try ClassificationTraining(configuration)
    try expectSharesAddUp(training, training.initial.network)
    try expectSameFigures(training, training.initial.network)
  }

  @Test func translation() throws {
    for coverage in [false, true] {
      let configuration = SamplePairs.configuration {
        $0.batchSize = 13
        $0.coverage = coverage
        $0.coverageLoss = coverage ? 0.7 : 0
        $0.judge = .bleu
      }
      let training = try TranslationTraining(configuration, parts: SamplePairs.parts)
      try expectSharesAddUp(training, training.initial.network)
      if !coverage { try expectSameFigures(training, training.initial.network) }
    }
  }

  /// Rows of records end at different steps, and the states flow from window to window.
  @Test(arguments: ["stream", "records", "windows"]) func generation(_ arrangement: String) throws {
    let folder = try TextFolder()
    let text = (0..<30).map { "tune \($0 % 7)" + String(repeating: "la", count: $0 % 9) }.joined(separator: "\n\n")
    try folder.put(text, in: "t.txt")
    try folder.put(text, in: "v.txt")
    var configuration = GenerationConfiguration()
    (configuration.data, configuration.validation, configuration.test) = (
      folder.path("t.txt"), folder.path("v.txt"), nil
    )
    (configuration.embedding, configuration.length, configuration.batchSize) = (4, 9, 10)
    (configuration.activationPenalty, configuration.changePenalty) = (2, 1)
    configuration.architecture.hidden = [8]
    try configuration.apply([SettingAssignment(override: "arrangement=\(arrangement)")])
    if arrangement == "windows" { configuration.stepsPerEpoch = 3 }
    let training = try GenerationTraining(configuration)
    try expectSharesAddUp(training, training.initial.network)
    try expectSameFigures(training, training.initial.network)
  }

  @Test(arguments: [ForecastArrangement.sequence, .windows]) func forecasting(_ arrangement: ForecastArrangement) throws
  {
    var configuration = ForecastConfiguration()
    (configuration.arrangement, configuration.lookBack, configuration.batchSize) = (arrangement, 4, 13)
    let schema = SeriesSchema(
      time: [], timeForm: .rowNumber, frequency: Frequency(.step), seasonalPeriod: 1, series: "unique_id",
      targets: ["y"])
    let lengths = [30, 400, 25, 44]
    let series = lengths.map { length in
      Series(id: "\(length)", targets: [(0..<length).map { Double($0 * $0 % 17) / 5 + Double(length) / 100 }])
    }
    let frame = SeriesFrame(file: "made up", schema: schema, series: series)
    let parts = lengths.map { Parts(train: 0..<20, validation: 20..<$0, test: $0..<$0) }
    let training = try ForecastTraining(configuration, frame: frame, parts: parts)
    #expect(training.examplesPerBatch == (arrangement == .sequence ? 4 : 13))
    try expectSharesAddUp(training, training.initial.network)
    try expectSameFigures(training, training.initial.network)
  }
}
