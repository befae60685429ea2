import RecurrentFormats

/// A layer as a configuration has it: its class, its name and its options.
struct KerasLayer {
  let className: String
  let options: KerasOptions

  var name: String { options.layer }

  /// The name that its weights have in a file: the class in lower case, words joined by `_`, as Keras derives it.
  var weightName: String { Self.snakeCase(className) }

  /// Keras separates words before a capital that a small letter follows, and after a small letter that a capital follows.
  static func snakeCase(_ name: String) -> String {
    let letters = Array(name)
    var result = ""
    for (index, letter) in letters.enumerated() {
      let isSmallNext = index + 1 < letters.count && letters[index + 1].isLowercase
      let isSmallBefore = index > 0 && letters[index - 1].isLowercase
      if index > 0, letter.isUppercase, isSmallNext || isSmallBefore { result += "_" }
      result += letter.lowercased()
    }
    return result
  }
}

/// What the configuration of a model says: a list of layers, each the input of the next.
struct KerasConfiguration {
  let modelName: String
  /// The layers in the order of the file, inputs among them.
  let layers: [KerasLayer]
  /// The shape that a sequential model without an input layer was built for.
  let buildInputShape: JSONValue?

  /// Reads the configuration of a sequential model, or of a functional one without branches.
  init(_ json: JSONValue) throws(KerasError) {
    guard let className = json["class_name"]?.string, let config = json["config"]?.object else {
      throw KerasError(.malformed("the configuration has no class_name and config"))
    }
    try KerasCodeCheck.check(json)
    buildInputShape = config["build_input_shape"] == .null ? nil : config["build_input_shape"]
    guard let list = config["layers"]?.array else {
      throw KerasError(
        .unsupported("the model is a '\(className.printable())'; only Sequential and functional models are read"))
    }
    modelName = config["name"]?.string ?? "model"
    var layers: [KerasLayer] = []
    for json in list { layers.append(try Self.layer(json)) }
    switch className {
    case "Sequential": self.layers = layers
    case "Functional", "Model": self.layers = try KerasGraph(list, layers).chain(config)
    default:
      throw KerasError(
        .unsupported(
          "the model is of the class '\(className.printable())'; only Sequential and functional models are read"))
    }
    var names: Set<String> = []
    for layer in layers where !names.insert(layer.name).inserted {
      throw KerasError(.malformed("two layers have one name"), layer: layer.name)
    }
  }

  /// Reads a layer, or the layer that another wraps.
  static func layer(_ json: JSONValue) throws(KerasError) -> KerasLayer {
    guard let className = json["class_name"]?.string, let config = json["config"]?.object,
      let name = config["name"]?.string ?? json["name"]?.string
    else { throw KerasError(.malformed("a layer has no class_name, config and name")) }
    return KerasLayer(className: className, options: KerasOptions(layer: name, config))
  }
}

/// Refuses whatever names code outside Keras. Nothing of a configuration is ever run; this says so where it would be needed.
enum KerasCodeCheck {
  private static let modules = ["keras", "tensorflow.keras", "tf_keras"]

  /// Checks a value and all that is in it. The reader of JSON limits how deep that can be.
  static func check(_ json: JSONValue) throws(KerasError) {
    switch json {
    case .array(let elements):
      for element in elements { try check(element) }
    case .object(let object):
      let className = object["class_name"]?.string
      if let module = object["module"]?.string, className != nil {
        guard modules.contains(where: { module == $0 || module.hasPrefix($0 + ".") }) else {
          throw KerasError(.code("'\(className?.printable() ?? "")' of the module '\(module.printable())'"))
        }
      }
      if let registered = object["registered_name"]?.string, registered.contains(">") {
        throw KerasError(.code("'\(registered.printable())'"))
      }
      if let className, ["Lambda", "__lambda__", "function"].contains(className) {
        throw KerasError(.code("a '\(className)'"), layer: object["config"]?["name"]?.string)
      }
      // How the model was trained is not read.
      for (key, value) in object where key != "compile_config" { try check(value) }
    default: break
    }
  }
}
