import RecurrentFormats

/// The calls of layers in a functional model, which must form one chain.
///
/// Where an embedding masks symbol 0, the model has a node `NotEqual` beside the chain that makes the mask; it is passed over.
struct KerasGraph {
  private static let maskClass = "NotEqual"

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
    let members = layers.indices.filter { layers[$0].className != Self.maskClass }
    for place in members where place != first {
      let layer = layers[place]
      let source = try self.source(of: place, layer)
      guard next.updateValue(place, forKey: source) == nil else {
        throw KerasError(
          .unsupported("two layers take its output; only models without branches are read"), layer: layers[source].name)
      }
    }
    var chain = [layers[first]]
    var place = first
    while let following = next[place], chain.count < members.count {
      chain.append(layers[following])
      place = following
    }
    guard chain.count == members.count, try place == end("output_layers", config) else {
      throw KerasError(.unsupported("the layers form no chain; only models without branches are read"))
    }
    // Weights are numbered in the order of the file.
    guard zip(chain, members).allSatisfy({ $0.name == layers[$1].name }) else {
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

  /// Whether a value is what a node says that compares the model's input with 0.
  private func isMask(_ value: JSONValue) -> Bool {
    guard let name = value["config"]?["keras_history"]?.array?.first?.string, let place = places[name],
      layers[place].className == Self.maskClass, let arguments = calls[place]?.array?.first?["args"]?.array,
      arguments.count == 2, arguments[1].number == 0,
      let source = arguments[0]["config"]?["keras_history"]?.array?.first?.string, let input = places[source]
    else { return false }
    return layers[input].className == "InputLayer"
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
        let isOff = value == .null || value.bool == false
        guard ["mask", "training", "initial_state"].contains(key), isOff || key == "mask" && isMask(value) else {
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
