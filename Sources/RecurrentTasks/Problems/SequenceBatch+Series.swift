public import RecurrentLayers
import RecurrentTensor

extension SequenceBatch {
  /// One series of numbers as a batch of one row, `[T, 1, 1]`.
  public init(series: [Double]) {
    self.init(Tensor(series.map { Float($0) }, shape: [series.count, 1, 1]))
  }

  /// One series of points as a batch of one row, `[T, 1, 3]`.
  public init(series: [LorenzSystem.Point]) {
    self.init(Tensor(series.flatMap { [Float($0.x), Float($0.y), Float($0.z)] }, shape: [series.count, 1, 3]))
  }
}
