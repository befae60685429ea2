public import RecurrentLayers
public import RecurrentTensor

/// How all steps become one vector, as a setting names it.
public enum StepPooling: Module {
  /// What the recurrent layers end with; of convolutions the last step.
  case last
  /// The mean over all steps.
  case mean
  /// The largest value of each feature.
  case max
  /// A mean weighed by how well each step matches a learned query (Yang et al., 2016).
  case attention(AttentionPooling<AdditiveAttention>)

  /// A pooling with random weights, where it has any.
  ///
  /// - Parameters:
  ///   - choice: The name of the setting.
  ///   - width: The features of a step.
  ///   - attentionSize: The units of the small network of attention.
  ///   - key: Where the random numbers come from.
  init(_ choice: PoolingChoice, width: Int, attentionSize: Int, key: RandomKey) {
    switch choice {
    case .last: self = .last
    case .mean: self = .mean
    case .max: self = .max
    case .attention:
      let attention = AdditiveAttention(
        querySize: attentionSize, keySize: width, size: attentionSize, hasBias: true, key: key.folding(0))
      self = .attention(AttentionPooling(attention, key: key.folding(1)))
    }
  }

  /// Visits the attention, where there is one.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    guard case .attention(var pooling) = self else { return }
    // The place must be the only owner while the visitor changes tensors in place.
    self = .mean
    visitor.visit("attention", &pooling)
    self = .attention(pooling)
  }

  /// `[T, N, C]` to `[N, C]`.
  ///
  /// - Parameters:
  ///   - steps: All steps.
  ///   - lastState: What recurrent layers have ended with; nil without recurrent layers.
  public func callAsFunction(_ steps: SequenceBatch, lastState: Tensor?) -> Tensor {
    switch self {
    case .last: lastState ?? steps.last
    case .mean: GlobalPool1d.average(steps)
    case .max: GlobalPool1d.max(steps)
    case .attention(let pooling): pooling.attending(to: steps).context
    }
  }
}
