public import RecurrentTensor

/// The largest of the steps of each window, channel by channel (PyTorch's `MaxPool1d`).
public struct MaxPool1d: Module {
  private let window: SlidingWindow

  /// Windows of `kernelSize` steps.
  ///
  /// - Parameters:
  ///   - kernelSize: The steps of a window, K.
  ///   - stride: How far apart windows are; K unless told otherwise.
  ///   - padding: So many steps before and behind each sequence never are the largest; at most half of a window.
  ///   - dilation: How far apart the steps of a window are.
  public init(kernelSize: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1) {
    precondition(
      padding <= (dilation * (kernelSize - 1) + 1) / 2, "a padding of \(padding) is more than half of a window")
    window = ConvolutionPadding.zeros(padding).window(
      size: kernelSize, stride: stride ?? kernelSize, dilation: dilation)
  }

  /// The number of steps that are made of `length` steps.
  public func outputLength(of length: Int) -> Int { window.outputCount(of: length) }

  /// There is nothing to visit.
  @inlinable public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {}

  /// All steps of a batch: `[T, N, C]` to `[T_out, N, C]`, each row of the length that its own length gives.
  public func callAsFunction(_ sequence: SequenceBatch) -> SequenceBatch {
    sequence.requireWholeRows(in: "MaxPool1d")
    let windows = window.windows(of: sequence.values.shape, lengths: sequence.lengths)
    return SequenceBatch(sequence.values.maxPooled(windows), sharing: windows.lengths)
  }

  /// The same in PyTorch's layout: `[N, C, L]` to `[N, C, L_out]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(SequenceBatch(channelMajor: x)).channelMajor }
}

/// The mean of the steps of each window, channel by channel (PyTorch's `AvgPool1d`).
public struct AveragePool1d: Module {
  private let window: SlidingWindow
  /// Whether the padding counts as zeros; otherwise the mean is over real steps alone.
  public let countsPadding: Bool

  /// Windows of `kernelSize` steps.
  ///
  /// - Parameters:
  ///   - kernelSize: The steps of a window, K.
  ///   - stride: How far apart windows are; K unless told otherwise.
  ///   - padding: So many zeros before and behind each sequence; at most half of a window.
  ///   - countsPadding: Whether they count in the mean (PyTorch's `count_include_pad`).
  public init(kernelSize: Int, stride: Int? = nil, padding: Int = 0, countsPadding: Bool = true) {
    precondition(padding <= kernelSize / 2, "a padding of \(padding) is more than half of a window")
    window = ConvolutionPadding.zeros(padding).window(size: kernelSize, stride: stride ?? kernelSize, dilation: 1)
    self.countsPadding = countsPadding
  }

  /// The number of steps that are made of `length` steps.
  public func outputLength(of length: Int) -> Int { window.outputCount(of: length) }

  /// There is nothing to visit.
  @inlinable public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {}

  /// All steps of a batch: `[T, N, C]` to `[T_out, N, C]`, each row of the length that its own length gives.
  public func callAsFunction(_ sequence: SequenceBatch) -> SequenceBatch {
    sequence.requireWholeRows(in: "AveragePool1d")
    let windows = window.windows(of: sequence.values.shape, lengths: sequence.lengths)
    return SequenceBatch(
      sequence.values.averagePooled(windows, countsPadding: countsPadding), sharing: windows.lengths)
  }

  /// The same in PyTorch's layout: `[N, C, L]` to `[N, C, L_out]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(SequenceBatch(channelMajor: x)).channelMajor }
}

/// One vector for each sequence: its largest or its mean steps (PyTorch's `AdaptiveMaxPool1d(1)` and
/// `AdaptiveAvgPool1d(1)`, flattened).
public enum GlobalPool1d: String, Hashable, Sendable, CaseIterable, Codable {
  /// The largest of the real steps, channel by channel.
  case max
  /// The mean of the real steps, channel by channel.
  case average

  /// `[T, N, C]` to `[N, C]`; zeros for a row of length 0.
  public func callAsFunction(_ sequence: SequenceBatch) -> Tensor {
    let windows = Windows(wholeRowsOf: sequence.values.shape, lengths: sequence.lengths)
    return switch self {
    case .max: sequence.stepCount == 0 ? sequence.last : sequence.values.maxPooled(windows)[0]
    case .average: sequence.values.averagePooled(windows, countsPadding: false)[0]
    }
  }

  /// The same in PyTorch's layout: `[N, C, L]` to `[N, C]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(SequenceBatch(channelMajor: x)) }
}
