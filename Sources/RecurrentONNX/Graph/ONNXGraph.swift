import RecurrentFormats
public import RecurrentLayers
import RecurrentTensor

/// The graph of an ONNX file as a module like any other: its real numbers are parameters that can be trained further.
///
/// ```swift
/// var graph = try ONNXGraph(ONNXModel(path: "model.onnx"))
/// let scope = GradientScope()
/// let loss = try scope.evaluate(at: &graph) { graph in
///   guard let y = try graph(["x": .tensor(x)])["y"]?.tensor else { … }
///   return meanSquaredError(y, targets)
/// }
/// ```
///
/// Nodes run as in evaluation: dropout does nothing, batch normalisation uses what it observed before. Rows of a recurrent node
/// that have no steps end with zeros, as in ONNX Runtime.
public struct ONNXGraph: Module {
  private var parameters: [Parameter]
  private var statistics: [RunningStatistic]
  private let plan: GraphPlan

  /// Makes the graph of a file.
  ///
  /// - Throws: `ONNXError` where a node asks for something that this library does not run.
  public init(_ model: ONNXModel) throws(ONNXError) {
    var builder = GraphBuilder(model)
    plan = try builder.build()
    parameters = builder.parameters
    statistics = builder.statistics
  }

  /// Visits the trained numbers, then the observed ones, each in the order of the file. `parameterNames` and `statisticNames` say
  /// how the file calls them.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.enter(.name("initializers"))
    for index in parameters.indices {
      visitor.enter(.index(index))
      visitor.visit("value", &parameters[index])
      visitor.leave()
    }
    visitor.leave()
    visitor.enter(.name("statistics"))
    for index in statistics.indices {
      visitor.enter(.index(index))
      visitor.visit("value", &statistics[index])
      visitor.leave()
    }
    visitor.leave()
  }

  /// The names of the parameters in the file, in visiting order.
  public var parameterNames: [String] { plan.parameters.map(\.name) }
  /// The names of the running statistics in the file, in visiting order.
  public var statisticNames: [String] { plan.statistics.map(\.name) }
  /// The types of the parameters in the file, in visiting order; all are held in single precision.
  public var parameterTypes: [ONNXElementType] { plan.parameters.map(\.elementType) }
  /// What must be given, in the order of the file.
  public var inputs: [ONNXValueInfo] { plan.inputs.filter { !$0.hasDefault }.map(\.info) }
  /// What comes out, in the order of the file.
  public var outputs: [ONNXValueInfo] { plan.outputs.map(\.info) }

  /// The parameter that the file calls `name`; nil where it has none.
  public subscript(name: String) -> Parameter? {
    get { plan.parameters.firstIndex { $0.name == name }.map { parameters[$0] } }
    set {
      guard let newValue, let index = plan.parameters.firstIndex(where: { $0.name == name }) else { return }
      precondition(
        newValue.value.shape == parameters[index].value.shape,
        "'\(name)' has the shape \(parameters[index].value.shape), not \(newValue.value.shape)")
      parameters[index] = newValue
    }
  }

  /// Computes the outputs.
  ///
  /// - Parameter inputs: Values by name: all of `inputs`, and those that are to stand in the place of initialisers which the
  ///   file also lists as inputs.
  /// - Returns: All outputs by name.
  /// - Throws: `ONNXError` that names input or node where a value has the wrong type, shape or range.
  public func callAsFunction(_ inputs: [String: ONNXValue]) throws(ONNXError) -> [String: ONNXValue] {
    let elementType = parameters.first?.value.elementType ?? statistics.first?.value.elementType ?? .float32
    var values = [ONNXValue?](repeating: nil, count: plan.placeCount)
    for (numbers, parameter) in zip(plan.parameters, parameters) { values[numbers.place] = .tensor(parameter.value) }
    for (numbers, statistic) in zip(plan.statistics, statistics) { values[numbers.place] = .tensor(statistic.value) }
    for (place, value) in plan.constants { values[place] = value.converted(to: elementType) }
    try GraphInputs(plan).check(inputs)
    for input in plan.inputs {
      if let value = inputs[input.info.name] { values[input.place] = value.converted(to: elementType) }
    }
    try plan.run(&values, elementType: elementType)
    var results: [String: ONNXValue] = [:]
    for (info, place) in plan.outputs { results[info.name] = values[place] }
    return results
  }
}

extension ONNXValue {
  /// The value in the precision that a graph computes with.
  func converted(to elementType: ElementType) -> ONNXValue {
    if case .tensor(let tensor) = self { .tensor(tensor.converted(to: elementType)) } else { self }
  }
}

/// Compares what a caller gives with what the file declares.
struct GraphInputs {
  private let plan: GraphPlan
  private var sizes: [String: (size: Int, input: String)] = [:]

  init(_ plan: GraphPlan) { self.plan = plan }

  func check(_ values: [String: ONNXValue]) throws(ONNXError) {
    var copy = self
    let names = Set(plan.inputs.map(\.info.name))
    if let unknown = values.keys.filter({ !names.contains($0) }).min() {
      let known = plan.inputs.map(\.info.name)
      throw ONNXError(
        path: plan.path, place: nil,
        problem: "has no input '\(unknown.printable())'\(Suggestion.clause(for: unknown, among: known))")
    }
    for input in plan.inputs {
      if let value = values[input.info.name] {
        try copy.check(value, input.info)
      } else if !input.hasDefault {
        throw error(input.info, "is missing")
      }
    }
  }

  private func error(_ info: ONNXValueInfo, _ problem: String) -> ONNXError {
    ONNXError(path: plan.path, place: "input '\(info.name.printable())'", problem: problem)
  }

  private mutating func check(_ value: ONNXValue, _ info: ONNXValueInfo) throws(ONNXError) {
    guard (value.integers != nil) == info.elementType.isInteger else {
      throw error(info, "wants elements of type \(info.elementType.rawValue)")
    }
    if let kind = value.integers?.kind, kind.rawValue != info.elementType.rawValue {
      throw error(info, "wants elements of type \(info.elementType.rawValue), not \(kind.rawValue)")
    }
    guard value.shape.elementCount <= NodeCall.largestCount else {
      throw error(info, "has more than \(NodeCall.largestCount) elements")
    }
    guard let dimensions = info.dimensions else { return }
    let text = "[" + dimensions.map(\.description).joined(separator: ", ") + "]"
    guard dimensions.count == value.shape.rank else {
      throw error(info, "has the shape \(value.shape) where \(text) is wanted")
    }
    for (axis, dimension) in dimensions.enumerated() {
      let size = value.shape[axis]
      switch dimension {
      case .unknown: break
      case .fixed(let expected):
        guard size == expected else { throw error(info, "has the shape \(value.shape) where \(text) is wanted") }
      case .named(let name):
        let known = sizes[name] ?? (size, info.name)
        guard known.size == size else {
          throw error(
            info,
            "has the shape \(value.shape), but '\(name.printable())' is \(known.size) in input "
              + "'\(known.input.printable())'")
        }
        sizes[name] = known
      }
    }
  }
}
