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
  private static let stepName = "step"

  /// The state under names for a file: `step`, and each moment by its name and the path of the parameter, for example
  /// `exp_avg.head.weight`, of the parameter's shape. Before the first step there is `step` alone.
  ///
  /// The number of steps is in double precision, so that it is exact up to 2^53.
  ///
  /// - Parameter model: The model that the optimiser updates.
  public func tensors(for model: some Module) -> [(name: String, tensor: Tensor)] {
    let step = (name: OptimizerState.stepName, tensor: Tensor(doubles: [Double(stepCount)], shape: []))
    if stepCount == 0 { return [step] }
    let parameters = model.trainableParameters
    precondition(parameters.map(\.shape) == layout.shapes, "the state belongs to another model")
    let values = momentNames.indices.flatMap { moment in
      parameters.indices.map { index in
        (
          name: "\(momentNames[moment]).\(parameters[index].path)",
          tensor: moments[moment].view(layout.shapes[index], from: layout.offsets[index])
        )
      }
    }
    return [step] + values
  }

  /// The state that `tensors(for:)` gave, for an optimiser that keeps moments of the given names.
  init(
    momentNames: [String], tensors: [String: Tensor], model: some Module
  ) throws(OptimizerStateError) {
    self.init(momentNames: momentNames)
    var reader = StateReader(tensors: tensors)
    let steps = try reader.count(OptimizerState.stepName)
    if steps > 0 {
      let parameters = model.trainableParameters
      for parameter in parameters { layout.append(parameter.shape) }
      reserveMoments(layout, elementType: model.parameters.first?.parameter.value.elementType ?? .float32)
      for (moment, name) in momentNames.enumerated() {
        for (index, parameter) in parameters.enumerated() {
          guard let values = reader.tensor("\(name).\(parameter.path)", parameter.shape) else { continue }
          copy(values, toMoment: moment, at: layout.offsets[index])
        }
      }
    }
    try reader.finish()
    stepCount = steps
  }

  private func copy(_ values: Tensor, toMoment moment: Int, at offset: Int) {
    let type = moments[moment].elementType
    let source = values.converted(to: type)
    (memory(ofMoment: moment) + offset * type.stride)
      .copyMemory(from: source.pointer, byteCount: source.count * type.stride)
  }
}

/// Takes tensors out of a saved state, and notes what is wrong with it.
private struct StateReader {
  let tensors: [String: Tensor]
  private var unused: Set<String>
  private var problems: [OptimizerStateError.Problem] = []

  init(tensors: [String: Tensor]) {
    self.tensors = tensors
    unused = Set(tensors.keys)
  }

  mutating func tensor(_ name: String, _ shape: Shape) -> Tensor? {
    unused.remove(name)
    guard let tensor = tensors[name] else {
      problems.append(.missing(name, expected: shape))
      return nil
    }
    guard tensor.shape == shape else {
      problems.append(.shape(name, expected: shape, actual: tensor.shape))
      return nil
    }
    return tensor
  }

  /// A number of steps.
  mutating func count(_ name: String) throws(OptimizerStateError) -> Int {
    guard let tensor = tensor(name, []) else { throw OptimizerStateError(problems: problems) }
    let value = tensor.doubles[0]
    guard let count = Int(exactly: value), (0...1 << 53).contains(count) else {
      throw OptimizerStateError(problems: [.stepCount(value)])
    }
    return count
  }

  func finish() throws(OptimizerStateError) {
    let all = problems + unused.sorted().map { .unknown($0) }
    if !all.isEmpty { throw OptimizerStateError(problems: all) }
  }
}

/// A saved state that does not fit an optimiser and its model.
public struct OptimizerStateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One thing that does not fit.
  public enum Problem: Hashable, Sendable {
    /// There cannot be that many steps.
    case stepCount(Double)
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
