public import RecurrentFormats
public import RecurrentLayers
import RecurrentTensor

/// A model of Keras as a network that runs here, with an account of what became of each of its weights.
public struct KerasModel: Sendable {
  /// The name that the model has in Keras.
  public let name: String
  /// The network.
  public let network: SequenceNetwork
  /// What became of each tensor of the file. Its unexplained entries are weights that the network has no place for.
  public let audit: ConversionAudit
  /// What differs in training or in use, a line each: dropout inside cells, masks, states kept between batches.
  public let notes: [String]
}

extension KerasFile {
  /// The model, with its weights.
  /// - Throws: `KerasError` of the kind `weightsAlone` where the file does not say of what model its weights are.
  public func model() throws(KerasError) -> KerasModel {
    guard let configuration else { throw KerasError(.weightsAlone, file: path) }
    return try model(configuration: configuration)
  }

  /// The model of a configuration, such as Keras' `model.to_json()` gives, with the weights of this file.
  public func model(configuration json: JSONValue) throws(KerasError) -> KerasModel {
    do throws(KerasError) {
      let configuration = try KerasConfiguration(json)
      let translation = try KerasTranslation(configuration, isBeforeKeras3: isBeforeKeras3)
      let description = try translation.description()
      let variables = try KerasVariables(weights, configuration)
      var reader = KerasWeightReader(weights, variables)
      var tensors: [[Tensor]?] = []
      for (index, (element, recipe)) in zip(description.elements, translation.recipes).enumerated() {
        tensors.append(try reader.tensors(index, element, recipe))
      }
      let lines = reader.audit.unexplained.map(\.line)
      guard lines.isEmpty, case let present = tensors.compactMap({ $0 }), present.count == tensors.count else {
        throw KerasError(.badWeights(lines))
      }
      reader.noteRest()
      return KerasModel(
        name: configuration.modelName, network: try Self.network(description, present.flatMap { $0 }),
        audit: reader.audit, notes: translation.notes)
    } catch {
      throw error.inFile(path)
    }
  }

  /// The network that a description and the weights of this file make, where the file says nothing of its model. The layers must
  /// be in the order in which `KerasWriter` writes them.
  public func model(of description: NetworkDescription) throws(KerasError) -> KerasModel {
    try model(configuration: KerasWriter(description, name: "model").configuration())
  }

  private var isBeforeKeras3: Bool {
    guard let major = kerasVersion?.prefix(while: { $0 != "." }) else { return false }
    return Int(major).map { $0 < 3 } ?? false
  }

  private static func network(
    _ description: NetworkDescription, _ tensors: [Tensor]
  ) throws(KerasError) -> SequenceNetwork {
    var network = SequenceNetwork(description, key: RandomKey(seed: 0))
    let paths = network.tensors.map(\.path)
    do throws(ParameterLoadingError) {
      // Both are in the order of visiting.
      try network.load(Dictionary(zip(paths, tensors)) { first, _ in first })
    } catch {
      throw KerasError(.malformed("the weights do not fit the network: \(error)"))
    }
    return network
  }
}

extension ConversionAudit.Entry {
  /// What keeps this tensor from being taken, as part of a message.
  fileprivate var line: String {
    let name = target ?? sources.first ?? ""
    return switch verdict {
    case .wrongShape(let expected): "\(sources.first ?? name) has the shape \(shape), \(name) needs \(expected)"
    case .missing: "\(name) \(shape) is missing"
    default: "\(name) \(shape) has no place"
    }
  }
}
