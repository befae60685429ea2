public import RecurrentTensor

/// A convolution over time: each step of the result is a linear map of the K steps of a window, the same for all windows.
///
/// y[t] = b + Σ_k W[:, :, k] x[t · stride + k · dilation - padding]
///
/// | here | PyTorch |
/// |---|---|
/// | `conv(x)` with `x` `[N, C, L]` | `nn.Conv1d(C, D, K)(x)` |
/// | `conv(sequence)`, time-major `[T, N, C]` with lengths | none: padding of a batch changes the results |
///
/// Of L steps the result has (L + padding - dilation (K - 1) - 1) / stride + 1, rounded down, with the padding of both
/// sides; none where that is negative.
public struct Conv1d: Module {
  /// The weights W, `[D, C / groups, K]`.
  public var weight: Parameter
  /// The bias b, `[D]`; nil for none.
  public var bias: Parameter?
  /// How far apart windows are.
  public let stride: Int
  /// The zeros at both ends of a sequence.
  public let padding: ConvolutionPadding
  /// How far apart the steps of a window are.
  public let dilation: Int
  /// Into how many parts channels are split: each D / groups outputs see their own C / groups inputs.
  public let groups: Int
  private let window: SlidingWindow
  private let cache = ConvolutionCache()

  /// A convolution from C to D channels, its first weights drawn as PyTorch draws them unless told otherwise.
  ///
  /// - Parameters:
  ///   - inputChannels: C, a multiple of `groups`.
  ///   - outputChannels: D, a multiple of `groups`.
  ///   - kernelSize: The steps of a window, K.
  ///   - stride: How far apart windows are.
  ///   - padding: The zeros at both ends of a sequence.
  ///   - dilation: How far apart the steps of a window are.
  ///   - groups: Into how many parts channels are split.
  ///   - hasBias: Whether b is added.
  ///   - initializer: How W is drawn, seen as a matrix `[D, C / groups · K]`.
  ///   - key: Where the random numbers come from.
  public init(
    inputChannels: Int, outputChannels: Int, kernelSize: Int, stride: Int = 1, padding: ConvolutionPadding = .valid,
    dilation: Int = 1, groups: Int = 1, hasBias: Bool = true, initializer: Initializer = .uniform, key: RandomKey
  ) {
    precondition(inputChannels > 0 && outputChannels > 0, "a convolution needs at least one channel in and out")
    precondition(
      groups > 0 && inputChannels % groups == 0 && outputChannels % groups == 0,
      "\(inputChannels) and \(outputChannels) channels do not both split into \(groups) groups")
    window = padding.window(size: kernelSize, stride: stride, dilation: dilation)
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    let fanIn = inputChannels / groups * kernelSize
    let bound = 1 / Float(fanIn).squareRoot()
    let key = key.folding(.initialization)
    let matrix = initializer.values([outputChannels, fanIn], bound: bound, key: key.folding(0))
    weight = Parameter(matrix.reshaped(to: [outputChannels, inputChannels / groups, kernelSize]))
    bias = hasBias ? Parameter(Initializer.uniform.values([outputChannels], bound: bound, key: key.folding(1))) : nil
  }

  /// The number of input channels, C.
  public var inputChannels: Int { weight.value.shape[1] * groups }
  /// The number of output channels, D.
  public var outputChannels: Int { weight.value.shape[0] }
  /// The steps of a window, K.
  public var kernelSize: Int { weight.value.shape[2] }

  /// The number of steps that are made of `length` steps.
  public func outputLength(of length: Int) -> Int { window.outputCount(of: length) }

  /// Visits weights and bias.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }

  /// All steps of a batch: `[T, N, C]` to `[T_out, N, D]`, each row of the length that its own length gives.
  ///
  /// What is behind the end of a row counts as zeros, so that padding a batch changes no row.
  public func callAsFunction(_ sequence: SequenceBatch) -> SequenceBatch {
    sequence.requireWholeRows(in: "Conv1d")
    let y = sequence.values.convolved(
      weight: weight.value, bias: bias?.value, window: window, groups: groups, lengths: sequence.lengths, cache: cache)
    return SequenceBatch(y, sharing: window.outputLengths(of: sequence.lengths))
  }

  /// The same in PyTorch's layout: `[N, C, L]` to `[N, D, L_out]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(SequenceBatch(channelMajor: x)).channelMajor }
}
