import RecurrentInterchange
import RecurrentLayers
import RecurrentTensor
import SwiftProtobuf

/// Writes the layers of a network one after the other. Between them sequences are time-major, whatever goes in and comes out.
struct NetworkWriter {
  let network: SequenceNetwork
  let options: ONNXWritingOptions
  var graph: GraphWriter
  var audit = ConversionAudit()
  /// The name of what the last layer has computed.
  var value = ""
  /// What that is.
  var flow: NetworkDescription.Flow
  /// The name of the input with the lengths of rows; nil for none.
  var lengths: String?
  /// The steps of sequences here, as the axis of an output is named.
  var timeAxis = "time"
  /// The nodes that other nodes share.
  var shared: [String: String] = [:]
  /// The last states, in the order of the layers.
  var finalStates: [(name: String, axes: [GraphWriter.Axis])] = []
  /// The hidden state after the recurrent layer that was written last, `[D, N, H]`.
  var lastHidden: (name: String, directionCount: Int)?

  init(_ network: SequenceNetwork, _ options: ONNXWritingOptions) throws(ONNXWritingError) {
    self.network = network
    self.options = options
    graph = GraphWriter(name: options.graphName)
    flow = network.description.input
    try checkSize()
    if options.form == .oneStep { try checkStep() }
    if options.takesLengths { try checkLengths() }
  }

  var hasStates: Bool { options.carriesStates || options.form == .oneStep }

  mutating func write() throws(ONNXWritingError) -> ONNXFile {
    writeInput()
    for (index, element) in network.description.elements.enumerated() {
      do throws(InexpressibleCell) {
        try write(element, network.layers[index], NamedTensors(network.layers[index], index: index))
      } catch {
        throw ONNXWritingError(layer: element.name, problem: error.reason)
      }
      flow = network.description.flows[index]
    }
    writeOutput()
    return ONNXFile(bytes: try serialized(), audit: audit)
  }

  private func serialized() throws(ONNXWritingError) -> [UInt8] {
    var model = ONNXModelProto()
    model.irVersion = 8
    model.producerName = "swift-recurrent"
    model.producerVersion = options.producerVersion
    var operators = ONNXOperatorSetIdProto()
    operators.version = 17
    model.opsetImport = [operators]
    model.graph = graph.graph
    do {
      return try model.encoded()
    } catch {
      throw ONNXWritingError(layer: nil, problem: "the graph cannot be put into bytes (\(error))")
    }
  }

  // MARK: Input and output

  private mutating func writeInput() {
    let isStep = options.form == .oneStep
    var axes: [GraphWriter.Axis] = [.named("batch")]
    if !isStep { axes.insert(.named("time"), at: options.isBatchMajor ? 1 : 0) }
    if case .tokens = flow {
      value = graph.input("input", .int64, axes)
    } else {
      value = graph.input("input", .float, axes + [.fixed(flow.size)])
    }
    if options.takesLengths { lengths = graph.input("sequence_lens", .int32, [.named("batch")]) }
    if isStep {
      value = graph.node("Unsqueeze", [value, graph.list([0])], at: "input")
    } else if options.isBatchMajor {
      exchangeTimeAndBatch(at: "input", axisCount: axes.count + (flow.isTokens ? 0 : 1))
    }
  }

  private mutating func writeOutput() {
    var axes: [GraphWriter.Axis] = [.named("batch"), .fixed(flow.size)]
    if case .sequence = flow {
      if lengths != nil { value = whereReal(value, otherwise: 0, at: "output") }
      if options.form == .oneStep {
        value = graph.node("Squeeze", [value, graph.list([0])], at: "output")
      } else {
        if options.isBatchMajor { exchangeTimeAndBatch(at: "output", axisCount: 3) }
        axes.insert(.named(timeAxis), at: options.isBatchMajor ? 1 : 0)
      }
    }
    // Layers that do nothing in use leave the input as it is.
    if value == "input" { value = graph.node("Identity", [value], at: "output") }
    let output = graph.unused("output")
    graph.rename(value, to: output)
    graph.output(output, axes)
    for state in finalStates { graph.output(state.name, state.axes) }
  }

  private mutating func exchangeTimeAndBatch(at place: String, axisCount: Int) {
    transpose([1, 0, 2].prefix(axisCount), at: place)
  }

  mutating func transpose(_ order: some Collection<Int>, at place: String) {
    value = graph.node("Transpose", [value], at: place, [.integers("perm", Array(order))])
  }
}

extension NetworkDescription.Flow {
  fileprivate var isTokens: Bool { if case .tokens = self { true } else { false } }
}

// MARK: - What cannot be written

extension NetworkWriter {
  /// The format has no larger files.
  private func checkSize() throws(ONNXWritingError) {
    let limit = (Int(Int32.max) - (1 << 20)) / 4
    let count = network.parameterCount
    guard count <= limit else {
      throw ONNXWritingError(
        layer: nil, problem: "ONNX files hold at most 2 GiB, which is \(limit) parameters; the network has \(count)")
    }
  }

  private func checkStep() throws(ONNXWritingError) {
    for element in network.description.elements {
      var reason: String?
      switch element.layer {
      case .recurrent(let layers) where layers.contains(where: { $0.directions != .forward }):
        reason = "a direction from the end needs the whole sequence"
      case .convolution, .maxPooling, .averagePooling: reason = "a window sees several steps"
      case .globalPooling, .flatten: reason = "it sees all steps at once"
      default: break
      }
      if let reason {
        throw ONNXWritingError(
          layer: element.name,
          problem: "\(reason), so that there is no graph of one step; write the whole sequence instead")
      }
    }
    if options.takesLengths {
      throw ONNXWritingError(
        layer: nil, problem: "a graph of one step has no lengths; write the whole sequence instead")
    }
  }

  private func checkLengths() throws(ONNXWritingError) {
    for element in network.description.elements {
      switch element.layer {
      case .convolution, .maxPooling, .averagePooling, .flatten:
        throw ONNXWritingError(
          layer: element.name,
          problem:
            "ONNX has no lengths for windows of steps; write the graph without lengths and run rows of one length")
      default: break
      }
    }
  }
}
