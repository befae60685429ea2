public import RecurrentTensor

extension Module {
  /// All parameters with their paths, in visiting order.
  public var parameters: [(path: String, parameter: Parameter)] {
    var visitor = Collector()
    var copy = self
    copy.visit(&visitor)
    return visitor.found
  }

  /// All that a file of the model holds: the values of parameters and running statistics with their paths, in visiting
  /// order.
  public var tensors: [(path: String, value: Tensor)] {
    var visitor = TensorCollector()
    var copy = self
    copy.visit(&visitor)
    return visitor.found
  }

  /// The number of numbers that training changes by gradients, or would if they were not frozen.
  public var parameterCount: Int {
    parameters.reduce(0) { $0 + $1.parameter.value.count }
  }

  /// Replaces every parameter's value by what `transform` makes of it; the shape must stay.
  public mutating func mapParameters(_ transform: (_ path: String, _ value: Tensor) -> Tensor) {
    withoutActuallyEscaping(transform) { transform in
      var visitor = Mapper(transform: transform)
      visit(&visitor)
    }
  }

  /// Makes the parameters whose path satisfies `isIncluded` constant (or trainable again).
  public mutating func setTrainable(_ isTrainable: Bool, where isIncluded: (_ path: String) -> Bool = { _ in true }) {
    withoutActuallyEscaping(isIncluded) { isIncluded in
      var visitor = Freezer(isTrainable: isTrainable, isIncluded: isIncluded)
      visit(&visitor)
    }
  }

  /// Converts all parameters and running statistics to another element type.
  package mutating func convert(to type: ElementType) {
    var converter = Converter(type: type)
    visit(&converter)
  }

  /// Takes over the values named like this model's parameters and running statistics.
  ///
  /// PyTorch's counts of batches, `num_batches_tracked`, are passed over: nothing is computed from them.
  ///
  /// - Parameters:
  ///   - tensors: Values by path.
  ///   - allowingUnused: Whether names that the model does not have are passed over.
  /// - Throws: `ParameterLoadingError` that lists everything missing, unused or of another shape; the model is then
  ///   unchanged.
  public mutating func load(_ tensors: [String: Tensor], allowingUnused: Bool = false) throws(ParameterLoadingError) {
    var loader = Loader(tensors: tensors)
    var copy = self
    copy.visit(&loader)
    var problems = loader.problems
    if !allowingUnused {
      let unused = tensors.keys.filter { !loader.used.contains($0) && !RunningStatistic.isBatchCount($0) }
      problems += unused.sorted().map { .unused($0) }
    }
    guard problems.isEmpty else { throw ParameterLoadingError(problems: problems) }
    self = copy
  }
}

/// Values that do not fit the parameters of a model.
public struct ParameterLoadingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One tensor that does not fit.
  public enum Problem: Hashable, Sendable {
    /// The model has a parameter or running statistic that was not given.
    case missing(String, expected: Shape)
    /// A value was given that the model has no place for.
    case unused(String)
    /// The shapes differ.
    case shape(String, expected: Shape, actual: Shape)
  }

  /// Everything that does not fit, in the order of the model.
  public let problems: [Problem]

  /// Names each tensor and what is wrong with it.
  public var description: String {
    problems.map { problem in
      switch problem {
      case .missing(let name, let expected): "tensor \(name) \(expected) is missing"
      case .unused(let name): "tensor \(name) belongs to no parameter of the model"
      case .shape(let name, let expected, let actual): "tensor \(name) has shape \(actual), the model needs \(expected)"
      }
    }.joined(separator: "; ")
  }
}

private struct Collector: ModuleVisitor {
  var path = ParameterPath()
  var found: [(path: String, parameter: Parameter)] = []

  mutating func enter(_ component: PathComponent) { path.enter(component) }
  mutating func leave() { path.leave() }
  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
    found.append((path.path(to: name), parameter))
  }
}

private struct TensorCollector: ModuleVisitor {
  var path = ParameterPath()
  var found: [(path: String, value: Tensor)] = []

  mutating func enter(_ component: PathComponent) { path.enter(component) }
  mutating func leave() { path.leave() }
  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
    found.append((path.path(to: name), parameter.value))
  }
  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) {
    found.append((path.path(to: name), statistic.value))
  }
}

private struct Converter: ModuleVisitor {
  let type: ElementType

  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
    parameter.value = parameter.value.converted(to: type)
  }
  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) {
    statistic.value = statistic.value.converted(to: type)
  }
}

private struct Mapper: ModuleVisitor {
  let transform: (String, Tensor) -> Tensor
  var path = ParameterPath()

  mutating func enter(_ component: PathComponent) { path.enter(component) }
  mutating func leave() { path.leave() }
  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
    let shape = parameter.value.shape
    parameter.value = transform(path.path(to: name), parameter.value)
    precondition(parameter.value.shape == shape, "\(path.path(to: name)) must keep its shape \(shape)")
  }
}

private struct Freezer: ModuleVisitor {
  let isTrainable: Bool
  let isIncluded: (String) -> Bool
  var path = ParameterPath()

  mutating func enter(_ component: PathComponent) { path.enter(component) }
  mutating func leave() { path.leave() }
  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
    if isIncluded(path.path(to: name)) { parameter.isTrainable = isTrainable }
  }
}

private struct Loader: ModuleVisitor {
  let tensors: [String: Tensor]
  var path = ParameterPath()
  var used: Set<String> = []
  var problems: [ParameterLoadingError.Problem] = []

  mutating func enter(_ component: PathComponent) { path.enter(component) }
  mutating func leave() { path.leave() }
  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) { load(name, into: &parameter.value) }
  mutating func visit(_ name: StaticString, _ statistic: inout RunningStatistic) { load(name, into: &statistic.value) }

  private mutating func load(_ name: StaticString, into value: inout Tensor) {
    let name = path.path(to: name)
    used.insert(name)
    let expected = value.shape
    guard let tensor = tensors[name] else {
      problems.append(.missing(name, expected: expected))
      return
    }
    if tensor.shape == expected {
      value = tensor.converted(to: value.elementType)
    } else {
      problems.append(.shape(name, expected: expected, actual: tensor.shape))
    }
  }
}
