public import RecurrentFormats

/// What a model is: the content of its `config.json`.
public struct ModelDescription: Hashable, Sendable {
  /// The task that it does: `forecast`.
  public var task: String
  /// The settings that it was made with, by name.
  public var settings: JSONObject
  /// What the task has to know of its data to use the model, such as scalers and names of columns.
  public var data: JSONObject
  /// How it was trained.
  public var training: JSONObject
  /// The version of the library that wrote it.
  public private(set) var libraryVersion: String
  /// The number of numbers in its parameters; 0 until it was written.
  public private(set) var parameterCount: Int

  /// The version of the layout of the folder. A reader takes this one and older ones.
  public static let formatVersion = 1

  /// What a model is that has just been trained.
  public init(task: String, settings: JSONObject, data: JSONObject, training: JSONObject) {
    self.task = task
    self.settings = settings
    self.data = data
    self.training = training
    libraryVersion = LibraryVersion.current
    parameterCount = 0
  }
}

extension ModelDescription {
  private static let format = "swift-recurrent model"

  func json(parameterCount: Int) -> JSONValue {
    [
      "format": .string(Self.format),
      "format_version": .integer(Self.formatVersion),
      "library_version": .string(libraryVersion),
      "task": .string(task),
      "parameters": .integer(parameterCount),
      "settings": .object(settings),
      "data": .object(data),
      "training": .object(training),
    ]
  }

  init(_ document: JSONValue, folder: String) throws(ModelFolderError) {
    guard document["format"]?.string == Self.format else {
      throw ModelFolderError(path: folder, reason: .malformed(key: "format"))
    }
    guard let version = document["format_version"]?.integer, version >= 1 else {
      throw ModelFolderError(path: folder, reason: .malformed(key: "format_version"))
    }
    guard version <= Self.formatVersion else {
      throw ModelFolderError(path: folder, reason: .newerFormat(version))
    }
    func member<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws(ModelFolderError) -> Value {
      guard let value = document[key].flatMap(read) else {
        throw ModelFolderError(path: folder, reason: .malformed(key: key))
      }
      return value
    }
    libraryVersion = try member("library_version", \.string)
    task = try member("task", \.string)
    parameterCount = try member("parameters", \.integer)
    settings = try member("settings", \.object)
    data = try member("data", \.object)
    training = try member("training", \.object)
  }
}
