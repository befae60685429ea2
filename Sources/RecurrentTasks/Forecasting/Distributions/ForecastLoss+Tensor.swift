import RecurrentTensor
import RecurrentTraining

extension ForecastConfiguration {
  /// The mean loss of what a network says about values.
  ///
  /// - Parameters:
  ///   - outputs: `[S, N, P * M]`: for each of the P parameters of the distribution, the M values of a step.
  ///   - labels: `[S, N, M]`.
  ///   - weights: What errors of forecasts and quantiles are multiplied by, `[1, N, M]`.
  ///   - units: The value of 1 in counts, for the negative binomial, `[1, N, M]`.
  ///   - mask: Which values count, `[S, N, M]`, or `[S, N, 1]`.
  func loss(
    _ outputs: Tensor, _ labels: Tensor, weights: Tensor? = nil, units: Tensor? = nil, mask: Tensor? = nil
  ) -> Tensor {
    let parts = outputDistribution == .point ? [outputs] : outputs.split(into: parameterCount, axis: 2)
    switch outputDistribution {
    case .point: return pointLoss(outputs, labels, weights: weights, mask: mask)
    case .quantile:
      return quantileLoss(parts, labels, levels: quantiles.map { Float($0) }, weights: weights, mask: mask)
    case .gaussian:
      return gaussianLoss(parts[0], DistributionParameters.positive(parts[1]), labels, mask: mask)
    case .studentT:
      return studentTLoss(
        parts[0], DistributionParameters.positive(parts[1]), degrees: DistributionParameters.degrees(parts[2]), labels,
        mask: mask)
    case .negativeBinomial:
      let (mean, dispersion) = (DistributionParameters.positive(parts[0]), DistributionParameters.positive(parts[1]))
      let scale = units ?? Tensor(1)
      // Labels are counts in units; the product is a count up to rounding, which the loss is smooth in.
      return negativeBinomialLoss(mean * scale, shapes: 1 / dispersion, labels * scale, mask: mask)
    }
  }

  private func pointLoss(_ forecasts: Tensor, _ labels: Tensor, weights: Tensor?, mask: Tensor?) -> Tensor {
    let (a, b) = weights.map { (forecasts * $0, labels * $0) } ?? (forecasts, labels)
    return switch loss {
    case .meanSquaredError: meanSquaredError(a, b, mask: mask)
    case .meanAbsoluteError: meanAbsoluteError(a, b, mask: mask)
    case .huber: huberLoss(a, b, mask: mask)
    }
  }
}
