public import RecurrentLayers
public import RecurrentTensor

/// What a forecast is computed from.
public struct ForecastInputs: Sendable {
  /// The features of each step, `[T, N, C]`.
  public var sequence: SequenceBatch
  /// All targets of each window, `[N, lookBack * K]`, where the network looks at them directly.
  public var values: Tensor?
  /// The last values of each season, `[L, N, H * K]`, where forecasts are added to them.
  public var bases: Tensor?
  /// The number of the series of each row, where the network knows series apart.
  public var series: [Int32]?

  /// Features alone.
  public init(_ sequence: SequenceBatch, values: Tensor? = nil, bases: Tensor? = nil, series: [Int32]? = nil) {
    self.sequence = sequence
    self.values = values
    self.bases = bases
    self.series = series
  }
}

/// The sizes of a forecasting network.
public struct ForecastNetworkShape: Hashable, Sendable {
  /// The features of a step.
  public var inputSize: Int
  /// The steps ahead, H.
  public var horizon: Int
  /// The variables, K.
  public var targets: Int
  /// The numbers for each value to come, P: 1 for a forecast, more for a distribution.
  public var parameters = 1
  /// How many of these, from the first on, say where the value lies and not how far around it.
  public var locations = 1
  /// The last steps of a window that the recurrent layers see; nil for all.
  public var visibleSteps: Int?
  /// Whether a linear map leads from the features of a step to its forecast.
  public var hasSkip = false
  /// The length of the windows whose values lead to the forecast by a linear map; nil for no such map.
  public var windowLength: Int?
  /// The seasons whose last values the forecast is added to, L.
  public var bases = 0
  /// The number of series that are known apart, and of numbers that stand for each.
  public var embedding: (series: Int, size: Int)?

  /// The numbers forecast at a step.
  public var outputSize: Int { parameters * horizon * targets }

  /// Sizes of a network without anything beside its recurrent layers.
  public init(inputSize: Int, horizon: Int, targets: Int) {
    self.inputSize = inputSize
    self.horizon = horizon
    self.targets = targets
  }

  /// Equal if all sizes are.
  public static func == (a: ForecastNetworkShape, b: ForecastNetworkShape) -> Bool { a.sizes == b.sizes }

  /// Feeds the sizes to `hasher`.
  public func hash(into hasher: inout Hasher) { hasher.combine(sizes) }

  private var sizes: [Int] {
    [
      inputSize, horizon, targets, parameters, locations, hasSkip ? 1 : 0, windowLength ?? -1, bases,
      visibleSteps ?? -1,
    ]
      + (embedding.map { [$0.series, $0.size] } ?? [])
  }
}
