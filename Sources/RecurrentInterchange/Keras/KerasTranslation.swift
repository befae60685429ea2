import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// How Keras' `Flatten` orders the features of a vector: step by step. Ours goes channel by channel.
struct StepMajorOrder: Hashable {
  let steps: Int
  let size: Int
}

/// Where the weights of one layer of a network come from.
struct KerasRecipe {
  enum Kind {
    case none
    case embedding
    case recurrent(RecurrentDescription)
    case linear(order: StepMajorOrder?)
    case convolution
    case batchNormalization(center: Bool, scale: Bool, order: StepMajorOrder?)
    case layerNormalization(center: Bool, scale: Bool, order: StepMajorOrder?)
  }

  /// The place of the layer in the configuration.
  let place: Int
  let kind: Kind
}

/// Translates Keras' layers, one after another, into those of a `NetworkDescription`.
struct KerasTranslation {
  /// What flows between layers, as far as it is known.
  enum Flow {
    /// `[N, count]`: symbols, or vectors, as the first layer takes it.
    case rows(count: Int?)
    /// `[N, steps, size]`
    case sequence(steps: Int?, size: Int)
    /// `[N, size]`
    case vectors(size: Int)

    var size: Int? {
      switch self {
      case .rows(let count): count
      case .sequence(_, let size), .vectors(let size): size
      }
    }

    var rank: Int { if case .sequence = self { 3 } else { 2 } }
  }

  private(set) var elements: [NetworkDescription.Element] = []
  private(set) var recipes: [KerasRecipe] = []
  private(set) var notes: [String] = []
  let isBeforeKeras3: Bool
  var flow: Flow?
  /// The order of the features of a vector, where it is not ours.
  var order: StepMajorOrder?
  private(set) var place = 0
  private var names: Set<String>

  /// Translates a whole model.
  init(_ configuration: KerasConfiguration, isBeforeKeras3: Bool) throws(KerasError) {
    self.isBeforeKeras3 = isBeforeKeras3
    names = Set(configuration.layers.map(\.name))
    flow = try configuration.inputShape.map(Self.flow)
    for (place, layer) in configuration.layers.enumerated() {
      self.place = place
      try translate(layer)
      if let policy = layer.options.policy, policy != "float32", layer.className != "InputLayer" {
        note(layer, "its numbers are those of '\(policy.printable())' in Keras; here they are float32")
      }
    }
    if let order, order.steps > 1, order.size > 1 {
      throw KerasError(
        .unsupported("the flattened steps come out of the model, in an order that differs; end it with a Dense layer"))
    }
  }

  /// The description of the network.
  func description() throws(KerasError) -> NetworkDescription {
    do throws(NetworkDescriptionError) {
      return try NetworkDescription(elements)
    } catch {
      throw KerasError(.network(error))
    }
  }

  /// Adds a layer of the network; its name is that of the Keras layer, with `part` behind it for a second one.
  mutating func add(
    _ layer: KerasLayer, part: String? = nil, _ element: NetworkLayer, _ kind: KerasRecipe.Kind = .none
  ) {
    var name = layer.name
    if let part {
      name += "_" + part
      while !names.insert(name).inserted { name += "_" }
    }
    elements.append(.init(name, element))
    recipes.append(KerasRecipe(place: place, kind: kind))
  }

  /// Adds a remark for the user.
  mutating func note(_ layer: KerasLayer, _ text: String) {
    let line = "layer '\(layer.name.printable())': \(text)"
    // Both directions of a layer have the same to say.
    if notes.last != line { notes.append(line) }
  }

  /// What goes into a model, from the shape with its batch axis.
  static func flow(_ shape: [Int?]) throws(KerasError) -> Flow {
    switch shape.count {
    case 2: return .rows(count: shape[1])
    case 3:
      guard let size = shape[2] else {
        throw KerasError(.unsupported("the input has no fixed number of features; give it in the Input layer"))
      }
      return .sequence(steps: shape[1], size: size)
    default:
      throw KerasError(
        .unsupported("the input has \(shape.count) axes; only [batch, steps, features] and [batch, steps] are read"))
    }
  }
}

extension KerasConfiguration {
  /// The shape of the model's input with its batch axis, nil where it is nowhere stated.
  var inputShape: [Int?]? {
    get throws(KerasError) {
      guard let first = layers.first else { throw KerasError(.malformed("the model has no layers")) }
      guard let shape = first.options["batch_shape"] ?? first.options["batch_input_shape"] ?? buildInputShape else {
        return nil
      }
      guard let list = shape.array ?? shape["items"]?.array, (2...8).contains(list.count) else {
        throw KerasError(.malformed("the shape of the input is no list of lengths"), layer: first.name)
      }
      var lengths: [Int?] = []
      for value in list {
        guard value == .null || value.integer.map((1...1 << 24).contains) == true else {
          throw KerasError(.malformed("the shape of the input is no list of lengths"), layer: first.name)
        }
        lengths.append(value.integer)
      }
      return lengths
    }
  }
}
