import Foundation
public import RecurrentFormats
public import RecurrentLayers
import RecurrentTensor

/// A network without a task on disk: the folder of a model whose `config.json` lists its layers. Models of other systems are
/// kept so.
public enum NetworkFolder {
  /// What stands for the task in `config.json`.
  public static let task = "network"

  /// Loads a network.
  ///
  /// - Throws: `ModelFolderError`, or `ModelDataError` where `config.json` lists no layers that fit on each other.
  public static func read(_ folder: ModelFolder) throws -> SequenceNetwork {
    let description = try description(folder)
    // Before anything of these sizes is made: the file must hold as many numbers.
    let held = try folder.tensors().values.reduce(0) { $0 + $1.count }
    guard description.storedCount <= held else {
      throw ModelDataError(
        path: folder.path,
        problem: "the layers have \(description.storedCount) numbers, the weights' file \(held)")
    }
    var network = SequenceNetwork(description, key: RandomKey(seed: 0))
    try folder.load(into: &network)
    return network
  }

  /// The layers that `config.json` lists, without their weights.
  ///
  /// - Throws: `ModelDataError` where they are none, or do not fit on each other.
  public static func description(_ folder: ModelFolder) throws -> NetworkDescription {
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let layers = try (folder.description.data["layers"] ?? .null).text(.oneLine)
      return try decoder.decode(NetworkDescription.self, from: Data(layers.utf8))
    } catch let error as NetworkDescriptionError {
      throw ModelDataError(path: folder.path, problem: error.description)
    } catch {
      throw ModelDataError(path: folder.path, problem: "'layers' is no list of layers")
    }
  }

  /// Writes a network; a folder that is already there is replaced in one step.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - source: Where it comes from, kept as it is in `config.json`.
  ///   - files: Gives what is kept beside the weights, such as a card that tells people what the model is.
  ///   - path: The folder.
  public static func write(
    _ network: SequenceNetwork, from source: JSONObject = [:], files: (ModelDescription) -> [ModelFile] = { _ in [] },
    to path: String
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let layers = try JSONValue(parsing: Array(encoder.encode(network.description)))
    let description = ModelDescription(task: task, settings: [:], data: ["layers": layers], training: source)
    try ModelFolder.write(network, description, files: files(description), to: path)
  }
}
