import RecurrentLayers
import RecurrentONNX
import RecurrentTensor

/// A run of a network under the names and layouts that its graph has in a file.
struct NamedRun {
  let network: SequenceNetwork
  let options: ONNXWritingOptions
  /// Sequences and states as the graph takes them.
  var numbers: [String: Tensor] = [:]
  /// Tokens in the graph's layout.
  var tokens: [Int32] = []
  var tokenShape: [Int] = []
  var lengths: [Int]?

  /// The outputs of the graph, computed by the network.
  func outputs() throws -> [String: Tensor] {
    let (output, states) = network(try input(), from: firstStates())
    var found = ["output": arranged(output)]
    for (element, state) in zip(recurrentElements, states) {
      for (number, pair) in zip(element.layers, state.layers).enumerated() {
        let parts = pair.0.directionCount == 1 ? [pair.1.components] : halves(pair.1.components)
        for (place, letter) in letters(pair.0).enumerated() {
          found["\(element.name).\(letter)_n_l\(number)"] = Tensor(stacking: parts.map { $0[place] })
        }
      }
    }
    return found
  }

  private func input() throws -> NetworkValue {
    guard case .tokens = network.description.input else {
      let x = numbers["input"] ?? Tensor(zeros: [0, 0, 0])
      if options.form == .oneStep { return .sequence(SequenceBatch(Tensor(stacking: [x]))) }
      return .sequence(
        options.isBatchMajor ? SequenceBatch(batchMajor: x, lengths: lengths) : SequenceBatch(x, lengths: lengths))
    }
    let shape = options.form == .oneStep ? [1] + tokenShape : tokenShape
    let (steps, rows) = options.isBatchMajor ? (shape[1], shape[0]) : (shape[0], shape[1])
    return .tokens(
      TokenBatch(
        (0..<rows).map { row in
          (0..<(lengths?[row] ?? steps)).map { step in
            tokens[options.isBatchMajor ? row * steps + step : step * rows + row]
          }
        }))
  }

  private func arranged(_ output: NetworkValue) -> Tensor {
    switch output {
    case .vectors(let vectors): return vectors
    case .sequence(let sequence):
      if options.form == .oneStep { return sequence.values[0] }
      return options.isBatchMajor ? sequence.batchMajor : sequence.values
    case .tokens: return Tensor(zeros: [0])
    }
  }

  // MARK: States

  private var recurrentElements: [(name: String, layers: [RecurrentDescription])] {
    network.description.elements.compactMap { element in
      guard case .recurrent(let layers) = element.layer else { return nil }
      return (element.name, layers)
    }
  }

  private func letters(_ layer: RecurrentDescription) -> [String] {
    if case .lstm = layer.cell { ["h", "c"] } else { ["h"] }
  }

  private func halves(_ parts: [Tensor]) -> [[Tensor]] {
    [Array(parts[..<(parts.count / 2)]), Array(parts[(parts.count / 2)...])]
  }

  private func firstStates() -> SequenceNetwork.States? {
    guard options.carriesStates || options.form == .oneStep else { return nil }
    return recurrentElements.map { element in
      StackState(
        layers: element.layers.enumerated().map { number, layer in
          let parts = letters(layer).map { numbers["\(element.name).\($0)_0_l\(number)"] ?? Tensor(zeros: [0]) }
          return AnyState(components: (0..<layer.directionCount).flatMap { direction in parts.map { $0[direction] } })
        })
    }
  }
}
