import CRecurrentKernels
import RecurrentLayers
import RecurrentTensor

extension Module {
  /// Which tensor to blame for numbers that are not finite: the first bad parameter, else the first bad gradient, else
  /// only the loss.
  func firstNonFinite(_ gradients: Gradients) -> TrainingError.NotFinite.Culprit {
    let parameters = parameters
    if let path = firstNonFiniteParameter { return .parameter(path) }
    let trainable = parameters.filter(\.parameter.isTrainable)
    for (index, entry) in trainable.enumerated().prefix(gradients.count) where !gradients[index].isFinite {
      return .gradient(entry.path)
    }
    return .loss
  }

  /// The path of the first parameter or running statistic that is not finite.
  var firstNonFiniteParameter: String? {
    tensors.first { !$0.value.isFinite }?.path
  }
}

extension Tensor {
  /// Whether every number is finite.
  var isFinite: Bool { kernels.pointee.first_nonfinite(Int64(count), pointer) < 0 }
}
