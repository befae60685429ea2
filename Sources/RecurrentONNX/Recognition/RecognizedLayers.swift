import RecurrentInterchange
import RecurrentLayers
import RecurrentTensor

/// A layer that has been recognised.
struct RecognizedLayer {
  var name: String
  /// What it is; of recurrent layers `recurrent` says it.
  var layer: NetworkLayer
  /// Its tensors in the order in which the layer visits them.
  var weights: [RecognizedWeight] = []
  /// The layers of a recurrent stack.
  var recurrent: [RecognizedRecurrentLayer] = []
}

/// A tensor of a layer.
struct RecognizedWeight {
  /// The name in the file; nil for what the file leaves out.
  let source: String?
  let values: Tensor
  let actions: [ConversionAudit.Action]

  /// A tensor that the file has.
  init(_ numbers: NamedNumbers, _ values: Tensor? = nil, _ actions: [ConversionAudit.Action] = []) {
    source = numbers.name
    self.values = values ?? numbers.values
    self.actions = actions + numbers.conversion
  }

  /// A tensor that the file leaves out.
  init(filling values: Tensor) {
    source = nil
    self.values = values
    actions = [.filled]
  }
}

/// One recurrent layer, its weights in the order of the network.
struct RecognizedRecurrentLayer {
  var description: RecurrentDescription
  let directions: [DirectionWeights]
  /// Which tensors of the file became those whose names begin with these words, and how.
  let sources: [(words: [String], numbers: NamedNumbers, actions: [ConversionAudit.Action])]
}

extension NamedNumbers {
  /// What is said of a tensor of another type.
  var conversion: [ConversionAudit.Action] { convertedFrom.map { [.converted(from: $0)] } ?? [] }
}

extension NetworkRecognizer {
  /// The network of the layers, and what became of each tensor of the file.
  func makeNetwork() throws(ONNXError) -> (SequenceNetwork, ConversionAudit) {
    var audit = ConversionAudit()
    do {
      let description = try NetworkDescription(
        layers.map { part in
          .init(part.name, part.recurrent.isEmpty ? part.layer : .recurrent(layers: part.recurrent.map(\.description)))
        })
      var network = SequenceNetwork(description, key: RandomKey(seed: 0))
      var tensors: [String: Tensor] = [:]
      for (index, layer) in layers.enumerated() {
        let names = NamedTensors(network.layers[index], index: index)
        for (weight, name) in zip(layer.weights, names.names) {
          tensors[name] = weight.values
          audit.took(weight.source.map { [$0] } ?? [], as: name, shape: weight.values.shape.dimensions, weight.actions)
        }
        guard case .recurrent(let stack) = network.layers[index] else { continue }
        for (layer, names) in zip(layer.recurrent, names.names(of: stack)) {
          let made = try layer.description.makeLayer(layer.directions).tensors
          for (name, (_, values)) in zip(names, made) {
            tensors[name] = values
            note(name, values.shape.dimensions, of: layer, &audit)
          }
        }
      }
      try network.load(tensors)
      noteRest(&audit)
      return (network, audit)
    } catch {
      throw ONNXError(path: model.path, place: nil, problem: "the layers of the graph do not fit together: \(error)")
    }
  }

  private func note(
    _ name: String, _ shape: [Int], of layer: RecognizedRecurrentLayer, _ audit: inout ConversionAudit
  ) {
    let last = name.split(separator: ".").last.map { String($0) } ?? name
    let source = layer.sources.first { $0.words.contains { last.hasPrefix($0) } }
    audit.took(source.map { [$0.numbers.name] } ?? [], as: name, shape: shape, source?.actions ?? [.filled])
  }

  /// Numbers of the file that no layer has taken.
  private func noteRest(_ audit: inout ConversionAudit) {
    let taken = Set(audit.entries.flatMap(\.sources))
    for tensor in model.graph.initializer where !taken.contains(tensor.name) {
      guard case .numbers(let numbers)? = findings[tensor.name] else { continue }
      let shape = numbers.values.shape.dimensions
      let verdict: ConversionAudit.Verdict =
        settings.contains(tensor.name) ? .skipped("says how to compute; the network does so by itself") : .unused
      audit.note(.init(sources: [tensor.name], target: nil, shape: shape, verdict: verdict))
    }
  }
}
