public import RecurrentLayers
import RecurrentTensor

/// Convolutions side by side, normalised, rectified, thinned out and dropped in part: `[T, N, C]` to `[T′, N, D]`.
///
/// Convolutions keep the length of a sequence, so that several of different widths can be joined (Kim, 2014).
public struct ConvolutionBlock: SequenceTransform {
  /// The convolutions, whose channels are joined.
  public var convolutions: [Conv1d]
  /// The normalisation; nil for none.
  public var normalization: BatchNorm1d?
  /// What makes one step of several; nil where all stay.
  public var pooling: MaxPool1d?
  /// What training drops.
  public var dropout: SequenceDropout

  /// A block with random weights.
  ///
  /// - Parameters:
  ///   - inputChannels: C.
  ///   - filters: The channels of each convolution; one number stands for all.
  ///   - kernels: The steps of each convolution's window, one for each convolution.
  ///   - settings: What stands behind the convolutions.
  ///   - key: Where the random numbers come from.
  init(
    inputChannels: Int, filters: [Int], kernels: [Int], _ settings: ClassificationNetworkConfiguration, key: RandomKey
  ) {
    convolutions = kernels.enumerated().map { index, kernel in
      Conv1d(
        inputChannels: inputChannels, outputChannels: filters[min(index, filters.count - 1)], kernelSize: kernel,
        padding: .same,
        key: key.folding(index))
    }
    normalization =
      settings.hasBatchNormalization ? BatchNorm1d(size: convolutions.reduce(0) { $0 + $1.outputChannels }) : nil
    pooling = settings.poolSize > 1 ? MaxPool1d(kernelSize: settings.poolSize) : nil
    dropout = SequenceDropout(settings.convolutionDropout, masks: .perStep)
  }

  /// The blocks that settings ask for: one with all windows side by side, or one for each number of channels.
  static func blocks(
    _ settings: ClassificationNetworkConfiguration, inputChannels: Int, key: RandomKey
  ) -> [ConvolutionBlock] {
    let (filters, kernels) = (settings.filters, settings.kernels)
    if settings.arrangement == .parallel {
      return [
        ConvolutionBlock(
          inputChannels: inputChannels, filters: filters, kernels: kernels, settings, key: key.folding(0))
      ]
    }
    var width = inputChannels
    return filters.enumerated().map { index, count in
      let block = ConvolutionBlock(
        inputChannels: width, filters: [count], kernels: [kernels[min(index, kernels.count - 1)]], settings,
        key: key.folding(index))
      width = count
      return block
    }
  }

  /// The channels of the result, D.
  public var outputChannels: Int { convolutions.reduce(0) { $0 + $1.outputChannels } }

  /// Visits convolutions and normalisation.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("convolutions", &convolutions)
    visitor.visit("normalization", &normalization)
    visitor.visit("pooling", &pooling)
    visitor.visit("dropout", &dropout)
  }

  /// `[T, N, C]` to `[T′, N, D]`.
  public func callAsFunction(_ sequence: SequenceBatch) -> SequenceBatch {
    let joined =
      convolutions.count == 1
      ? convolutions[0](sequence)
      : sequence.replacingValues(Tensor(concatenating: convolutions.map { $0(sequence).values }, axis: 2))
    let normal = normalization.map { $0(joined) } ?? joined
    let rectified = normal.replacingValues(relu(normal.values))
    return dropout(pooling.map { $0(rectified) } ?? rectified)
  }
}
