import RecurrentFormats

/// The calls of layers in a functional model, which must form one chain.
struct KerasGraph {
  private let layers: [KerasLayer]
  private let calls: [JSONValue?]
  private var places: [String: Int] = [:]

  init(_ list: [JSONValue], _ layers: [KerasLayer]) {
    self.layers = layers
    calls = list.map { $0["inbound_nodes"] }
    for (place, layer) in layers.enumerated() { places[layer.name] = place }
  }

  /// The layers from the model's input to its output.
  func chain(_ config: JSONObject) throws(KerasError) -> [KerasLayer] {
    let first = try end("input_layers", config)
    var next: [Int: Int] = [:]
    for (place, layer) in layers.enumerated() where place != first {
      let source = try self.source(of: place, layer)
      guard next.updateValue(place, forKey: source) == nil else {
        throw KerasError(
          .unsupported("two layers take its output; only models without branches are read"), layer: layers[source].name)
      }
    }
    var chain = [layers[first]]
    var place = first
    while let following = next[place], chain.count < layers.count {
      chain.append(layers[following])
      place = following
    }
    guard chain.count == layers.count, try place == end("output_layers", config) else {
      throw KerasError(.unsupported("the layers form no chain; only models without branches are read"))
    }
    // Weights are numbered in the order of the file.
    guard zip(chain, layers).allSatisfy({ $0.name == $1.name }) else {
      throw KerasError(.unsupported("the layers are not listed in the order in which they are called"))
    }
    return chain
  }

  /// The one layer at an end of the model: `["name", 0, 0]`, or a list of one such triple.
  private func end(_ key: String, _ config: JSONObject) throws(KerasError) -> Int {
    var value = config[key]
    if let list = value?.array, list.count == 1 { value = list[0] }
    guard let triple = value?.array, triple.count == 3, let name = triple[0].string, let place = places[name],
      triple[1].integer == 0, triple[2].integer == 0
    else {
      throw KerasError(.unsupported("the model has several inputs or outputs; only models with one of each are read"))
    }
    return place
  }

  /// The layer whose output a layer takes.
  private func source(of place: Int, _ layer: KerasLayer) throws(KerasError) -> Int {
    func unsupported(_ what: String) -> KerasError { KerasError(.unsupported(what), layer: layer.name) }
    guard let calls = calls[place]?.array, calls.count == 1 else {
      throw unsupported("it is not called exactly once; only models without branches are read")
    }
    let history: JSONValue?
    if let call = calls[0].object {
      for (key, value) in call["kwargs"]?.object ?? [:] {
        guard ["mask", "training", "initial_state"].contains(key), value == .null || value.bool == false else {
          throw unsupported("it is called with '\(key.printable())'; only calls with one tensor are read")
        }
      }
      guard let arguments = call["args"]?.array, arguments.count == 1 else {
        throw unsupported("it is called with several tensors; only calls with one are read")
      }
      history = arguments[0]["config"]?["keras_history"]
    } else {
      // The older form: a list of ["name", 0, 0, {}].
      guard let inputs = calls[0].array, inputs.count == 1, let input = inputs[0].array,
        input.count == 3 || input.count == 4 && input[3].object?.isEmpty == true
      else { throw unsupported("it is called with several tensors; only calls with one are read") }
      history = .array(Array(input.prefix(3)))
    }
    guard let triple = history?.array, triple.count == 3, let name = triple[0].string, let source = places[name],
      triple[1].integer == 0, triple[2].integer == 0
    else { throw KerasError(.malformed("its call names no layer"), layer: layer.name) }
    return source
  }
}
