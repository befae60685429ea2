import RecurrentInterchange
import RecurrentLayers
import RecurrentTensor
import Testing

@Suite struct NetworkLayoutTests {
  private func error(_ text: String) -> String {
    do throws(LayoutError) {
      _ = try NetworkLayout(parsing: text)
      return "it was not refused"
    } catch {
      return error.description
    }
  }

  @Test func layersAreReadInTheirOrder() throws {
    let layout = try NetworkLayout(
      parsing: " emb = embedding,lstm , rnn( relu ),\n last, fc.0=linear(tied=emb), softmax")
    #expect(layout.layers.map(\.name) == ["emb", nil, nil, nil, "fc.0", nil])
    #expect(
      layout.layers.map(\.kind) == [
        .embedding, .recurrent(RecurrentLayout(.lstm)), .recurrent(RecurrentLayout(.rnn, activation: .relu)),
        .weightless(.lastStep), .linear(tied: "emb"), .weightless(.activation(function: .softmax)),
      ])
  }

  @Test func optionsAreThoseOfTheKind() throws {
    func kind(_ text: String) throws -> LayoutKind { try NetworkLayout(parsing: text).layers[0].kind }
    #expect(try kind("conv(same)") == .convolution(padding: .same, stride: 1, dilation: 1))
    #expect(
      try kind("conv(dilation=3, padding=2, stride=4)") == .convolution(padding: .zeros(2), stride: 4, dilation: 3))
    #expect(try kind("conv(padding=0)") == .convolution(padding: .valid, stride: 1, dilation: 1))
    #expect(try kind("batch_norm(eps=1e-3)") == .batchNormalization(epsilon: 1e-3))
    #expect(try kind("leaky_relu(0.2)") == .weightless(.activation(function: .leakyReLU(slope: 0.2))))
    let window = PoolingDescription(kernelSize: 4, stride: 2, padding: 1, countsPadding: false)
    #expect(
      try kind("avg_pool(4, stride=2, padding=1, count_padding=no)") == .weightless(.averagePooling(window: window)))
    var single = RecurrentLayout(.gru)
    single.hasSingleBias = true
    #expect(try kind("gru(bias=single)") == .recurrent(single))
  }

  /// The text of a layout reads back as the layout, for every kind.
  @Test(arguments: [
    "a=embedding, b.0=lstm, gru, rnn(tanh), rnn(relu, bias=single), lstm(bias=single)", "linear, x=linear(tied=a)",
    "conv(padding=same), conv(padding=valid), conv(padding=causal, dilation=4), conv(padding=3, stride=2)",
    "batch_norm(eps=1e-05), layer_norm(eps=0.5)",
    "max_pool(2), max_pool(3, stride=1, padding=1), avg_pool(2, count_padding=no)",
    "dropout(0.25), last, final, mean, max, flatten(28)",
    "tanh, sigmoid, relu, leaky_relu(0.2), softplus, softmax, log_softmax",
  ])
  func textsReadBack(text: String) throws {
    let layout = try NetworkLayout(parsing: text)
    #expect(layout.description == text)
    #expect(try NetworkLayout(parsing: layout.description) == layout)
  }

  @Test(arguments: [
    ("", "character 1 ", "a layer, such as lstm or fc=linear, is missing"),
    ("lstm,", "character 6 ", "a layer"),
    ("lstm last", "character 6 ", "a comma"),
    ("emb=, lstm", "character 5 ", "the kind of 'emb', one of embedding, lstm, gru"),
    ("emb=embeding", "character 5 ", "did you mean 'embedding'?"),
    ("lstm, fc=dense", "character 10 ", "'dense' is no kind of layer; there are embedding, lstm"),
    ("rnn", "character 1 ", "write rnn(tanh) or rnn(relu)"),
    ("rnn(sigmoid)", "character 5 ", "it is tanh or relu"),
    ("conv", "character 1 ", "write conv(padding=same)"),
    ("conv(padding=-1)", "character 1 ", "'-1' is no number of steps"),
    ("conv(same, strid=2)", "character 12 ", "it has padding, stride, dilation; did you mean 'stride'?"),
    ("conv(same, stride=0)", "character 12 ", "from 1 to 65536"),
    ("batch_norm", "character 1 ", "write batch_norm(eps=1e-5)"),
    ("batch_norm(eps=0)", "character 1 ", "eps is above 0"),
    ("layer_norm(eps=nan)", "character 12 ", "is no number"),
    ("max_pool", "character 1 ", "write max_pool(2)"),
    ("flatten", "character 1 ", "write flatten(28)"),
    ("dropout(1)", "character 1 ", "below 1"),
    ("relu(1)", "character 6 ", "'1' is no option of relu; it has none"),
    ("last(x=)", "character 8 ", "the value of 'x' is missing"),
    ("lstm(bias=single", "character 17 ", "a closing bracket is missing"),
    ("lstm(bias=none)", "character 6 ", "it is single"),
    ("lstm; gru", "character 5 ", "this character has no meaning"),
    ("lstm, \u{202e}x", "\\u{202e}", "no meaning"),
  ])
  func wrongTextsSayWhereAndWhat(text: String, place: String, problem: String) {
    let message = error(text)
    #expect(message.contains(place) && message.contains(problem), "\(message)")
    #expect(!message.contains("\n"))
  }

  /// Changed texts are refused, or mean what they say when they are written again.
  @Test func changedTextsNeverMeanTwoThings() {
    let letters = Array("emb=dingstru, (0.5)padcov_1-x \u{301}é")
    let text = Array(
      "emb=embedding, conv(padding=same, stride=2), rnn(tanh, bias=single), last, fc=linear(tied=emb), leaky_relu(0.2)")
    var state: UInt64 = 7
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    var readable = 0
    for _ in 0..<5000 {
      var changed = text
      for _ in 0...draw(3) {
        let place = draw(changed.count)
        switch draw(3) {
        case 0: changed[place] = letters[draw(letters.count)]
        case 1: changed.remove(at: place)
        default: changed.insert(letters[draw(letters.count)], at: place)
        }
      }
      guard let layout = try? NetworkLayout(parsing: String(changed)) else { continue }
      readable += 1
      #expect((try? NetworkLayout(parsing: layout.description)) == layout, "\(String(changed))")
    }
    #expect(readable > 100 && readable < 4000)
  }

  @Test func longTextsAreRefused() {
    #expect(error(String(repeating: "a", count: 1 << 17)).contains("longer than any layout"))
    #expect(error(String(repeating: "(", count: 1000)).contains("character 1 "))
  }
}
