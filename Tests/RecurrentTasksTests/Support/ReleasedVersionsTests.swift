import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

/// What one release has written, all later ones read: the folders below `Tests/Fixtures/versions`, one of each release.
@Suite struct ReleasedVersionsTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/versions").path

  private static let releases = ["0.1.0"]

  private static func path(_ release: String, _ name: String) -> String { "\(folder)/\(release)/\(name)" }

  @Test func everyReleaseIsTried() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
    #expect(Set(Self.releases) == Set(names).subtracting(["make"]))
  }

  @Test(arguments: releases) func forecaster(_ release: String) throws {
    let model = try #require(try load(release, "forecast") as? Forecaster)
    #expect(model.network.parameterCount == 77)
    let (data, _) = try ForecastData.read(model.configuration)
    let metrics = try #require(try model.evaluation(of: data, part: .test, against: [])?.metrics)
    #expect(metrics.list.allSatisfy(\.value.isFinite) && !metrics.list.isEmpty)
  }

  @Test(arguments: releases) func classifier(_ release: String) throws {
    let model = try #require(try load(release, "classify") as? Classifier)
    #expect(try model.classify(texts: ["very nice film", ""]).map { $0 != nil } == [true, false])
  }

  @Test(arguments: releases) func tagger(_ release: String) throws {
    let model = try #require(try load(release, "tag") as? Tagger)
    #expect(model.vocabularies.labels.count >= 3)
    #expect(model.network.tensors.allSatisfy { $0.value.scalars.allSatisfy(\.isFinite) })
  }

  @Test(arguments: releases) func translator(_ release: String) throws {
    let model = try #require(try load(release, "translate") as? Translator)
    #expect(model.tokenizers.target.encode("a b").count == 2)
  }

  @Test(arguments: releases) func languageModel(_ release: String) throws {
    let model = try #require(try load(release, "generate") as? LanguageModel)
    #expect(model.tokenizer.encode("the cat").count == 7)
  }

  @Test(arguments: releases) func networkWithoutTask(_ release: String) throws {
    let network = try NetworkFolder.read(ModelFolder(Self.path(release, "network")))
    #expect(network.parameterCount == 165)
  }

  private func load(_ release: String, _ name: String) throws -> any TaskModel {
    let folder = try ModelFolder(Self.path(release, name))
    #expect(folder.description.libraryVersion == release)
    return try TaskModels.load(folder)
  }

  /// A run that a release has left in the middle goes on, with settings that it did not know at their defaults.
  @Test(arguments: releases) func stoppedRun(_ release: String) throws {
    let copy = NSTemporaryDirectory() + "recurrent-versions-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: copy) }
    try FileManager.default.copyItem(atPath: Self.path(release, "run"), toPath: copy)
    let run = try RunFolder.open(at: copy)
    let last = try String(contentsOfFile: copy + "/checkpoints/last", encoding: .utf8).dropLast()
    let file = "\(copy)/checkpoints/\(last)/state.json"
    let settings = try #require(try JSONValue(contentsOfFile: file)["identity"]?["settings"])
    var configuration = ForecastConfiguration()
    try configuration.apply(SettingAssignment.list(from: settings, file: file))
    configuration.plot = false
    var skipped = 0
    var start: TrainingStart?
    let report = try TaskRun<ForecastTraining>(resuming: run, configuration: configuration).run { event in
      if case .started(let found) = event { start = found }
      if case .checkpointSkipped = event { skipped += 1 }
    }
    #expect(skipped == 0)
    #expect(start?.finishedSteps == 22)
    #expect(report.outcome == .finished && report.epochs == 40)
    let rmse = try #require(report.findings.metrics.last?.metrics.first { $0.name == "rmse" }).value
    #expect(rmse.isFinite)
  }
}
