import RecurrentLayers
import RecurrentTensor

extension LayoutKind {
  /// The words of all kinds.
  public static let words = [
    "embedding", "lstm", "gru", "rnn", "linear", "conv", "batch_norm", "layer_norm", "max_pool", "avg_pool", "dropout",
    "last", "final", "mean", "max", "flatten", "tanh", "sigmoid", "relu", "leaky_relu", "softplus", "softmax",
    "log_softmax",
  ]

  private static let windowLimit = 1...65536

  /// The kind of a word with its options; nil where the word is none.
  init?(_ word: String, _ options: inout LayoutOptions) throws(LayoutError) {
    switch word {
    case "embedding": self = .embedding
    case "lstm", "gru", "rnn": self = .recurrent(try Self.recurrent(word, &options))
    case "linear": self = .linear(tied: try options.word("tied"))
    case "conv": self = try Self.convolution(&options)
    case "batch_norm": self = .batchNormalization(epsilon: try Self.epsilon(word, &options))
    case "layer_norm": self = .layerNormalization(epsilon: try Self.epsilon(word, &options))
    default:
      guard let layer = try NetworkLayer(word, &options) else { return nil }
      self = .weightless(layer)
    }
  }

  private static func recurrent(_ word: String, _ options: inout LayoutOptions) throws(LayoutError) -> RecurrentLayout {
    var layout = RecurrentLayout(RecurrentLayout.Cell(rawValue: word) ?? .lstm)
    if layout.cell == .rnn {
      guard let name = try options.word("activation", isMain: true, among: ["tanh", "relu"]) else {
        throw options.error("tensors do not tell which function an RNN has; write rnn(tanh) or rnn(relu)")
      }
      layout.activation = name == "tanh" ? .tanh : .relu
    }
    layout.hasSingleBias = try options.word("bias", among: ["single"]) != nil
    return layout
  }

  private static func convolution(_ options: inout LayoutOptions) throws(LayoutError) -> LayoutKind {
    let column = options
    guard let word = try options.word("padding", isMain: true) else {
      throw column.error(
        "tensors do not tell the padding of a convolution; write conv(padding=same), or 0, 1, valid or causal")
    }
    let padding: ConvolutionPadding
    switch word {
    case "same": padding = .same
    case "valid", "0": padding = .valid
    case "causal": padding = .causal
    default:
      guard let count = Int(word), windowLimit.contains(count) else {
        throw column.error("padding '\(word)' is no number of steps, and none of same, valid and causal")
      }
      padding = .zeros(count)
    }
    return .convolution(
      padding: padding, stride: try options.integer("stride", in: windowLimit) ?? 1,
      dilation: try options.integer("dilation", in: windowLimit) ?? 1)
  }

  private static func epsilon(_ word: String, _ options: inout LayoutOptions) throws(LayoutError) -> Float {
    guard let epsilon = try options.number("eps", isMain: true) else {
      throw options.error(
        "tensors do not tell what is added to the variance; write \(word)(eps=1e-5), PyTorch's own value")
    }
    guard epsilon > 0 else { throw options.error("eps is above 0") }
    return epsilon
  }
}

extension NetworkLayer {
  /// The layer without weights of a word; nil where there is none.
  fileprivate init?(_ word: String, _ options: inout LayoutOptions) throws(LayoutError) {
    switch word {
    case "last": self = .lastStep
    case "final": self = .finalHidden
    case "mean": self = .globalPooling(kind: .average)
    case "max": self = .globalPooling(kind: .max)
    case "flatten":
      guard let steps = try options.integer("steps", isMain: true, in: 1...65536) else {
        throw options.error("the steps of a flattened sequence are missing; write flatten(28)")
      }
      self = .flatten(steps: steps)
    case "max_pool": self = .maxPooling(window: try PoolingDescription(word, &options))
    case "avg_pool": self = .averagePooling(window: try PoolingDescription(word, &options))
    case "dropout":
      let rate = try options.number("rate", isMain: true) ?? 0.5
      guard (0..<1).contains(rate) else { throw options.error("a rate is at least 0 and below 1") }
      self = .dropout(rate: rate)
    default:
      guard let function = try NetworkActivation(word, &options) else { return nil }
      self = .activation(function: function)
    }
  }
}

extension PoolingDescription {
  fileprivate init(_ word: String, _ options: inout LayoutOptions) throws(LayoutError) {
    let limit = 1...65536
    guard let size = try options.integer("size", isMain: true, in: limit) else {
      throw options.error("the steps of a window are missing; write \(word)(2)")
    }
    self.init(
      kernelSize: size, stride: try options.integer("stride", in: limit),
      padding: try options.integer("padding", in: 0...65536) ?? 0)
    if word == "avg_pool" {
      countsPadding = try options.word("count_padding", among: ["yes", "no"]) != "no"
    }
  }
}

extension NetworkActivation {
  fileprivate init?(_ word: String, _ options: inout LayoutOptions) throws(LayoutError) {
    switch word {
    case "tanh": self = .tanh
    case "sigmoid": self = .sigmoid
    case "relu": self = .relu
    case "leaky_relu": self = .leakyReLU(slope: try options.number("slope", isMain: true) ?? 0.01)
    case "softplus": self = .softplus
    case "softmax": self = .softmax
    case "log_softmax": self = .logSoftmax
    default: return nil
    }
  }
}
