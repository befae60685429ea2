public import RecurrentLayers
public import RecurrentTensor

/// What an optimiser remembers from step to step: how many there were, and running averages of the gradients.
///
/// The averages ("moments") of all parameters lie one after the other in one tensor each, like the gradients. They belong
/// to the trainable parameters of one model in visiting order: which ones are frozen must not change between steps.
public struct OptimizerState: Sendable {
  /// The steps done.
  public internal(set) var stepCount = 0

  /// What the optimiser keeps of every trainable parameter, by PyTorch's names: `exp_avg`, `momentum_buffer`.
  public let momentNames: [String]

  /// For each name, the values of all parameters, `[layout.total]`; empty before the first step.
  var moments: [Tensor] = []
  private var layout = Gradients.Layout()

  /// The state before the first step of an optimiser that keeps moments of these names.
  public init(momentNames: [String]) {
    self.momentNames = momentNames
  }

  /// Makes room for the moments at the first step, and counts it.
  mutating func beginStep(with gradients: Gradients) {
    if stepCount == 0 {
      reserveMoments(gradients.layout, elementType: gradients.flat.elementType)
    }
    precondition(
      layout == gradients.layout,
      "the trainable parameters are not those of the steps before; make a new optimiser when some are frozen or freed")
    for index in moments.indices { moments[index].makeUnique() }
    stepCount += 1
  }

  private mutating func reserveMoments(_ layout: Gradients.Layout, elementType: ElementType) {
    self.layout = layout
    moments = momentNames.map { _ in Tensor(repeating: 0, shape: [layout.total], elementType: elementType) }
  }

  /// The memory of a moment during a step.
  func memory(ofMoment index: Int) -> UnsafeMutableRawPointer { moments[index].mutablePointer }
}

// MARK: - Files

extension OptimizerState {
  /// The moments by name and path, for example `exp_avg.head.weight`, each of its parameter's shape. Nothing before the
  /// first step.
  ///
  /// - Parameter model: The model that the optimiser has updated.
  public func tensors(for model: some Module) -> [(name: String, tensor: Tensor)] {
    if stepCount == 0 { return [] }
    let parameters = model.trainableParameters
    precondition(parameters.map(\.shape) == layout.shapes, "the state belongs to another model")
    return momentNames.indices.flatMap { moment in
      parameters.indices.map { index in
        (
          "\(momentNames[moment]).\(parameters[index].path)",
          moments[moment].view(layout.shapes[index], from: layout.offsets[index])
        )
      }
    }
  }

  /// The state made of what `tensors(for:)` gave.
  init(
    momentNames: [String], stepCount: Int, tensors: [String: Tensor], model: some Module
  ) throws(OptimizerStateError) {
    self.init(momentNames: momentNames)
    let parameters = model.trainableParameters
    var problems: [OptimizerStateError.Problem] = stepCount < 0 ? [.stepCount(stepCount)] : []
    var unused = Set(tensors.keys)
    if stepCount > 0 {
      for parameter in parameters { layout.append(parameter.shape) }
      let elementType = model.parameters.first?.parameter.value.elementType ?? .float32
      reserveMoments(layout, elementType: elementType)
      for (moment, momentName) in momentNames.enumerated() {
        for (index, parameter) in parameters.enumerated() {
          let name = "\(momentName).\(parameter.path)"
          unused.remove(name)
          guard let tensor = tensors[name] else {
            problems.append(.missing(name, expected: parameter.shape))
            continue
          }
          guard tensor.shape == parameter.shape else {
            problems.append(.shape(name, expected: parameter.shape, actual: tensor.shape))
            continue
          }
          let source = tensor.converted(to: elementType)
          (memory(ofMoment: moment) + layout.offsets[index] * elementType.stride)
            .copyMemory(from: source.pointer, byteCount: source.count * elementType.stride)
        }
      }
    }
    problems += unused.sorted().map { .unknown($0) }
    guard problems.isEmpty else { throw OptimizerStateError(problems: problems) }
    self.stepCount = stepCount
  }
}

/// A saved state that does not fit an optimiser and its model.
public struct OptimizerStateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One thing that does not fit.
  public enum Problem: Hashable, Sendable {
    /// There cannot be that many steps.
    case stepCount(Int)
    /// The optimiser keeps something of a parameter that was not given.
    case missing(String, expected: Shape)
    /// Something was given that the optimiser does not keep, or of a parameter that the model does not train.
    case unknown(String)
    /// The shapes differ.
    case shape(String, expected: Shape, actual: Shape)
  }

  /// Everything that does not fit, in the order of the model.
  public let problems: [Problem]

  /// One line that names each tensor and what is wrong with it.
  public var description: String {
    "the optimiser's state does not fit: "
      + problems.map { problem in
        switch problem {
        case .stepCount(let count): "\(count) is no number of steps"
        case .missing(let name, let expected): "tensor \(name) \(expected) is missing"
        case .unknown(let name): "tensor \(name) belongs to another optimiser or model"
        case .shape(let name, let expected, let actual): "tensor \(name) has shape \(actual), expected \(expected)"
        }
      }.joined(separator: "; ")
  }
}

extension Module {
  /// The paths and shapes of the trainable parameters, in visiting order.
  fileprivate var trainableParameters: [(path: String, shape: Shape)] {
    parameters.filter { $0.parameter.isTrainable }.map { ($0.path, $0.parameter.value.shape) }
  }
}
