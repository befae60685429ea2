import RecurrentLayers
import RecurrentTensor

/// Runs a graph that was written for a network on inputs of the network.
struct GraphRun {
  private let graph: ONNXGraph
  private let options: ONNXWritingOptions
  private let dataName: String
  private let outputName: String

  init(_ graph: ONNXGraph, _ options: ONNXWritingOptions) {
    self.graph = graph
    self.options = options
    dataName = graph.inputs.first?.name ?? ""
    outputName = graph.outputs.first?.name ?? ""
  }

  /// What comes out for `[T, N, C]`, tokens `[T, N]`, or `[N, C]`.
  func output(for input: NetworkValue, outputsSequence: Bool) throws(ONNXError) -> NetworkValue {
    let data: ONNXValue
    switch input {
    case .tokens(let tokens):
      data = .integers(ONNXIntegers(tokens.tokens.map { Int($0) }, shape: [tokens.stepCount, tokens.batchSize]))
    case .sequence(let sequence): data = .tensor(sequence.values)
    case .vectors(let vectors): data = .tensor(vectors)
    }
    let values = options.form == .oneStep ? try stepByStep(data) : try whole(data, outputsSequence: outputsSequence)
    return outputsSequence ? .sequence(SequenceBatch(values)) : .vectors(values)
  }

  private func whole(_ data: ONNXValue, outputsSequence: Bool) throws(ONNXError) -> Tensor {
    let (steps, rows) = (data.shape[0], data.shape[1])
    var inputs = firstStates(rowCount: rows)
    inputs[dataName] = options.isBatchMajor ? try data.rearranged { $0.exchangingFirstAxes } : data
    if options.takesLengths {
      inputs["sequence_lens"] = .integers(ONNXIntegers([Int](repeating: steps, count: rows), kind: .int32))
    }
    let output = try tensor(outputName, of: graph(inputs))
    return options.isBatchMajor && outputsSequence ? output.exchangingFirstAxes : output
  }

  /// All steps, each from the states that the one before gave.
  private func stepByStep(_ data: ONNXValue) throws(ONNXError) -> Tensor {
    let (steps, rows) = (data.shape[0], data.shape[1])
    var inputs = firstStates(rowCount: rows)
    let stateNames = graph.inputs.map(\.name).filter { inputs[$0] != nil }
    var outputs: [Tensor] = []
    for step in 0..<steps {
      inputs[dataName] = try data.rearranged { $0[step] }
      let results = try graph(inputs)
      outputs.append(try tensor(outputName, of: results))
      for (state, last) in zip(stateNames, graph.outputs.dropFirst()) { inputs[state] = results[last.name] }
    }
    return Tensor(concatenating: outputs.map { $0.reshaped(to: Shape([1] + $0.shape.dimensions)) }, axis: 0)
  }

  /// Zeros for all inputs but the data and the lengths.
  private func firstStates(rowCount: Int) -> [String: ONNXValue] {
    var states: [String: ONNXValue] = [:]
    for input in graph.inputs where input.name != dataName && input.name != "sequence_lens" {
      let sizes = (input.dimensions ?? []).map { if case .fixed(let size) = $0 { size } else { rowCount } }
      states[input.name] = .tensor(Tensor(zeros: Shape(sizes)))
    }
    return states
  }

  private func tensor(_ name: String, of results: [String: ONNXValue]) throws(ONNXError) -> Tensor {
    guard let tensor = results[name]?.tensor else {
      throw ONNXError(path: "graph", place: "output '\(name)'", problem: "is no tensor of numbers")
    }
    return tensor
  }
}

extension Tensor {
  /// `[N, T, …]` of `[T, N, …]`, and back.
  fileprivate var exchangingFirstAxes: Tensor {
    permuted([1, 0] + (2..<shape.rank))
  }
}
