import RecurrentTensor

/// What evens out the sums that go into a cell's gates.
public enum Normalization: Hashable, Sendable, Codable {
  /// Nothing.
  case none
  /// Zero mean and unit variance over the units of each row (Ba et al., 2016).
  case layer
  /// Zero mean and unit variance of each unit over the rows of the batch, with statistics of its own for every step (Cooijmans
  /// et al., 2017). In training the statistics are those of the batch; the model keeps running means and variances of the
  /// first `steps` steps for inference, where later steps use those of the last.
  case batch(steps: Int, momentum: Float = 0.1)

  /// Whether anything is evened out.
  public var isPresent: Bool { self != .none }

  /// What gains begin with: 1, and over batches a tenth, so that tanh and sigmoid begin where they are steep (Cooijmans et
  /// al., section 4).
  var firstGain: Initializer {
    if case .batch = self { .constant(0.1) } else { .constant(1) }
  }
}

extension CellEquations {
  /// Added to variances, as in `torch.nn.LayerNorm` and `torch.nn.BatchNorm1d`.
  static let normalizationEpsilon = 1e-5

  /// The names of the running statistics of one batch normalisation.
  @usableFromInline
  struct StatisticNames: Sendable {
    @usableFromInline let mean: StaticString
    @usableFromInline let variance: StaticString

    static let input = StatisticNames(mean: "running_mean_ih", variance: "running_var_ih")
    static let hidden = StatisticNames(mean: "running_mean_hh", variance: "running_var_hh")
    static let candidate = StatisticNames(mean: "running_mean_hn", variance: "running_var_hn")
    static let cell = StatisticNames(mean: "running_mean_cell", variance: "running_var_cell")
  }

  /// A value with zero mean and unit variance, by the given kind of normalisation.
  func normalized(_ value: CellValue, by kind: Normalization, _ names: StatisticNames) -> CellValue {
    switch kind {
    case .none: value
    case .layer: value.normalized(epsilon: CellEquations.normalizationEpsilon)
    case .batch: batchNormalized(value, names)
    }
  }

  /// N(W x) ⊙ gain + N(R s) ⊙ gain + shift, `count` gates wide.
  func normalizedSum(
    _ count: Int, _ name: StaticString, times source: CellValue, by kind: Normalization
  ) -> CellValue {
    let width = count * hiddenSize
    let x = normalized(wholeInput(count), by: kind, .input)
    let r = normalized(product(name, width: width, times: source), by: kind, .hidden)
    let inner = CellValue.multiplyAdd(
      r, vector("norm_hh_gain", width: width, initial: kind.firstGain),
      vector("norm_shift", width: width, initial: .zeros))
    return .multiplyAdd(x, vector("norm_ih_gain", width: width, initial: kind.firstGain), inner)
  }
}
