public import RecurrentFormats
public import RecurrentLayers
public import RecurrentTraining

/// The settings of a task: its own, and those of the training that every task shares.
public protocol TaskConfiguration: Settings {
  /// How the model is trained.
  var training: TrainingConfiguration { get set }
}

/// A trained thing with all it needs to be used: settings, vocabularies, labels, scales, and the network.
///
/// ```swift
/// let forecaster = try Forecaster(modelFolder: "runs/0001-forecast")
/// ```
public protocol TaskModel: Sendable {
  /// The settings of its task.
  associatedtype Configuration: TaskConfiguration
  /// What is trained.
  associatedtype Network: Module

  /// The name of the task: that of `recurrent train NAME`, and the one in a model's `config.json`.
  static var task: String { get }

  /// The settings it was trained with.
  var configuration: Configuration { get }
  /// The network.
  var network: Network { get set }
  /// The files that are kept beside the weights, such as `tokenizer.json`.
  var modelFiles: [ModelFile] { get }
  /// What a person wants to know of it beside its tensors and settings, under titles.
  var information: [InformationSection] { get }

  /// What `config.json` keeps beside the settings to use the model.
  func modelData() throws -> JSONObject

  /// Loads a model.
  ///
  /// - Throws: `ModelFolderError`, `ModelDataError`, and errors of the files beside the weights.
  init(_ folder: ModelFolder) throws
}

/// Facts about a model under a title.
public struct InformationSection: Sendable {
  /// The title.
  public let title: String
  /// Names and values.
  public let members: JSONObject

  /// Facts under a title.
  public init(_ title: String, _ members: JSONObject) {
    self.title = title
    self.members = members
  }
}

extension TaskModel {
  /// No files but the weights.
  public var modelFiles: [ModelFile] { [] }
  /// Nothing.
  public var information: [InformationSection] { [] }

  /// Loads the model of a run's folder, or of its `model/`.
  ///
  /// - Throws: See `init(_:)`.
  public init(modelFolder path: String) throws {
    try self.init(try ModelFolder(path, task: Self.task))
  }

  /// The content of `config.json` for this model.
  public func modelDescription(trainedBy training: JSONObject) throws -> ModelDescription {
    ModelDescription(
      task: Self.task, settings: configuration.resultSettings, data: try modelData(), training: training)
  }

  /// Writes the model with a card that tells people what it is; a folder that is already there is replaced in one step.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - training: How the model was trained.
  public func write(to path: String, trainedBy training: JSONObject) throws {
    let description = try modelDescription(trainedBy: training)
    let card = ModelCard(description, files: modelFiles.map(\.name)).file
    try ModelFolder.write(network, description, files: modelFiles + [card], to: path)
  }

  /// The settings that a model was trained with.
  public static func configuration(of folder: ModelFolder) throws(ModelDataError) -> Configuration {
    var settings = Configuration()
    do throws(SettingError) {
      try settings.apply(
        try SettingAssignment.list(from: .object(folder.description.settings), file: folder.path + "/config.json"))
    } catch {
      throw ModelDataError(path: folder.path, problem: error.description)
    }
    return settings
  }
}
