public import RecurrentTensor

/// What one layer of a network is, without its weights.
public enum NetworkLayer: Hashable, Sendable, Codable {
  /// A vector for each symbol: `[T, N]` to `[T, N, size]`.
  case embedding(vocabularySize: Int, size: Int)
  /// Recurrent layers on top of each other: `[T, N, I]` to `[T, N, outputSize]`.
  case recurrent(layers: [RecurrentDescription])
  /// `W x + b` at each step or of each vector.
  case linear(inputSize: Int, outputSize: Int, hasBias: Bool)
  /// A convolution over time.
  case convolution(window: ConvolutionDescription)
  /// The largest of each window of steps.
  case maxPooling(window: PoolingDescription)
  /// The mean of each window of steps.
  case averagePooling(window: PoolingDescription)
  /// Zero mean and unit variance of each feature by running statistics.
  case batchNormalization(size: Int, epsilon: Float, isAffine: Bool)
  /// Zero mean and unit variance over the features of each step.
  case layerNormalization(size: Int, epsilon: Float)
  /// A function of every number, or of the features of each step.
  case activation(function: NetworkActivation)
  /// What training drops.
  case dropout(rate: Float)
  /// The output of each row's last real step: `[T, N, C]` to `[N, C]`.
  case lastStep
  /// The hidden state of the recurrent layer right before, both directions side by side: `[T, N, C]` to `[N, C]`. For one
  /// forward direction it is the last step.
  case finalHidden
  /// The largest or the mean of all real steps: `[T, N, C]` to `[N, C]`.
  case globalPooling(kind: GlobalPool1d)
  /// All steps of sequences of one length as one vector, channel by channel: `[T, N, C]` to `[N, C · T]`.
  case flatten(steps: Int)
}

/// A function that a network applies.
public enum NetworkActivation: Hashable, Sendable, Codable {
  /// The hyperbolic tangent.
  case tanh
  /// The logistic function.
  case sigmoid
  /// The positive part.
  case relu
  /// The positive part plus `slope` times the negative one.
  case leakyReLU(slope: Float)
  /// `log(1 + exp x)`
  case softplus
  /// Shares that add up to 1 over the features.
  case softmax
  /// Their logarithms.
  case logSoftmax

  // `convertToSnakeCase` and back gives other capitals than `leakyReLU`.
  private enum CodingKeys: String, CodingKey {
    case tanh, sigmoid, relu
    case leakyReLU = "leakyRelu"
    case softplus, softmax, logSoftmax
  }

  /// Applies it to `[…, C]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .tanh: RecurrentTensor.tanh(x)
    case .sigmoid: RecurrentTensor.sigmoid(x)
    case .relu: RecurrentTensor.relu(x)
    case .leakyReLU(let slope): RecurrentTensor.leakyReLU(x, slope: slope)
    case .softplus: RecurrentTensor.softplus(x)
    case .softmax: RecurrentTensor.softmax(x)
    case .logSoftmax: RecurrentTensor.logSoftmax(x)
    }
  }
}

/// What a convolution over time is; see `Conv1d`.
public struct ConvolutionDescription: Hashable, Sendable, Codable {
  /// C.
  public var inputChannels: Int
  /// D.
  public var outputChannels: Int
  /// The steps of a window, K.
  public var kernelSize: Int
  /// How far apart windows are.
  public var stride = 1
  /// The zeros at both ends.
  public var padding = ConvolutionPadding.valid
  /// How far apart the steps of a window are.
  public var dilation = 1
  /// Into how many parts channels are split.
  public var groups = 1
  /// Whether something is added.
  public var hasBias = true

  /// A plain convolution.
  public init(inputChannels: Int, outputChannels: Int, kernelSize: Int) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernelSize = kernelSize
  }
}

/// What a pooling over windows of steps is; see `MaxPool1d` and `AveragePool1d`.
public struct PoolingDescription: Hashable, Sendable, Codable {
  /// The steps of a window.
  public var kernelSize: Int
  /// How far apart windows are.
  public var stride: Int
  /// The steps of nothing at each end.
  public var padding: Int
  /// Whether a mean counts them as zeros.
  public var countsPadding: Bool

  /// Windows side by side unless told otherwise.
  public init(kernelSize: Int, stride: Int? = nil, padding: Int = 0, countsPadding: Bool = true) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.countsPadding = countsPadding
  }
}
