import RecurrentFormats
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct ClassifierTests {
  private let folder: SampleFolder

  init() throws { folder = try SampleFolder() }

  private func run(_ configuration: ClassificationConfiguration, _ name: String) throws -> TaskReport {
    try TaskRun(ClassificationTraining(configuration), folder: .create(at: folder.path(name))).run()
  }

  /// What was trained, written and loaded answers the very same.
  /// So that ranks have something to divide, and a batch fits into memory.
  @Test func judgedBatchesAreNeitherLongNorFew() {
    let short = Classifier.batches(lengths: (0..<400).map { 1 + $0 % 30 })
    #expect(short.count == 4 && short.allSatisfy { $0.count <= 128 })
    let long = Classifier.batches(lengths: (0..<40).map { 1000 + $0 })
    #expect(long.count == 3 && long.allSatisfy { $0.count * 1039 <= 16_384 + 1039 })
    #expect(Classifier.batches(lengths: [20_000, 3]).map(\.count) == [1, 1])
    #expect((short + long).flatMap { $0 }.count == 440)
  }

  @Test func aLoadedClassifierAnswersTheSame() throws {
    var configuration = ClassificationConfiguration.quick(try folder.putTexts(40, in: "t.tsv"))
    configuration.test = "0.25"
    configuration.isLowercased = true
    configuration.splitsPunctuation = true
    let report = try run(configuration, "run")
    let classifier = try Classifier(modelFolder: folder.path("run"))
    #expect(classifier.labels == ["bad", "good"])
    let findings = try classifier.evaluate(on: nil, drawing: folder.path("c.svg"))
    #expect(findings.metrics.first == report.findings.metrics.first { $0.name == "test" })
    #expect(findings.details["confusion"] == report.findings.details["confusion"])
    let answers = try classifier.classify(texts: ["SPLENDID!", "awful, I say"])
    #expect(answers.map { $0?.label } == [1, 0])
    #expect(report.findings.baselines.first?.name == "majority")
  }

  @Test func signalsKeepTheirScales() throws {
    let path = try folder.putSignals(30, in: "s.csv")
    var configuration = ClassificationConfiguration.quickSignals(path)
    configuration.test = "who=4"
    let report = try run(configuration, "run")
    let classifier = try Classifier(modelFolder: folder.path("run"))
    #expect(
      try classifier.evaluate(on: nil, drawing: nil).metrics.first
        == report.findings.metrics.first { $0.name == "test" })
    // Without labels, in a table that does not even have the column.
    let plain = try folder.put("id,t,b,a\n1,0,0.1,0\n1,1,0,1\n1,2,0.2,2\n1,3,0.1,3\n", in: "plain.csv")
    let (answers, _) = try classifier.classify(signalsOf: plain)
    #expect(answers.map { $0.prediction?.label } == [0])
    #expect(throws: ClassificationError.self) { _ = try classifier.classify(linesOf: plain) }
  }

  @Test func interruptedTrainingGoesOnExactly() throws {
    var configuration = ClassificationConfiguration.quick(try folder.putTexts(40, in: "t.tsv"))
    configuration.validation = "0.2"
    configuration.augmentation.wordDropout = 0.1
    configuration.network.headDropout = 0.2
    configuration.training.epochs = 3
    _ = try run(configuration, "whole")
    let stop = StopRequest()
    let first = try TaskRun(ClassificationTraining(configuration), folder: .create(at: folder.path("parts")))
    _ = try first.run(until: stop) { event in
      if case .step(let report) = event, report.step == 6 { stop.stop() }
    }
    let resumed = try TaskRun<ClassificationTraining>(resuming: first.folder, configuration: configuration)
    _ = try resumed.run()
    for file in ["model/model.safetensors", "metrics.csv", "model/tokenizer.json"] {
      let whole = try ReadableFile.bytes(ofFile: folder.path("whole/" + file), limit: 1 << 24)
      #expect(try ReadableFile.bytes(ofFile: folder.path("parts/" + file), limit: 1 << 24) == whole, "\(file)")
    }
  }

  @Test func damagedDescriptionsAreRefused() throws {
    var configuration = ClassificationConfiguration.quick(try folder.putTexts(20, in: "t.tsv"))
    configuration.training.epochs = 1
    _ = try run(configuration, "run")
    let text = String(
      decoding: try ReadableFile.bytes(ofFile: folder.path("run/model/config.json"), limit: 1 << 20), as: UTF8.self)
    for (old, new) in [
      ("\"bad\",", ""), ("\"inputs\": \"text\"", "\"inputs\": \"signal\""), ("\"inputs\": \"text\"", "\"inputs\": 1"),
      ("\"labels\": [", "\"names\": ["), ("\"target\": \"label\"", "\"target\": \"number\""),
    ] {
      let changed = text.replacing(old, with: new)
      #expect(changed != text)
      try folder.put(changed, in: "run/model/config.json")
      do {
        _ = try Classifier(modelFolder: folder.path("run/model"))
        Issue.record("a description without \(old) was accepted")
      } catch {
        #expect(!"\(error)".contains("\n"))
      }
    }
  }
}
