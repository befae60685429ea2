import RecurrentFormats
import RecurrentInterchange
import RecurrentLayers
import Testing

/// State dicts with something wrong in them.
@Suite struct PyTorchReaderTests {
  private let folder: ConversionFolder

  init() throws { folder = try ConversionFolder() }

  /// Reads a dict of zeros with these shapes.
  private func read(_ shapes: [String: [Int]], _ layout: String?, metadata: [String: String] = [:]) throws
    -> ReadNetwork
  {
    var writer = SafetensorsWriter(metadata: metadata)
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      try writer.add(name, shape: shape, floats: [Float](repeating: 0.1, count: shape.reduce(1, *)))
    }
    try writer.write(to: folder.path("m.safetensors"))
    return try PyTorchFormat().read(
      folder.path("m.safetensors"), layout: layout.map { text throws(LayoutError) in try NetworkLayout(parsing: text) })
  }

  private func message(_ shapes: [String: [Int]], _ layout: String?, metadata: [String: String] = [:]) -> String {
    do {
      _ = try read(shapes, layout, metadata: metadata)
      return "it was not refused"
    } catch {
      return "\(error)"
    }
  }

  /// The audit that comes with an error.
  private func audit(_ shapes: [String: [Int]], _ layout: String) -> ConversionAudit? {
    do {
      return try read(shapes, layout).audit
    } catch ConversionError.unexplained(_, let audit) {
      return audit
    } catch {
      return nil
    }
  }

  private static let lstm = [
    "rnn.weight_ih_l0": [8, 3], "rnn.weight_hh_l0": [8, 2], "rnn.bias_ih_l0": [8], "rnn.bias_hh_l0": [8],
  ]
  private static let withHead = lstm.merging(["fc.weight": [4, 2], "fc.bias": [4]]) { $1 }

  @Test func whatIsLeftOverIsUnused() throws {
    let found = try read(Self.withHead, "rnn=lstm").audit
    #expect(found.unexplained.map(\.sources) == [["fc.bias"], ["fc.weight"]])
    #expect(found.unexplained.allSatisfy { $0.verdict == .unused })
  }

  @Test func whatIsNotThereIsMissing() throws {
    for name in ["rnn.weight_hh_l0", "rnn.bias_hh_l0", "rnn.weight_ih_l0"] {
      var shapes = Self.lstm
      shapes[name] = nil
      let found = audit(shapes, "rnn=lstm")
      #expect(found?.entries.filter { $0.verdict == .missing }.map(\.sources) == [[name]])
      #expect(message(shapes, "rnn=lstm").contains("'\(name)' is missing"))
    }
    var shapes = Self.withHead
    shapes["fc.weight"] = nil
    let found = try #require(audit(shapes, "rnn=lstm, fc=linear"))
    #expect(found.unexplained.map(\.verdict) == [.missing, .unused])
  }

  @Test func otherShapesAreWrong() throws {
    var shapes = Self.withHead
    shapes["fc.weight"] = [4, 3]
    let found = try #require(audit(shapes, "rnn=lstm, fc=linear"))
    #expect(found.unexplained.map(\.verdict) == [.wrongShape(expected: [4, 2])])
    #expect(message(shapes, "rnn=lstm, fc=linear").contains("'fc.weight' is [4, 3] where [4, 2] is needed"))
    shapes = Self.lstm
    shapes["rnn.bias_ih_l0"] = [7]
    #expect(message(shapes, "rnn=lstm").contains("'rnn.bias_ih_l0' is [7] where [8] is needed"))
    // The kind of the layout is taken at its word.
    #expect(message(Self.lstm, "rnn=gru").contains("'rnn.weight_ih_l0' is [8, 3] where [6, 3] is needed"))
  }

  @Test func layersAndDirectionsMustBeWhole() throws {
    var shapes = Self.lstm
    shapes["rnn.weight_ih_l1"] = [8, 2]
    #expect(message(shapes, "rnn=lstm").contains("'rnn.weight_hh_l1' is missing"))
    shapes = Self.lstm
    shapes["rnn.weight_ih_l0_reverse"] = [8, 3]
    #expect(message(shapes, "rnn=lstm").contains("'rnn.weight_hh_l0_reverse' is missing"))
    // A layer above a gap belongs to nothing.
    shapes = Self.lstm
    for (name, shape) in Self.lstm { shapes[name.replacing("l0", with: "l2")] = shape }
    #expect(try #require(audit(shapes, "rnn=lstm")).unexplained.count == 4)
  }

  @Test func shapesThatNoLayerHasAreRefused() {
    #expect(
      message(["e.weight": [3]], "e=embedding").contains("'e.weight': the shape [3] is not the [symbols, features]"))
    #expect(message(["e.weight": [0, 3]], "e=embedding").contains("the shape [0, 3]"))
    #expect(message(["e.weight": [0, 1 << 40]], "e=embedding").contains("check --layout"))
    var shapes = Self.lstm
    shapes["rnn.weight_hr_l0"] = [2, 2]
    #expect(message(shapes, "rnn=lstm").contains("a projection is narrower"))
    #expect(message(["c.weight": [4, 3, 2]], "c=conv(padding=same, stride=2)").contains("stride 1"))
    #expect(message(["c.weight": [4, 3]], "c=conv(padding=same)").contains("[outputs, inputs of a group, steps]"))
  }

  @Test func layersThatDoNotFitAreRefused() {
    #expect(
      message(Self.withHead, "fc=linear, rnn=lstm").contains("'rnn.weight_ih_l0' is [8, 3] where [8, 4] is needed"))
    #expect(
      message(Self.lstm, "rnn=lstm, last, last").contains("layer 'last_2': does not fit on vectors of 2 features"))
    #expect(message(["e.weight": [5, 3]], "e=embedding, tanh, e2=embedding").contains("'e2.weight' is missing"))
  }

  @Test func secondBiasesMustBeZeroWhereThereIsToBeOne() {
    #expect(message(Self.lstm, "rnn=lstm(bias=single)").contains("'rnn.bias_hh_l0': it is not all zeros"))
  }

  @Test func aDictThatDoesNotTellItsLayersAsksForThem() {
    let text = message(Self.withHead, nil)
    #expect(text.contains("say it with --layout"))
    #expect(text.contains("fc (bias [4], weight [4, 2]), rnn (lstm)"))
    let rnn = ["weight_ih_l0": [2, 3], "weight_hh_l0": [2, 2]]
    #expect(message(rnn, nil).contains("--layout 'rnn(tanh)' or 'rnn(relu)'"))
    #expect(message(["weight_ih_l0": [10, 3], "weight_hh_l0": [10, 2]], nil).contains("no LSTM, GRU or RNN"))
    #expect(message([:], nil).contains("there are no tensors"))
    #expect(message(Self.lstm, nil, metadata: ["recurrent_layout": "rnn=lsmt"]).contains("did you mean 'lstm'?"))
  }

  /// The ratio of the shapes tells the cell, also behind a prefix with dots.
  @Test func recurrentTensorsAloneTellTheirCell() throws {
    let gru = ["model.0.weight_ih_l0": [6, 3], "model.0.weight_hh_l0": [6, 2]]
    let network = try read(gru, nil).network
    guard case .recurrent(let layers) = network.description.elements[0].layer else {
      Issue.record("not recurrent")
      return
    }
    #expect(layers == [RecurrentDescription(.gru(), inputSize: 3, hiddenSize: 2, bias: .none)])
    #expect(network.description.elements[0].name == "model.0")
  }

  @Test func integersAreNoWeights() throws {
    var writer = SafetensorsWriter()
    try writer.add("fc.weight", shape: [1, 2], int64s: [1, 2])
    try writer.write(to: folder.path("i.safetensors"))
    #expect(throws: SafetensorsError.self) {
      try PyTorchFormat().read(folder.path("i.safetensors"), layout: NetworkLayout(parsing: "fc=linear"))
    }
  }
}
