import CRecurrentKernels
import RecurrentLayers
import RecurrentTensor

extension Module {
  /// Whether every parameter and running statistic is finite. This is asked after every step: no path is made, and the
  /// model is visited in place, because a copy's layers would be copied with it.
  mutating func isFinite() -> Bool {
    var check = FiniteCheck()
    visit(&check)
    return check.isFinite
  }

  /// The path of the first parameter or running statistic that is not finite.
  var firstNonFiniteParameter: String? { nonFiniteTensors.first }

  /// The paths of all parameters and running statistics that are not finite, in visiting order.
  var nonFiniteTensors: [String] { tensors.lazy.filter { !$0.value.isFinite }.map(\.path) }

  /// The paths of all parameters whose gradient is not finite, in visiting order.
  func nonFiniteGradients(_ gradients: Gradients) -> [String] {
    let trainable = parameters.filter(\.parameter.isTrainable)
    return zip(trainable, 0..<gradients.count).lazy.filter { !gradients[$1].isFinite }.map { $0.0.path }
  }
}

private struct FiniteCheck: ModuleVisitor {
  var isFinite = true

  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) { look(at: parameter.value) }
  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) { look(at: statistic.value) }

  private mutating func look(at value: Tensor) {
    if isFinite, !value.isFinite { isFinite = false }
  }
}

extension OptimizerState {
  /// The first moment that holds a number that is not finite, by its name.
  var firstNonFiniteMoment: String? {
    zip(momentNames, moments).first { !$0.1.isFinite }?.0
  }
}

extension Tensor {
  /// Whether every number is finite.
  var isFinite: Bool { kernels.pointee.first_nonfinite(Int64(count), pointer) < 0 }
}
