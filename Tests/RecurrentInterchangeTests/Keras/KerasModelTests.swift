import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentInterchange

/// Models that Keras made, and what it computed with them.
enum KerasGolden {
  static let models = (try? KerasFixture.names(in: "models")) ?? []
  static let legacy = (try? KerasFixture.names(in: "legacy")) ?? []
  static let weights = (try? KerasFixture.names(in: "weights")) ?? []

  /// What a network gives for the input that Keras was given, batch first as Keras has it.
  static func output(of network: SequenceNetwork, _ name: String) throws -> Tensor {
    let results = try SafetensorsFile(path: KerasFixture.path("results.safetensors"))
    let input: NetworkValue
    if case .tokens = network.description.input {
      let shape = try results.entry("\(name)/x").shape
      let tokens = try results.int32s("\(name)/x")
      // Symbol 0 stands for the end of a row, where there is one.
      let rows = (0..<shape[0]).map { Array(tokens[$0 * shape[1]..<($0 + 1) * shape[1]].prefix { $0 != 0 }) }
      input = .tokens(TokenBatch(rows))
    } else {
      input = .sequence(SequenceBatch(batchMajor: try results.tensor("\(name)/x")))
    }
    switch network(input) {
    case .sequence(let sequence): return sequence.values.permuted([1, 0, 2])
    case .vectors(let vectors): return vectors
    case .tokens: throw KerasError(.malformed("symbols come out"))
    }
  }

  static func expected(_ name: String) throws -> Tensor {
    try SafetensorsFile(path: KerasFixture.path("results.safetensors")).tensor("\(name)/y")
  }

  /// How much of the allowed difference the network uses up on the input that Keras was given.
  static func used(_ network: SequenceNetwork, _ name: String) throws -> Double {
    try Tolerance.forward.used(output(of: network, name), expected(name))
  }
}

@Suite struct KerasModelTests {
  @Test(arguments: KerasGolden.models)
  func computesWhatKerasComputes(_ name: String) throws {
    let file = try KerasFile(path: KerasFixture.path("models/\(name).keras"))
    #expect(file.form == .archive && file.kerasVersion == "3.15.1")
    let model = try file.model()
    #expect(model.audit.unexplained.isEmpty)
    let used = try KerasGolden.used(model.network, name)
    recordFigure("keras_golden_worst", used)
    #expect(used <= 1)
    // Every tensor of the file has an entry.
    let named = Set(model.audit.entries.flatMap(\.sources))
    #expect(named == Set(file.datasets.map(\.path)))
  }

  @Test(arguments: KerasGolden.legacy)
  func computesWhatTheOlderFormHolds(_ name: String) throws {
    let file = try KerasFile(path: KerasFixture.path("legacy/\(name).h5"))
    #expect(file.form == .wholeModel && file.kerasVersion == "3.15.1")
    let model = try file.model()
    #expect(model.audit.unexplained.isEmpty)
    #expect(try KerasGolden.used(model.network, name) <= 1)
  }

  @Test(arguments: KerasGolden.weights)
  func readsWeightsOfAGivenModel(_ name: String) throws {
    let file = try KerasFile(path: KerasFixture.path("weights/\(name).weights.h5"))
    #expect(file.form == .weights)
    #expect(throws: KerasError(.weightsAlone, file: file.path)) { try file.model() }
    let whole = try KerasFile(path: KerasFixture.path("models/\(name).keras"))
    let model = try file.model(configuration: #require(whole.configuration))
    #expect(model.audit.unexplained.isEmpty)
    #expect(try KerasGolden.used(model.network, name) <= 1)
    if name != "norms" {
      #expect(try KerasGolden.used(file.model(of: model.network.description).network, name) <= 1)
    }
  }

  @Test func saysWhatDiffers() throws {
    func notes(_ name: String) throws -> [String] {
      try KerasFile(path: KerasFixture.path("models/\(name).keras")).model().notes
    }
    #expect(try notes("lstm") == [])
    #expect(try notes("masked").count == 1 && notes("masked")[0].contains("lengths"))
    #expect(try notes("lstm-dropout").count == 1 && notes("lstm-dropout")[0].contains("training"))
    #expect(try notes("tagger").count == 2)
  }

  @Test func coversTheCells() {
    #expect(KerasGolden.models.count >= 39 && KerasGolden.legacy.count >= 9 && KerasGolden.weights.count >= 3)
  }
}
