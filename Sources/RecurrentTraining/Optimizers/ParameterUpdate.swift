import CRecurrentKernels
public import RecurrentLayers
import RecurrentTensor

/// What an optimiser does to one parameter in one step: the numbers of its formula, and where its moments lie.
///
/// An enumeration of plain numbers rather than a protocol, so that visiting a model costs no generic code and no counting of
/// references.
enum UpdateRule {
  case adam(
    rate: Double, beta1: Double, beta2: Double, epsilon: Double, decay: Double, isDecayDecoupled: Bool, step: Int,
    mean: UnsafeMutableRawPointer, square: UnsafeMutableRawPointer)
  case sgd(
    rate: Double, momentum: Double, dampening: Double, isNesterov: Bool, decay: Double, isFirst: Bool,
    direction: UnsafeMutableRawPointer?)
  case rmsprop(
    rate: Double, alpha: Double, epsilon: Double, momentum: Double, decay: Double, square: UnsafeMutableRawPointer,
    average: UnsafeMutableRawPointer?, direction: UnsafeMutableRawPointer?)
  case adagrad(rate: Double, epsilon: Double, decay: Double, sum: UnsafeMutableRawPointer)

  /// Changes a parameter and its moments in place.
  ///
  /// - Parameter offset: How far into the gradients and every moment the parameter's own part is, in bytes.
  func apply(
    _ kernels: UnsafePointer<rk_kernels>, count: Int64, gradient: UnsafeRawPointer, value: UnsafeMutableRawPointer,
    offset: Int
  ) {
    switch self {
    case .adam(let rate, let beta1, let beta2, let epsilon, let decay, let isDecoupled, let step, let mean, let square):
      kernels.pointee.adam(
        count, rate, beta1, beta2, epsilon, decay, isDecoupled ? 1 : 0, Int64(step), gradient, mean + offset,
        square + offset, value)
    case .sgd(let rate, let momentum, let dampening, let isNesterov, let decay, let isFirst, let direction):
      kernels.pointee.sgd(
        count, rate, momentum, dampening, isNesterov ? 1 : 0, decay, isFirst ? 1 : 0, gradient,
        direction.map { $0 + offset }, value)
    case .rmsprop(let rate, let alpha, let epsilon, let momentum, let decay, let square, let average, let direction):
      kernels.pointee.rmsprop(
        count, rate, alpha, epsilon, momentum, decay, gradient, square + offset, average.map { $0 + offset },
        direction.map { $0 + offset }, value)
    case .adagrad(let rate, let epsilon, let decay, let sum):
      kernels.pointee.adagrad(count, rate, epsilon, decay, gradient, sum + offset, value)
    }
  }
}

/// Applies one step of an optimiser to the trainable parameters of a model, and what the step observed to its running
/// statistics.
@usableFromInline
struct ParameterUpdate: ModuleVisitor {
  private let rule: UpdateRule
  private let gradients: Gradients
  private let options: [ParameterOptions]
  private let kernels: UnsafePointer<rk_kernels>
  private let elementType: ElementType
  private let memory: UnsafeRawPointer
  private var position = 0
  private var statisticPosition = 0

  /// - Parameter options: For each parameter what groups say about it; empty where there are none.
  init(_ rule: UpdateRule, gradients: Gradients, options: [ParameterOptions]) {
    self.rule = rule
    self.options = options
    self.gradients = gradients
    kernels = gradients.flat.kernels
    elementType = gradients.flat.elementType
    memory = gradients.flat.pointer
  }

  @usableFromInline
  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
    guard parameter.isTrainable else { return }
    let shape = parameter.value.shape
    precondition(
      position < gradients.layout.shapes.count && gradients.layout.shapes[position] == shape
        && parameter.value.elementType == elementType,
      "parameter \(name) does not fit the gradients; they belong to another model")
    parameter.value.makeUnique()
    let offset = gradients.layout.offsets[position] * elementType.stride
    let rule = options.isEmpty ? rule : rule.with(options[position])
    rule.apply(
      kernels, count: Int64(shape.elementCount), gradient: memory + offset, value: parameter.value.mutablePointer,
      offset: offset)
    if !options.isEmpty { options[position].limitNorms(of: &parameter.value) }
    position += 1
  }

  @usableFromInline
  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) {
    statistic.apply(gradients.statistics, position: statisticPosition)
    statisticPosition += 1
  }

  /// To be called after the visit.
  @usableFromInline
  func finish() {
    precondition(
      position == gradients.count,
      "the model has \(position) trainable parameters, the gradients have \(gradients.count)")
  }
}
