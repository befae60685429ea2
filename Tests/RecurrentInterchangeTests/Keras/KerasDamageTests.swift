import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentInterchange

/// Damaged archives, and past their checksums damaged configurations and weights.
@Suite struct KerasDamageTests {
  /// A file as small as they get: what Keras fills in is left out.
  private static func archive() throws -> [UInt8] {
    let cell = RecurrentDescription(.gru(), inputSize: 1, hiddenSize: 1)
    let description = try NetworkDescription([
      .init("r", .recurrent(layers: [cell])), .init("d", .linear(inputSize: 1, outputSize: 1, hasBias: true)),
    ])
    return try KerasWriter(description).bytes(SequenceNetwork(description, key: .init(seed: 1))).bytes
  }

  private static func member(_ name: String) throws -> [UInt8] { try ZipArchive(bytes: archive()).bytes(name) }

  @Test func archives() async {
    await #expect(processExitsWith: .success) {
      let files = DamagedFiles("keras_archive", [ByteMutations(try Self.archive())])
      let problems = files.problems(isTyped: { $0 is KerasError }) { _ = try KerasFile(bytes: $0).model() }
      #expect(problems == [])
    }
  }

  @Test func configurations() async {
    await #expect(processExitsWith: .success) {
      let weights = try KerasFile(bytes: Self.member("model.weights.h5"))
      let words = ["\"LSTM\"", "\"Lambda\"", "\"Bidirectional\"", "\"Functional\"", "\"Embedding\"", "\"Conv1D\""]
      let files = DamagedFiles(
        "keras_configuration", [ByteMutations(text: try Self.member("config.json"), words: words)])
      let problems = files.problems(isTyped: { $0 is KerasError || $0 is JSONError }) { bytes in
        _ = try weights.model(configuration: JSONValue(parsing: bytes))
      }
      #expect(problems == [])
    }
  }

  @Test func weights() async {
    await #expect(processExitsWith: .success) {
      let configuration = try JSONValue(parsing: Self.member("config.json"))
      let files = DamagedFiles("keras_weights", [ByteMutations(try Self.member("model.weights.h5"))])
      let problems = files.problems(isTyped: { $0 is KerasError }) { bytes in
        _ = try KerasFile(bytes: bytes).model(configuration: configuration)
      }
      #expect(problems == [])
    }
  }

  @Test func wholeModels() async {
    await #expect(processExitsWith: .success) {
      var files = DamagedFiles("keras_model", [ByteMutations(try KerasFixture.bytes("legacy/gru.h5"))])
      // Most of the file is room to grow that nobody reads; single bytes are changed in the other two.
      files.changesEveryByte = false
      let problems = files.problems(isTyped: { $0 is KerasError }) { _ = try KerasFile(bytes: $0).model() }
      #expect(problems == [])
    }
  }
}
