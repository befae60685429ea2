import RecurrentFormats
import RecurrentLayers

// The configuration as Keras' `model.to_json()` has it, without what Keras fills in by itself.
extension KerasPlan {
  /// The configuration of a sequential model of these layers.
  func configuration(name: String, of description: NetworkDescription) -> JSONValue {
    let shape = Self.inputShape(description)
    var input: JSONObject = ["batch_shape": shape, "dtype": "float32", "name": "input"]
    if case .tokens = description.input { input["dtype"] = "int32" }
    var names = Set(layers.map(\.name))
    var inputName = "input"
    while !names.insert(inputName).inserted { inputName += "_" }
    input["name"] = .string(inputName)

    let all =
      [Self.json("InputLayer", input)]
      + layers.map { layer in
        var options: JSONObject = ["name": .string(layer.name)]
        for (key, value) in layer.options { options[key] = value }
        return Self.json(layer.className, options)
      }
    return [
      "module": "keras", "class_name": "Sequential",
      "config": ["name": .string(name), "trainable": true, "layers": .array(all), "build_input_shape": shape],
      "registered_name": nil, "build_config": ["input_shape": shape],
    ]
  }

  /// A layer as Keras serialises it.
  static func json(_ className: String, _ options: JSONObject) -> JSONValue {
    [
      "module": "keras.layers", "class_name": .string(className), "config": .object(options), "registered_name": nil,
    ]
  }

  /// Any number of rows and, but for a network that flattens them, of steps.
  private static func inputShape(_ description: NetworkDescription) -> JSONValue {
    let steps = stepCount(description).map(JSONValue.integer) ?? nil
    return switch description.input {
    case .tokens: [nil, steps]
    case .sequence(let size): [nil, steps, .integer(size)]
    case .vectors(let size): [nil, .integer(size)]
    }
  }

  /// The fewest steps that come to as many as a network flattens; nil where it does not, or where that is no number that fits.
  private static func stepCount(_ description: NetworkDescription) -> Int? {
    guard
      let end = description.elements.firstIndex(where: { if case .flatten = $0.layer { true } else { false } }),
      case .flatten(var steps) = description.elements[end].layer
    else { return nil }
    for element in description.elements[..<end].reversed() {
      let (stride, rest) = element.layer.window
      let (product, overflow) = (steps - 1).multipliedReportingOverflow(by: stride)
      guard !overflow, product < 1 << 40, rest < 1 << 40 else { return nil }
      steps = product + rest + 1
    }
    return steps
  }
}

extension NetworkLayer {
  /// How far apart windows are, and how many steps at the end begin none.
  fileprivate var window: (stride: Int, rest: Int) {
    switch self {
    case .convolution(let window):
      let reach = window.dilation.multipliedReportingOverflow(by: window.kernelSize - 1).partialValue
      return switch window.padding {
      case .valid: (window.stride, reach)
      case .zeros(let count): (window.stride, reach - 2 * count)
      case .same, .causal: (window.stride, 0)
      }
    case .maxPooling(let window), .averagePooling(let window):
      return (window.stride, window.kernelSize - 1 - 2 * window.padding)
    default: return (1, 0)
    }
  }
}
