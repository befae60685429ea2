import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

@testable import RecurrentInterchange

/// Configurations and archives that must be refused, each with its reason.
@Suite struct KerasMalformedTests {
  private static func layer(_ className: String, _ options: JSONObject = [:], module: JSONValue = "keras.layers")
    -> JSONValue
  {
    var config: JSONObject = ["name": .string(className.lowercased())]
    for (key, value) in options { config[key] = value }
    return ["module": module, "class_name": .string(className), "config": .object(config), "registered_name": nil]
  }

  private static func model(_ layers: [JSONValue], shape: JSONValue = [nil, 7, 4]) -> JSONValue {
    let input = layer("InputLayer", ["batch_shape": shape, "dtype": "float32"])
    return [
      "module": "keras", "class_name": "Sequential", "config": ["name": "m", "layers": .array([input] + layers)],
      "registered_name": nil,
    ]
  }

  private static func lstm(_ options: JSONObject) -> JSONValue {
    var all: JSONObject = ["units": 5, "return_sequences": true]
    for (key, value) in options { all[key] = value }
    return layer("LSTM", all)
  }

  private static func both(_ options: JSONObject) -> JSONValue {
    var all: JSONObject = ["layer": lstm([:]), "merge_mode": "concat"]
    for (key, value) in options { all[key] = value }
    return layer("Bidirectional", all)
  }

  /// A functional model; each call names the layer whose output it takes.
  private static func functional(
    _ calls: [(String, JSONValue)], input: JSONValue = ["inputlayer", 0, 0], output: JSONValue
  ) -> JSONValue {
    var layers = [layer("InputLayer", ["batch_shape": [nil, 7, 4]])]
    layers += calls.map { layer($0.0, ["units": 4]) }
    let nodes: [JSONValue] = [[]] + calls.map(\.1)
    let withCalls = zip(layers, nodes).map { layer, nodes in
      var object = layer.object ?? [:]
      object["inbound_nodes"] = nodes
      return JSONValue.object(object)
    }
    return [
      "module": "keras.src.models.functional", "class_name": "Functional",
      "config": ["name": "m", "layers": .array(withCalls), "input_layers": input, "output_layers": output],
    ]
  }

  private static func call(_ name: String, kwargs: JSONValue = [:]) -> JSONValue {
    [
      [
        "args": [["class_name": "__keras_tensor__", "config": ["keras_history": [.string(name), 0, 0]]]],
        "kwargs": kwargs,
      ]
    ]
  }

  static let configurations: [(reason: String, json: JSONValue)] = [
    // Code of its own.
    ("is never run", model([layer("Lambda", ["function": ["class_name": "__lambda__", "config": ["code": "4wEA"]]])])),
    ("module 'os'", model([layer("system", module: "os")])),
    (
      "module 'builtins'",
      model([lstm(["activation": ["module": "builtins", "class_name": "function", "config": "f"]])])
    ),
    ("module 'mine.layers'", model([layer("LSTM", ["units": 5], module: "mine.layers")])),
    ("module 'kerasx.layers'", model([layer("LSTM", ["units": 5], module: "kerasx.layers")])),
    (
      "module 'subprocess'",
      model([lstm(["kernel_initializer": ["module": "subprocess", "class_name": "Popen", "config": [:]]])])
    ),
    (
      "'Mine>Cell'",
      model([["module": "keras.layers", "class_name": "LSTM", "config": ["name": "l"], "registered_name": "Mine>Cell"]])
    ),
    ("are not read", model([layer("MyLayer")])),
    (
      "is no function by name",
      model([lstm(["activation": ["module": "keras.layers", "class_name": "PReLU", "config": [:]]])])
    ),
    // Not a configuration.
    ("no class_name", []), ("no class_name", ["class_name": "Sequential"]),
    ("no class_name", ["class_name": 3, "config": [:]]),
    ("only Sequential", ["class_name": "Mine", "config": [:]]),
    ("only Sequential", ["class_name": "Mine", "config": ["layers": []]]),
    ("has no layers", ["class_name": "Sequential", "config": ["layers": []]]),
    ("no class_name, config and name", ["class_name": "Sequential", "config": ["layers": [3]]]),
    ("no class_name, config and name", ["class_name": "Sequential", "config": ["layers": [["class_name": "LSTM"]]]]),
    ("one name", model([lstm([:]), lstm([:])])),
    // Shapes.
    ("no list of lengths", model([lstm([:])], shape: 3)),
    ("no list of lengths", model([lstm([:])], shape: [nil, -1, 4])),
    ("no list of lengths", model([lstm([:])], shape: [nil, 7, 1e18])),
    ("no list of lengths", model([lstm([:])], shape: [nil])),
    ("4 axes", model([lstm([:])], shape: [nil, 7, 4, 4])),
    ("no fixed number", model([lstm([:])], shape: [nil, 7, nil])),
    ("which only an Embedding takes", model([lstm([:])], shape: [nil, 7])),
    ("is not stated", ["class_name": "Sequential", "config": ["layers": [lstm([:])]]]),
    ("it needs sequences", model([lstm(["return_sequences": false]), layer("GRU", ["units": 3])])),
    ("first layer", model([lstm([:]), layer("Embedding", ["input_dim": 3, "output_dim": 3])])),
    // Options.
    ("units is not", model([lstm(["units": 0])])), ("units is not", model([lstm(["units": "5"])])),
    ("units is not", model([lstm(["units": 9_000_000_000])])), ("units is not", model([layer("LSTM")])),
    ("'units2' is not known", model([lstm(["units2": 5])])),
    ("return_state is not read", model([lstm(["return_state": true])])),
    ("time_major is not read", model([lstm(["time_major": true])])),
    ("lora_rank is not read", model([layer("Dense", ["units": 3, "lora_rank": 2])])),
    ("quantization_config is not read", model([layer("Dense", ["units": 3, "quantization_config": ["a": 1]])])),
    ("return_sequences is not true or false", model([lstm(["return_sequences": 1])])),
    ("'selu' is not read", model([lstm(["activation": "selu"])])),
    ("activation is not a function", model([lstm(["activation": 3])])),
    ("'gelu' is not read", model([layer("Dense", ["units": 3, "activation": "gelu"])])),
    ("gives the steps in reverse", model([lstm(["go_backwards": true])])),
    ("merge_mode is none", model([both(["merge_mode": nil])])),
    ("merge_mode is none", model([both(["merge_mode": "max"])])),
    (
      "made differently",
      model([both(["backward_layer": layer("LSTM", ["units": 6, "return_sequences": true, "go_backwards": true])])])
    ),
    ("made differently", model([both(["backward_layer": lstm([:])])])),
    ("goes backwards", model([both(["layer": lstm(["go_backwards": true])])])),
    ("wraps a 'Dense'", model([both(["layer": layer("Dense", ["units": 3])])])),
    ("wraps no layer", model([layer("Bidirectional", ["merge_mode": "sum"])])),
    ("side by side", model([both(["merge_mode": "sum", "layer": lstm(["return_sequences": false])])])),
    ("around Dense alone", model([layer("TimeDistributed", ["layer": lstm([:])])])),
    ("by lengths", model([layer("Masking", ["mask_value": 0])])),
    (
      "depends on the number of steps",
      model([layer("Conv1D", ["filters": 3, "kernel_size": [3], "strides": [2], "padding": "same"])])
    ),
    ("kernel_size is not", model([layer("Conv1D", ["filters": 3, "kernel_size": [3, 3]])])),
    ("channels_first", model([layer("Conv1D", ["filters": 3, "kernel_size": 3, "data_format": "channels_first"])])),
    ("'full' is not known", model([layer("Conv1D", ["filters": 3, "kernel_size": 3, "padding": "full"])])),
    ("do not split", model([layer("Conv1D", ["filters": 3, "kernel_size": 3, "groups": 3])])),
    ("longer than the 7 steps", model([layer("Conv1D", ["filters": 3, "kernel_size": 8])])),
    (
      "too many steps",
      model([layer("Conv1D", ["filters": 3, "kernel_size": 16_000_000, "dilation_rate": 16_000_000])])
    ),
    ("odd pool_size", model([layer("MaxPooling1D", ["pool_size": 2, "padding": "same"])])),
    ("keepdims is not read", model([layer("GlobalMaxPooling1D", ["keepdims": true])])),
    ("last axis only", model([layer("LayerNormalization", ["axis": 1])])),
    ("rms_scaling is not read", model([layer("LayerNormalization", ["rms_scaling": true])])),
    ("is not above 0", model([layer("BatchNormalization", ["epsilon": -1])])),
    ("max_value", model([layer("ReLU", ["max_value": 6])])), ("is not from 0", model([layer("Dropout", ["rate": 1])])),
    ("unknown number of steps", model([layer("Flatten")], shape: [nil, nil, 4])),
    ("come out of the model", model([layer("Flatten")])),
    // Weights that are not there, and layers that ask for memory without having any.
    ("is missing", model([lstm([:]), layer("Dense", ["units": 3])])), ("needs [4, 24]", model([lstm(["units": 6])])),
    (
      "made up",
      model([layer("LayerNormalization", ["center": false, "scale": false])], shape: [nil, 7, 16_000_000])
    ),
    // Graphs.
    (
      "several inputs or outputs",
      functional([("LSTM", call("inputlayer"))], output: [["lstm", 0, 0], ["lstm", 0, 0]])
    ),
    ("several inputs or outputs", functional([("LSTM", call("inputlayer"))], output: ["gru", 0, 0])),
    ("several inputs or outputs", functional([("LSTM", call("inputlayer"))], output: ["lstm", 1, 0])),
    ("not called exactly once", functional([("LSTM", [])], output: ["lstm", 0, 0])),
    ("names no layer", functional([("LSTM", call("nobody"))], output: ["lstm", 0, 0])),
    ("no chain", functional([("LSTM", call("lstm"))], output: ["lstm", 0, 0])),
    ("no chain", functional([("LSTM", call("dense")), ("Dense", call("lstm"))], output: ["dense", 0, 0])),
    (
      "two layers take its output",
      functional([("LSTM", call("inputlayer")), ("Dense", call("inputlayer"))], output: ["lstm", 0, 0])
    ),
    (
      "is called with 'initial_states'",
      functional([("LSTM", call("inputlayer", kwargs: ["initial_states": 3]))], output: ["lstm", 0, 0])
    ),
    (
      "not listed in the order",
      functional([("Dense", call("lstm")), ("LSTM", call("inputlayer"))], output: ["dense", 0, 0])
    ),
  ]

  @Test(arguments: configurations.indices)
  func refusesByReason(_ index: Int) throws {
    let (reason, json) = Self.configurations[index]
    let archive = try ZipArchive(path: KerasFixture.path("models/lstm.keras"))
    let weights = try KerasFile(bytes: archive.bytes("model.weights.h5"))
    recordFigure("bad_files/keras", 1)
    let error = #expect(throws: KerasError.self) { try weights.model(configuration: json) }
    #expect(error?.exitStatus == .badData)
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test func readsTheModelThatTheseAreMadeOf() throws {
    let archive = try ZipArchive(path: KerasFixture.path("models/lstm.keras"))
    let weights = try KerasFile(bytes: archive.bytes("model.weights.h5"))
    #expect(try weights.model(configuration: Self.model([Self.lstm([:])])).audit.unexplained.isEmpty)
    let chain = Self.functional([("Dense", Self.call("inputlayer"))], output: ["dense", 0, 0])
    #expect(throws: KerasError.self) { try weights.model(configuration: chain) }
  }

  private func archive(_ members: [(String, String)]) throws -> [UInt8] {
    var writer = ZipWriter()
    for (name, text) in members { try writer.add(name, Array(text.utf8)) }
    return try writer.bytes()
  }

  @Test func refusesOtherFiles() throws {
    let metadata = ("metadata.json", "{}")
    let cases: [(String, [UInt8])] = [
      ("neither a .keras archive", []), ("neither a .keras archive", Array("{}".utf8)),
      ("no such member", try archive([metadata])),
      ("no such member", try archive([metadata, ("config.json", "{}"), ("model.weights.npz", "")])),
      ("does not begin as an HDF5 file", try archive([metadata, ("config.json", "{}"), ("model.weights.h5", "{}")])),
      ("is no JSON", try archive([metadata, ("config.json", "{"), ("model.weights.h5", "")])),
      ("is not read", try archive([metadata, ("config.json", "{}"), ("model.weights.h5", ""), ("assets/x.txt", "")])),
    ]
    for (reason, bytes) in cases {
      recordFigure("bad_files/keras", 1)
      let error = #expect(throws: KerasError.self) { try KerasFile(bytes: bytes) }
      #expect(error?.exitStatus == .badData)
      #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
    #expect(throws: KerasError.self) { try KerasFile(path: "/nowhere/model.keras") }
  }

  @Test func saysWhatIsLeftOver() throws {
    let writer = HDF5Writer()
    for (index, shape) in [[4, 20], [5, 20], [20]].enumerated() {
      writer.add("layers/lstm/cell/vars/\(index)", shape: shape, [Float](repeating: 0, count: shape.reduce(1, *)))
    }
    writer.add("layers/lstm/cell/vars/3", shape: [1], [0])
    writer.add("layers/lstm/cell/seed_generator/vars/0", shape: [1], [0])
    writer.add("optimizer/vars/0", shape: [], [0])
    let model = try KerasFile(bytes: writer.bytes()).model(configuration: Self.model([Self.lstm([:])]))
    #expect(model.audit.unexplained.map(\.sources) == [["layers/lstm/cell/vars/3"]])
    #expect(model.audit.entries.count == 6)
  }

  @Test func hardSigmoidFollowsTheVersion() {
    #expect(KerasFunctions.cell("hard_sigmoid", isBeforeKeras3: false) == .hardSigmoid(slope: 1.0 / 6, offset: 0.5))
    #expect(KerasFunctions.cell("hard_sigmoid", isBeforeKeras3: true) == .hardSigmoid(slope: 0.2, offset: 0.5))
  }
}
