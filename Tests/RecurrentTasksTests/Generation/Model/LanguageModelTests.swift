import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct LanguageModelTests {
  private static let conditioned = """
    {"text": "aab", "mood": "low", "v": [1, 2]}
    {"text": "ba", "mood": "high", "v": [0, 4]}
    {"text": "abb", "mood": "low", "v": [3, 3]}
    """

  private func training(_ folder: TextFolder, _ settings: String...) throws -> GenerationTraining {
    try folder.put(Self.conditioned, in: "t.jsonl")
    var configuration = GenerationConfiguration()
    (configuration.data, configuration.validation, configuration.test) = (folder.path("t.jsonl"), nil, nil)
    (configuration.arrangement, configuration.conditions) = (.records, ["mood", "v"])
    (configuration.embedding, configuration.length, configuration.batchSize) = (4, 5, 2)
    configuration.architecture.hidden = [16]
    try configuration.apply(settings.map { try SettingAssignment(override: $0) })
    return try GenerationTraining(configuration)
  }

  @Test func aModelIsReadAsItWasWritten() throws {
    let folder = try TextFolder()
    let model = try training(folder, "init_range=0.9").initial
    try model.write(to: folder.path("model"), trainedBy: [:])
    let read = try LanguageModel(modelFolder: folder.path("model"))
    #expect(read.tokenizer == model.tokenizer && read.conditionSchema == model.conditionSchema)
    var request = GenerationRequest(prompt: "a", limit: 20)
    request.conditions = ["mood": "low", "v": [1, 1]]
    request.count = 3
    #expect(try read.texts(request) == model.texts(request))
    request.conditions = ["mood": "high", "v": [1, 1]]
    #expect(try read.texts(request) != model.texts(GenerationRequest.low(like: request)))
    #expect(try read.conditions(from: ["mood=low", "v=1, 2"]) == ["mood": "low", "v": [1.0, 2.0]])
  }

  @Test(arguments: [
    (#""vocabulary_size": 4"#, #""vocabulary_size": 5"#, "config.json", "vocabulary_size"),
    (#""b": 3"#, #""b": 7"#, "tokenizer.json", "without gaps"), (#""WordLevel""#, #""BPE""#, "tokenizer.json", "BPE"),
    (#""<end>": 1"#, #""<fin>": 1"#, "tokenizer.json", "<end>"),
    (#""scales""#, #""scale""#, "config.json", "conditions"),
    (#""hidden": [16]"#, #""hidden": [17]"#, "config.json", "shape"),
  ])
  func aChangedModelIsRefused(_ old: String, _ new: String, _ file: String, _ expected: String) throws {
    let folder = try TextFolder()
    try training(folder).initial.write(to: folder.path("model"), trainedBy: [:])
    let path = folder.path("model/\(file)")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(old), "\(text)")
    try text.replacingOccurrences(of: old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.removeItem(atPath: folder.path("model/MANIFEST.sha256"))
    let error = #expect(throws: (any Error).self) { try LanguageModel(modelFolder: folder.path("model")) }
    #expect(error.map { "\($0)".contains(expected) } == true, "\(error.map { "\($0)" } ?? "")")
  }

  /// Four texts that only their conditions tell apart are learnt, whenever the conditions are seen.
  @Test(arguments: ["first", "every"]) func conditionsAreObeyed(_ when: String) throws {
    let folder = try TextFolder()
    let training = try training(folder, "conditioning=\(when)", "epochs=60", "learning_rate=0.03", "keep_best=false")
    let runner = try TrainingRunner(
      training, model: training.initial.network, configuration: training.initial.configuration.training)
    var model = training.initial
    let part = try #require(training.data.parts[.train])
    #expect(try #require(try model.obedience(on: part)) < 1)
    model.network = try runner.run().model
    #expect(try model.obedience(on: part) == 1)
  }

  @Test func onePassOverATextIsThatOfItsSteps() throws {
    let model = SmallLanguage.model("abcdefg")
    let symbols: [Int32] = (0..<40).map { Int32($0 * 5 % 7) }
    let whole = model.network.crossEntropy(of: ReadingRows(running: symbols, rowCount: 1), conditions: nil)
    var state: LanguageNetwork.State?
    var sum = 0.0
    for step in 0..<39 {
      let output = model.network(TokenBatch([[symbols[step]]]), from: state)
      state = output.finalState
      sum -= Double(logSoftmax(output.logits).scalars[Int(symbols[step + 1])])
    }
    #expect(whole.count == 39)
    #expect(abs(whole.mean - sum / 39) < 1e-6)
  }
}

extension GenerationRequest {
  fileprivate static func low(like request: GenerationRequest) -> GenerationRequest {
    var low = request
    low.conditions = ["mood": "low", "v": [1, 1]]
    return low
  }
}
