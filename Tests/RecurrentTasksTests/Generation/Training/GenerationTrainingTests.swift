import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct GenerationTrainingTests {
  private static let letters = "abcdefghijk"

  /// The model, text and settings of `Tests/Fixtures/generation/make.py`.
  private static func golden() throws -> (training: GenerationTraining, fixture: Fixture) {
    let fixture = try Fixture("generation/stream")
    var configuration = GenerationConfiguration()
    (configuration.embedding, configuration.length, configuration.batchSize) = (5, 4, 2)
    configuration.architecture.hidden = [6]
    configuration.architecture.layers = 2
    configuration.training.epochs = 1
    configuration.training.threads = 1
    configuration.training.optimizer = OptimizerConfiguration(.sgd, learningRate: 2)
    configuration.training.clipNorm = 0.25
    let text = try fixture.integers("text", in: "stream")
    let data = GenerationData(
      tokenizer: SmallLanguage.tokenizer(letters, isOfRecords: false), schema: nil,
      parts: [.train: TextPart(running: text)], notes: [])
    return (GenerationTraining(configuration, data), fixture)
  }

  @Test func aStreamTrainsAsInPyTorch() throws {
    let (training, fixture) = try Self.golden()
    var network = training.initial.network
    try network.load(
      Dictionary(uniqueKeysWithValues: fixture.names(in: "before").map { ($0, try fixture.tensor($0, in: "before")) }))
    #expect(training.batchCount(inEpoch: 0) == 5)
    let runner = try TrainingRunner(
      training, model: network, configuration: training.initial.configuration.training)
    var losses: [Double] = []
    let trained = try runner.run { if case .step(let step) = $0 { losses.append(step.loss) } }.model
    let expected = try fixture.tensor("losses", in: "stream").scalars
    for (loss, truth) in zip(losses, expected) { #expect(abs(loss - Double(truth)) < 1e-5) }
    #expect(losses.count == 5)
    for (path, parameter) in trained.parameters {
      let used = Tolerance(absolute: 1e-5, relative: 1e-4).used(parameter.value, try fixture.tensor(path, in: "after"))
      #expect(used <= 1, "\(path)")
    }
    let evaluated = trained.crossEntropy(
      of: ReadingRows(running: try fixture.integers("text", in: "stream"), rowCount: 2), conditions: nil)
    #expect(abs(evaluated.mean - Double(try fixture.tensor("evaluated", in: "stream").scalar)) < 1e-5)
  }

  // MARK: Arrangements

  private static func configuration(_ folder: TextFolder, _ text: String, _ settings: String...) throws
    -> GenerationConfiguration
  {
    try folder.put(text, in: "t.txt")
    var configuration = GenerationConfiguration()
    (configuration.data, configuration.validation, configuration.test) = (folder.path("t.txt"), nil, nil)
    (configuration.embedding, configuration.length, configuration.batchSize) = (4, 6, 3)
    configuration.architecture.hidden = [8]
    configuration.training.epochs = 2
    try configuration.apply(settings.map { try SettingAssignment(override: $0) })
    return configuration
  }

  private static let song = (0..<40).map { "line \($0 % 7) sings \($0 % 3)\n" }.joined()

  @Test func windowsAreAFunctionOfTheStep() throws {
    let folder = try TextFolder()
    let configuration = try Self.configuration(folder, Self.song, "arrangement=windows", "steps_per_epoch=4")
    let training = try GenerationTraining(configuration)
    #expect(training.batchCount(inEpoch: 1) == 4)
    func loss(_ step: Int, seed: UInt64 = 1) -> Float {
      var carry = training.initialCarry(inEpoch: 0)
      let batch = BatchPosition(epoch: 0, index: step, step: step, key: RandomKey(seed: seed))
      let loss = training.loss(of: training.initial.network, on: batch, carry: &carry)
      #expect(loss.count == 18)
      return loss.mean.scalar
    }
    #expect(loss(3) == loss(3))
    #expect(loss(3) != loss(2) && loss(3) != loss(3, seed: 2))
  }

  /// Every record is read once in an epoch, each epoch in another order, and the loss does not depend on the rows.
  @Test func recordsAreReadWholeInAnyOrder() throws {
    let folder = try TextFolder()
    let text = (0..<9).map { "tune \($0)" + String(repeating: "la", count: $0) }.joined(separator: "\n\n")
    let configuration = try Self.configuration(folder, text, "arrangement=records")
    let training = try GenerationTraining(configuration)
    let symbols = (0..<9).reduce(0) { $0 + 7 + 2 * $1 }
    func epoch(_ number: Int) -> (sum: Double, count: Int, first: Float) {
      var carry = training.initialCarry(inEpoch: number)
      var sum = 0.0
      var count = 0
      var first: Float = 0
      for index in 0..<training.batchCount(inEpoch: number) {
        let batch = BatchPosition(epoch: number, index: index, step: index, key: RandomKey(seed: 1))
        let loss = training.loss(of: training.initial.network, on: batch, carry: &carry)
        if index == 0 { first = loss.mean.scalar }
        sum += Double(loss.mean.scalar) * Double(loss.count)
        count += loss.count
      }
      return (sum / Double(count), count, first)
    }
    let epochs = (0..<3).map(epoch)
    #expect(epochs.allSatisfy { $0.count == symbols })
    #expect(Set(epochs.map(\.first)).count > 1)
    let part = try #require(training.data.parts[.train])
    let whole = part.records.reduce(0.0) { sum, record in
      let rows = ReadingRows([record], end: training.initial.endSymbol ?? 0, rows: [[0]])
      return sum + training.initial.network.crossEntropy(of: rows, conditions: nil).mean * Double(record.count + 1)
    }
    for epoch in epochs { #expect(abs(epoch.sum - whole / Double(symbols)) < 1e-5) }
  }

  /// Of a text that repeats itself a model learns almost everything.
  @Test func repetitionIsLearnt() throws {
    let folder = try TextFolder()
    let configuration = try Self.configuration(
      folder, String(repeating: "abcde ", count: 200), "validation=0.1", "epochs=8", "learning_rate=0.03", "length=12")
    let training = try GenerationTraining(configuration)
    let runner = try TrainingRunner(training, model: training.initial.network, configuration: configuration.training)
    var model = training.initial
    model.network = try runner.run().model
    let metrics = training.validate(model.network)
    #expect(metrics.map(\.name) == ["loss", "perplexity", "bits_per_character"])
    #expect(metrics[0].value < 0.1)
    #expect(abs(metrics[1].value - exp(metrics[0].value)) < 1e-9)
    #expect(abs(metrics[2].value - metrics[0].value / log(2)) < 1e-9)
    var request = GenerationRequest(prompt: "abcde a", limit: 11)
    request.sampling.temperature = 0
    #expect(try model.texts(request) == ["bcde abcde "])
  }

  @Test func penaltiesAddToTheLoss() throws {
    let folder = try TextFolder()
    func loss(_ settings: String...) throws -> Float {
      var configuration = try Self.configuration(folder, Self.song)
      try configuration.apply(settings.map { try SettingAssignment(override: $0) })
      let training = try GenerationTraining(configuration)
      var carry = training.initialCarry(inEpoch: 0)
      let batch = BatchPosition(epoch: 0, index: 0, step: 0, key: RandomKey(seed: 1))
      return training.loss(of: training.initial.network, on: batch, carry: &carry).mean.scalar
    }
    let plain = try loss()
    #expect(try loss("activation_penalty=2") > plain)
    #expect(try loss("change_penalty=1") > plain)
  }

  @Test func tiedVectorsMakeTheLogits() throws {
    let folder = try TextFolder()
    let configuration = try Self.configuration(folder, Self.song, "tied=true", "embedding=8")
    let training = try GenerationTraining(configuration)
    let paths = training.initial.network.parameters.map(\.path)
    #expect(!paths.contains("head.weight") && paths.contains("bias"))
    let output = training.initial.network(TokenBatch([[0, 1, 2]]))
    let hidden = output.outputs.values.reshaped(to: [3, 8])
    let expected = matmul(hidden, training.initial.network.embedding.weight.value.transposed())
    for (a, b) in zip(output.logits.scalars, expected.scalars) { #expect(abs(a - b) < 1e-5) }
  }

  /// The rates of Zaremba et al. (2014): the first four epochs at the whole rate, then half as much each.
  @Test func theRateFallsAsInThePaper() throws {
    var configuration = GenerationConfiguration()
    try configuration.apply(try GenerationConfiguration.preset(named: "ptb-small").assignments)
    let settings = configuration.training.schedule
    let schedule = LearningRateSchedule(.exponential(factor: settings.factor ?? 0), hold: settings.hold ?? 0)
    #expect(settings.kind == .exponential && settings.unit == .epoch)
    let rates = (0..<13).map { schedule.rate(at: $0, base: 1) }
    #expect(rates == [1, 1, 1, 1] + (1...9).map { pow(0.5, Double($0)) })
  }

  @Test(arguments: GenerationConfiguration.presets.map(\.name)) func presetsAreSound(_ name: String) throws {
    var configuration = GenerationConfiguration()
    try configuration.apply(try GenerationConfiguration.preset(named: name).assignments)
    #expect(throws: Never.self) { try configuration.validate() }
  }

  // MARK: Bad data

  @Test(arguments: [
    ("", "", "training part has"), ("a", "", "training part has"),
    (String(repeating: "a", count: 99), "", "two different"),
    ("abcab", "arrangement=windows", "at least 7 are needed"), ("ab ab ab", "conditions=x", "belong to records"),
    ("abc abc", "tied=true", "tied"), ("abcabc", "bidirectional=true", "bidirectional"),
    ("\n\n\n", "arrangement=records", "training part"),
    ("abc abc abc", "validation=0.1", "validation part"),
  ])
  func textsThatTeachNothingAreRefused(_ text: String, _ setting: String, _ expected: String) throws {
    let folder = try TextFolder()
    var configuration = try Self.configuration(folder, text)
    if !setting.isEmpty { try configuration.apply([try SettingAssignment(override: setting)]) }
    let error = #expect(throws: GenerationError.self) { try GenerationTraining(configuration) }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
  }
}
