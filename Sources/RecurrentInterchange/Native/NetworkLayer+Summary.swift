import RecurrentFormats
import RecurrentLayers

extension NetworkLayer {
  /// What the layer is, on one line: `linear 64 → 2`.
  var summary: String {
    switch self {
    case .embedding(let count, let size): "embedding of \(count) symbols in \(size) features"
    case .recurrent(let layers): layers.map(\.summary).joined(separator: ", ")
    case .linear(let input, let output, let hasBias): "linear \(input) → \(output)" + (hasBias ? "" : ", no bias")
    case .convolution(let window): window.summary
    case .maxPooling(let window): "largest of \(window.kernelSize) steps, \(window.stride) apart"
    case .averagePooling(let window): "mean of \(window.kernelSize) steps, \(window.stride) apart"
    case .batchNormalization(let size, let epsilon, _): "batch normalisation of \(size) features, eps \(epsilon)"
    case .layerNormalization(let size, let epsilon): "layer normalisation of \(size) features, eps \(epsilon)"
    case .activation, .dropout, .lastStep, .finalHidden, .globalPooling, .flatten: LayoutKind.weightless(self).text
    }
  }
}

extension RecurrentDescription {
  fileprivate var summary: String {
    let name =
      switch cell {
      case .lstm: "lstm"
      case .gru(let variant): "gru (\(variant.reset.rawValue))"
      case .elman: "rnn"
      }
    let way =
      switch directions {
      case .forward: ""
      case .backward: ", from the end"
      case .both(let merge): ", both directions (\(merge.rawValue))"
      }
    return "\(name) \(inputSize) → \(hiddenSize)" + (directionSize == hiddenSize ? "" : " → \(directionSize)") + way
  }
}

extension ConvolutionDescription {
  fileprivate var summary: String {
    "convolution of \(kernelSize) steps, \(inputChannels) → \(outputChannels)"
      + (stride == 1 ? "" : ", stride \(stride)")
      + (groups == 1 ? "" : ", \(groups) groups")
  }
}
