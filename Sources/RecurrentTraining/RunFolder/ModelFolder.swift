public import RecurrentFormats
public import RecurrentLayers
public import RecurrentTensor

/// A trained model on disk: `config.json`, which says what it is, and `model.safetensors`, its weights under the paths
/// of the parameters.
public struct ModelFolder: Sendable {
  /// The folder with the two files.
  public let path: String
  /// What the model is.
  public let description: ModelDescription

  static let configurationName = "config.json"
  static let weightsName = "model.safetensors"

  /// Opens the model at `path`, which may also be the folder of a run that holds it as `model/`, and checks that no file
  /// was damaged.
  ///
  /// - Parameter task: The task that the model must be of, or nil for any.
  public init(_ path: String, task: String? = nil) throws(ModelFolderError) {
    self.path = try Self.locate(path)
    // A folder that was copied without its manifest is as good as the checks of its files.
    if Folders.kind(of: self.path + "/" + AtomicFolder.manifestName) != .missing {
      do throws(FolderError) {
        try FolderManifest.verify(self.path)
      } catch {
        throw ModelFolderError(path: path, reason: .damaged(error))
      }
    }
    description = try Self.readDescription(self.path)
    if let task, description.task != task {
      throw ModelFolderError(path: path, reason: .otherTask(description.task, wanted: task))
    }
  }

  private static func locate(_ path: String) throws(ModelFolderError) -> String {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    for candidate in [trimmed, trimmed + "/model"]
    where Folders.kind(of: candidate + "/" + configurationName) != .missing {
      return candidate
    }
    let isRun = Folders.kind(of: trimmed + "/" + RunFolder.configurationName) != .missing
    throw ModelFolderError(path: path, reason: isRun ? .unfinished : .missing)
  }

  private static func readDescription(_ folder: String) throws(ModelFolderError) -> ModelDescription {
    let file = folder + "/" + configurationName
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try ReadableFile.bytes(ofFile: file, limit: 1 << 26)
    } catch {
      throw ModelFolderError(path: folder, reason: .file(error))
    }
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONValue(parsing: bytes, file: file)
    } catch {
      throw ModelFolderError(path: folder, reason: .configuration(error))
    }
    return try ModelDescription(document, folder: folder)
  }

  /// The weights by the paths of the parameters.
  public func tensors() throws(ModelFolderError) -> [String: Tensor] {
    do throws(SafetensorsError) {
      return try TensorFile.read(path + "/" + Self.weightsName)
    } catch {
      throw ModelFolderError(path: path, reason: .weights(error))
    }
  }

  /// Puts the weights into a model, which stays as it was if they do not fit.
  public func load(into model: inout some Module) throws(ModelFolderError) {
    let tensors = try tensors()
    do throws(ParameterLoadingError) {
      try model.load(tensors)
    } catch {
      throw ModelFolderError(path: path, reason: .parameters(error))
    }
  }

  /// The content of a file that is kept beside the weights.
  ///
  /// - Parameters:
  ///   - name: The name of the file.
  ///   - limit: The largest size in bytes that is read.
  public func bytes(of name: String, limit: Int = 1 << 28) throws(ModelFolderError) -> [UInt8] {
    do throws(FileError) {
      return try ReadableFile.bytes(ofFile: path + "/" + name, limit: limit)
    } catch {
      throw ModelFolderError(path: path, reason: .file(error))
    }
  }

  /// Writes a model; a folder that is already there is replaced in one step. The same model gives the same bytes.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - description: What it is.
  ///   - files: What is kept beside the weights.
  ///   - path: The folder.
  /// - Throws: `FileError`, or `JSONWritingError` where the description holds a number that is not finite.
  public static func write(
    _ model: some Module, _ description: ModelDescription, files: [ModelFile] = [], to path: String
  ) throws {
    try write(model, description, files: files, to: path, system: OperatingSystem())
  }

  package static func write(
    _ model: some Module, _ description: ModelDescription, files: [ModelFile] = [], to path: String,
    system: any FileSystem
  ) throws {
    let text = try description.json(parameterCount: model.parameterCount).text(.pretty) + "\n"
    try AtomicFolder.write(to: path, replacing: Folders.kind(of: path) == .folder, system: system) { folder in
      try folder.writeFile(configurationName, text)
      try TensorFile.write(model.namedTensors, to: weightsName, in: &folder)
      for file in files {
        if file.isForPeople {
          try folder.writeUnlistedFile(file.name, file.bytes)
        } else {
          try folder.writeFile(file.name, file.bytes)
        }
      }
    }
  }
}

/// A file that is kept with a model beside its weights, such as `tokenizer.json`.
public struct ModelFile: Hashable, Sendable {
  /// The name within the folder.
  public let name: String
  /// The content.
  public let bytes: [UInt8]
  /// Whether it is there to be read and changed by people, so that another content is no damage.
  public var isForPeople = false

  /// A file of some bytes.
  public init(_ name: String, _ bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// A JSON file.
  ///
  /// - Throws: `JSONWritingError` where a number is not finite.
  public init(_ name: String, _ value: JSONValue) throws {
    self.init(name, Array((try value.text(.pretty) + "\n").utf8))
  }
}
