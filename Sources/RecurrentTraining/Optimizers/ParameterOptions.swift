import CRecurrentKernels
public import RecurrentLayers
import RecurrentTensor

/// What the groups of an optimiser say about one parameter.
struct ParameterOptions: Sendable {
  var weightDecay: Double?
  var learningRateFactor = 1.0
  var maxNorm: Double?

  /// Limits the length of each row of a matrix, `[H, …]`.
  func limitNorms(of value: inout Tensor) {
    guard let maxNorm, value.shape.rank > 1, value.shape[0] > 0 else { return }
    let rows = value.shape[0]
    let width = value.count / rows
    for row in 0..<rows {
      let weights = value.mutablePointer + row * width * value.elementType.stride
      let norm = value.kernels.pointee.squared_norm(Int64(width), weights).squareRoot()
      if norm > maxNorm { value.kernels.pointee.scale(Int64(width), maxNorm / norm, weights) }
    }
  }
}

/// The groups of an optimiser, and what they say about each trainable parameter of the model that it updates.
@usableFromInline
struct GroupedParameters: Sendable {
  let groups: [ParameterGroup]
  /// By position of the visit, frozen parameters not counted; empty without groups.
  private(set) var options: [ParameterOptions] = []
  private var layout = Gradients.Layout()

  init(_ groups: [ParameterGroup]) { self.groups = groups }

  @usableFromInline var isPlain: Bool { groups.isEmpty }

  /// Finds the options of all parameters, unless they are those of the step before.
  @inlinable
  mutating func resolve(for model: some Module, with gradients: Gradients) {
    if !isPlain { findOptions(model, gradients) }
  }

  @usableFromInline
  mutating func findOptions(_ model: some Module, _ gradients: Gradients) {
    if layout == gradients.layout && !options.isEmpty { return }
    if let unmatched = groups.first(matchingNothingIn: model) {
      preconditionFailure("no parameter of the model matches the group '\(unmatched.pattern)'")
    }
    layout = gradients.layout
    options = model.parameters.filter(\.parameter.isTrainable).map { options(of: $0.path) }
  }

  private func options(of path: String) -> ParameterOptions {
    var options = ParameterOptions()
    for group in groups where group.matches(path) {
      options.weightDecay = group.weightDecay ?? options.weightDecay
      options.learningRateFactor = group.learningRateFactor ?? options.learningRateFactor
      options.maxNorm = group.maxNorm ?? options.maxNorm
    }
    return options
  }
}

extension [ParameterGroup] {
  /// The first group that no parameter of a model belongs to.
  func first(matchingNothingIn model: some Module) -> ParameterGroup? {
    if isEmpty { return nil }
    let paths = model.parameters.map(\.path)
    return first { group in !paths.contains { group.matches($0) } }
  }
}

extension UpdateRule {
  /// The rule for a parameter with options of its own.
  func with(_ options: ParameterOptions) -> UpdateRule {
    let factor = options.learningRateFactor
    switch self {
    case .adam(let rate, let beta1, let beta2, let epsilon, let decay, let isDecoupled, let step, let mean, let square):
      return .adam(
        rate: rate * factor, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: options.weightDecay ?? decay,
        isDecayDecoupled: isDecoupled, step: step, mean: mean, square: square)
    case .sgd(let rate, let momentum, let dampening, let isNesterov, let decay, let isFirst, let direction):
      return .sgd(
        rate: rate * factor, momentum: momentum, dampening: dampening, isNesterov: isNesterov,
        decay: options.weightDecay ?? decay, isFirst: isFirst, direction: direction)
    case .rmsprop(let rate, let alpha, let epsilon, let momentum, let decay, let square, let average, let direction):
      return .rmsprop(
        rate: rate * factor, alpha: alpha, epsilon: epsilon, momentum: momentum,
        decay: options.weightDecay ?? decay, square: square, average: average, direction: direction)
    case .adagrad(let rate, let epsilon, let decay, let sum):
      return .adagrad(rate: rate * factor, epsilon: epsilon, decay: options.weightDecay ?? decay, sum: sum)
    }
  }
}
