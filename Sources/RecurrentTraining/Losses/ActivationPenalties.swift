public import RecurrentLayers
public import RecurrentTensor

/// A penalty on large outputs of a recurrent layer, to be added to the loss: alpha times the mean of h² over all units of
/// all real steps (activation regularisation, AR: Merity et al., 2017).
///
/// - Parameters:
///   - outputs: `[T, N, H]`; in the paper those after dropout. Padding does not count.
///   - alpha: The weight of the penalty; 2 in the paper's language models.
/// - Returns: Shape `[]`.
public func activationRegularization(_ outputs: SequenceBatch, alpha: Float) -> Tensor {
  let values = outputs.values
  let zeros = Tensor(repeating: 0, shape: values.shape, elementType: values.elementType, on: values.node?.tape)
  return meanSquaredError(values, zeros, mask: outputs.mask(elementType: values.elementType)) * alpha
}

/// A penalty on outputs that change fast, to be added to the loss: beta times the mean of (h[t] - h[t-1])² over all units
/// of all pairs of real steps (temporal activation regularisation, TAR: Merity et al., 2017).
///
/// - Parameters:
///   - outputs: `[T, N, H]`; in the paper those before dropout. Padding does not count; rows of fewer than two steps have
///     no penalty.
///   - beta: The weight of the penalty; 1 in the paper's language models.
/// - Returns: Shape `[]`.
public func temporalActivationRegularization(_ outputs: SequenceBatch, beta: Float) -> Tensor {
  let values = outputs.values
  let stepCount = outputs.stepCount
  guard stepCount > 1 else { return Tensor(repeating: 0, shape: [], elementType: values.elementType) }
  let mask = outputs.mask(elementType: values.elementType)?.slice(axis: 0, 1..<stepCount)
  let (earlier, later) = (values.slice(axis: 0, 0..<stepCount - 1), values.slice(axis: 0, 1..<stepCount))
  return meanSquaredError(later, earlier, mask: mask) * beta
}
