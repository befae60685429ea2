import RecurrentLayers
import RecurrentTensor

extension NetworkLayout: CustomStringConvertible {
  /// The text that reads back as this layout.
  public var description: String { layers.map(\.description).joined(separator: ", ") }
}

extension LayoutLayer: CustomStringConvertible {
  /// `name=kind(options)`.
  public var description: String { (name.map { $0 + "=" } ?? "") + kind.text }
}

extension LayoutKind {
  var text: String {
    switch self {
    case .embedding: "embedding"
    case .recurrent(let layout): layout.text
    case .linear(let tied): Self.text("linear", tied.map { ["tied=\($0)"] } ?? [])
    case .convolution(let padding, let stride, let dilation):
      Self.text(
        "conv", ["padding=\(padding.word)"] + Self.unlessOne("stride", stride) + Self.unlessOne("dilation", dilation))
    case .batchNormalization(let epsilon): "batch_norm(eps=\(epsilon))"
    case .layerNormalization(let epsilon): "layer_norm(eps=\(epsilon))"
    case .weightless(let layer): Self.text(layer)
    }
  }

  private static func text(_ word: String, _ options: [String]) -> String {
    options.isEmpty ? word : "\(word)(\(options.joined(separator: ", ")))"
  }

  private static func unlessOne(_ key: String, _ value: Int) -> [String] { value == 1 ? [] : ["\(key)=\(value)"] }

  private static func text(_ layer: NetworkLayer) -> String {
    switch layer {
    case .maxPooling(let window): text("max_pool", options(window))
    case .averagePooling(let window):
      text("avg_pool", options(window) + (window.countsPadding ? [] : ["count_padding=no"]))
    case .activation(let function): function.word
    case .dropout(let rate): "dropout(\(rate))"
    case .lastStep: "last"
    case .finalHidden: "final"
    case .globalPooling(let kind): kind == .average ? "mean" : "max"
    case .flatten(let steps): "flatten(\(steps))"
    case .embedding, .recurrent, .linear, .convolution, .batchNormalization, .layerNormalization:
      preconditionFailure("a layer with weights has a kind of its own")
    }
  }

  private static func options(_ window: PoolingDescription) -> [String] {
    ["\(window.kernelSize)"] + (window.stride == window.kernelSize ? [] : ["stride=\(window.stride)"])
      + (window.padding == 0 ? [] : ["padding=\(window.padding)"])
  }
}

extension RecurrentLayout {
  fileprivate var text: String {
    var options: [String] = []
    if let activation { options.append(activation == .relu ? "relu" : "tanh") }
    if hasSingleBias { options.append("bias=single") }
    return options.isEmpty ? cell.rawValue : "\(cell.rawValue)(\(options.joined(separator: ", ")))"
  }
}

extension ConvolutionPadding {
  fileprivate var word: String {
    switch self {
    case .zeros(let count): "\(count)"
    case .valid: "valid"
    case .same: "same"
    case .causal: "causal"
    }
  }
}

extension NetworkActivation {
  fileprivate var word: String {
    switch self {
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    case .relu: "relu"
    case .leakyReLU(let slope): "leaky_relu(\(slope))"
    case .softplus: "softplus"
    case .softmax: "softmax"
    case .logSoftmax: "log_softmax"
    }
  }
}
