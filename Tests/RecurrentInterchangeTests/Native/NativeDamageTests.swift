import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

@testable import RecurrentInterchange

/// Folders of this library whose `config.json` is damaged, or made to do harm.
@Suite struct NativeDamageTests {
  private static func network(_ elements: NetworkDescription.Element...) throws -> SequenceNetwork {
    SequenceNetwork(try NetworkDescription(elements), key: .init(seed: 1))
  }

  /// A folder whose manifest is gone, so that damage gets past the checksums.
  private static func folder(_ network: SequenceNetwork) throws -> ConversionFolder {
    let folder = try ConversionFolder()
    try NetworkFolder.write(network, to: folder.path + "/model")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path + "/model")
    where !["config.json", "model.safetensors"].contains(name) {
      try FileManager.default.removeItem(atPath: folder.path + "/model/" + name)
    }
    return folder
  }

  private static func configuration(_ folder: ConversionFolder) throws -> JSONValue {
    try JSONValue(contentsOfFile: folder.path + "/model/config.json")
  }

  @Test func survivesDamage() async {
    await #expect(processExitsWith: .success) {
      var variant = LSTMVariant()
      variant.normalization = .batch(steps: 2)
      variant.gateClip = 3
      let lstm = RecurrentDescription(.lstm(variant: variant), inputSize: 1, hiddenSize: 1)
      var window = ConvolutionDescription(inputChannels: 1, outputChannels: 1, kernelSize: 2)
      window.padding = .same
      let folder = try Self.folder(
        Self.network(
          .init("c", .convolution(window: window)), .init("r", .recurrent(layers: [lstm])),
          .init("p", .maxPooling(window: PoolingDescription(kernelSize: 2))), .init("l", .lastStep),
          .init("n", .batchNormalization(size: 1, epsilon: 1e-5, isAffine: true)),
          .init("d", .linear(inputSize: 1, outputSize: 1, hasBias: true))))
      let text = Array(try Self.configuration(folder).text(.oneLine).utf8)
      let sample = ByteMutations(
        text: text, words: ["16777216", "65536", "\"gru\"", "\"elman\"", "\"both\"", "\"batch\"", "-1", "1e39"])
      let problems = DamagedFiles("network_config", [sample]).problems(
        isTyped: { ExitStatus(of: $0) == .badData }
      ) { bytes in
        try folder.put(bytes, in: "model/config.json")
        _ = try NativeFormat().read(folder.path + "/model", layout: nil)
      }
      #expect(problems == [])
    }
  }

  /// A layer of `config.json`, which replaces the one of a good folder, and the reason for which it is refused.
  static let layers: [(reason: String, layer: String)] = [
    ("1 to 16777216", #"{"linear": {"input_size": 0, "output_size": 1, "has_bias": true}}"#),
    ("1 to 16777216", #"{"linear": {"input_size": 1, "output_size": 99999999999, "has_bias": true}}"#),
    ("1 to 16777216", #"{"linear": {"input_size": 1, "output_size": -1, "has_bias": true}}"#),
    ("no list of layers", #"{"linear": {"input_size": 1e30, "output_size": 1, "has_bias": true}}"#),
    ("no list of layers", #"{"linear": {}}"#), ("no list of layers", #"{"lambda": {"code": "4wEA"}}"#),
    ("no list of layers", "3"), ("no list of layers", "null"),
    (
      "numbers, the weights' file", #"{"linear": {"input_size": 16777216, "output_size": 16777216, "has_bias": false}}"#
    ),
    ("numbers, the weights' file", #"{"embedding": {"vocabulary_size": 16777216, "size": 1}}"#),
    (
      "numbers, the weights' file",
      #"{"batch_normalization": {"size": 16777216, "epsilon": 1e-5, "is_affine": false}}"#
    ),
    ("below 1", #"{"dropout": {"rate": 1}}"#), ("1 to 65536", #"{"flatten": {"steps": 0}}"#),
    ("epsilon above 0", #"{"layer_normalization": {"size": 1, "epsilon": 0}}"#),
    ("at least one layer", #"{"recurrent": {"layers": []}}"#),
    ("1 to 1000 layers", recurrent(count: 4000, hidden: 16_777_216, input: 16_777_216)),
    ("numbers, the weights' file", recurrent(count: 900, hidden: 16_777_216, input: 16_777_216)),
    ("statistics are kept", recurrent(#""normalization": {"batch": {"steps": 0, "momentum": 0.1}}"#)),
    ("statistics are kept", recurrent(#""normalization": {"batch": {"steps": 9000000000, "momentum": 0.1}}"#)),
    ("statistics are kept", recurrent(#""normalization": {"batch": {"steps": 2, "momentum": 5}}"#)),
    ("numbers, the weights' file", recurrent(#""normalization": {"batch": {"steps": 65536, "momentum": 0.1}}"#)),
    ("a limit is above 0", recurrent(#""gate_clip": -1"#)), ("a limit is above 0", recurrent(#""cell_clip": 0"#)),
    ("narrower than the cell", recurrent(#""projection_size": 1"#)),
    ("narrower than the cell", recurrent(#""projection_size": -4"#)),
  ]

  /// A stack of LSTMs with a member of their variant changed.
  private static func recurrent(
    _ change: String? = nil, count: Int = 1, hidden: Int = 1, input: Int = 1
  ) -> String {
    let function = #"{"function": "tanh", "constants": []}"#
    var members = [
      #""has_peepholes": false"#, #""couples_gates": false"#, #""gate_activation": \#(function)"#,
      #""input_activation": \#(function)"#, #""output_activation": \#(function)"#,
    ]
    if change?.contains("normalization") != true { members.append(#""normalization": {"none": {}}"#) }
    if let change { members.append(change) }
    let layer =
      #"{"cell": {"lstm": {"variant": {\#(members.joined(separator: ", "))}}}, "input_size": \#(input), "#
      + #""hidden_size": \#(hidden), "directions": {"forward": {}}, "bias": "double"}"#
    return #"{"recurrent": {"layers": [\#(Array(repeating: layer, count: count).joined(separator: ", "))]}}"#
  }

  @Test(arguments: layers.indices) func refusesByReason(_ index: Int) throws {
    recordFigure("bad_files/network_config", 1)
    let (reason, layer) = Self.layers[index]
    let folder = try Self.folder(Self.network(.init("d", .linear(inputSize: 1, outputSize: 1, hasBias: true))))
    let text = try Self.configuration(folder).text(.oneLine)
    let good = #"{"linear": {"has_bias": true, "input_size": 1, "output_size": 1}}"#
    let place = try #require(text.range(of: good), "\(text)")
    try folder.put(text.replacingCharacters(in: place, with: layer), in: "model/config.json")
    let error = #expect(throws: (any Error).self) { try NativeFormat().read(folder.path + "/model", layout: nil) }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains(reason) && !line.contains("\n"), "\(line)")
    #expect(error.map { ExitStatus(of: $0) } == .badData)
  }
}
