import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// Makes a plan of a checked file.
struct GraphBuilder {
  private let model: ONNXModel
  private var places: [String: Int] = [:]
  private(set) var parameters: [Parameter] = []
  private(set) var statistics: [RunningStatistic] = []
  private var parameterNumbers: [GraphPlan.Numbers] = []
  private var statisticNumbers: [GraphPlan.Numbers] = []
  private var constants: [(place: Int, value: ONNXValue)] = []

  /// What the nodes that read an initialiser take it for.
  private struct Roles: OptionSet {
    let rawValue: Int
    static let weight = Roles(rawValue: 1)
    static let setting = Roles(rawValue: 2)
    static let statistic = Roles(rawValue: 4)
  }

  init(_ model: ONNXModel) { self.model = model }

  mutating func build() throws(ONNXError) -> GraphPlan {
    var nodes: [(node: ONNXNode, kind: ONNXOperator, proto: ONNXNodeProto)] = []
    for (number, proto) in model.graph.node.enumerated() {
      let node = ONNXNode(proto, number: number, opset: model.opset, path: model.path)
      nodes.append((node, try ONNXOperator.find(for: node), proto))
    }
    let defaults = Set(model.graph.initializer.map(\.name))
    let inputs = model.inputs.map {
      GraphPlan.Input(info: $0, place: place(of: $0.name), hasDefault: defaults.contains($0.name))
    }
    try addInitializers(roles(nodes.map { ($0.node, $0.kind) }))
    var steps: [GraphPlan.Step] = []
    let lastReaders = lastReaders(nodes.map(\.node))
    for (number, entry) in nodes.enumerated() {
      let function = try entry.kind.function(for: entry.node, entry.proto)
      let inputs = entry.node.inputs.map { $0.isEmpty ? nil : places[$0] }
      let outputs = entry.node.outputs.map { $0.isEmpty ? nil : place(of: $0) }
      steps.append(
        GraphPlan.Step(
          node: entry.node, function: function, inputs: inputs, outputs: outputs, finished: lastReaders[number] ?? []))
    }
    let outputs = model.outputs.map { (info: $0, place: place(of: $0.name)) }
    return GraphPlan(
      path: model.path, placeCount: places.count, inputs: inputs, parameters: parameterNumbers,
      statistics: statisticNumbers, constants: constants, steps: steps, outputs: outputs)
  }

  private mutating func place(of name: String) -> Int {
    if let known = places[name] { return known }
    places[name] = places.count
    return places.count - 1
  }

  private func roles(_ nodes: [(node: ONNXNode, kind: ONNXOperator)]) -> [String: Roles] {
    var roles: [String: Roles] = [:]
    for (node, kind) in nodes {
      for (position, name) in node.inputs.enumerated() where !name.isEmpty {
        let role: Roles =
          kind.statistics.contains(position) ? .statistic : kind.settings.contains(position) ? .setting : .weight
        roles[name, default: []].insert(role)
      }
    }
    return roles
  }

  /// Real numbers are trained, but for those that were observed or that say how to compute, and but for none at all.
  private mutating func addInitializers(_ roles: [String: Roles]) throws(ONNXError) {
    let reader = TensorReader(path: model.path)
    for tensor in model.graph.initializer {
      let title = "initializer '\(tensor.name.printable())'"
      let type = try reader.check(tensor, place: title).type
      let value = try reader.value(of: tensor, place: title)
      let place = place(of: tensor.name)
      let role = roles[tensor.name] ?? .weight
      let numbers = GraphPlan.Numbers(name: tensor.name, place: place, elementType: type)
      switch value {
      case .tensor(let values) where values.count > 0 && role.contains(.statistic):
        statistics.append(RunningStatistic(values))
        statisticNumbers.append(numbers)
      case .tensor(let values) where values.count > 0 && role == .weight:
        parameters.append(Parameter(values))
        parameterNumbers.append(numbers)
      default: constants.append((place, value))
      }
    }
  }

  /// For each node the places that no later node, and no output, reads.
  private mutating func lastReaders(_ nodes: [ONNXNode]) -> [Int: [Int]] {
    var last: [Int: Int] = [:]
    for (number, node) in nodes.enumerated() {
      for name in node.inputs + node.outputs where !name.isEmpty { last[place(of: name)] = number }
    }
    for output in model.outputs { last[place(of: output.name)] = nil }
    return Dictionary(grouping: last.keys, by: { last[$0] ?? 0 })
  }
}
