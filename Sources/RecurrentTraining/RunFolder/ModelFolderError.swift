public import RecurrentFormats
public import RecurrentLayers

/// A model folder that cannot be used: which, why, and how to mend it, in one line.
public struct ModelFolderError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// There is no model at the path.
    case missing
    /// The path is the folder of a run that has not written its model yet.
    case unfinished
    /// A file was changed or is missing.
    case damaged(FolderError)
    /// `config.json` is not JSON.
    case configuration(JSONError)
    /// `config.json` lacks a key or has a value of another type there.
    case malformed(key: String)
    /// The model does another task.
    case otherTask(String, wanted: String)
    /// The model does a task that is none of those known.
    case unknownTask(String, known: [String])
    /// The folder was written by a later version of the library.
    case newerFormat(Int)
    /// The weights cannot be read.
    case weights(SafetensorsError)
    /// The weights are those of another model.
    case parameters(ParameterLoadingError)
    /// A file cannot be read.
    case file(FileError)
  }

  /// The folder, as the caller named it.
  public let path: String
  /// What is wrong.
  public let reason: Reason

  /// Makes the error from its parts.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }
}

extension ModelFolderError: CustomStringConvertible {
  /// One line: what, where, and the mend.
  public var description: String {
    let place = path.printable(limit: 400)
    let file = "\(place)/\(ModelFolder.configurationName)"
    return switch reason {
    case .missing:
      "\(place): there is no model; name the folder of a run, or one with config.json and model.safetensors"
    case .unfinished: "\(place): the run has not finished and has no model yet; go on with it by --resume"
    case .damaged(let error): error.description
    case .configuration(let error): error.description
    case .malformed(let key): "\(file): '\(key)' is missing or wrong, this is no model of this program; use another one"
    case .otherTask(let task, let wanted):
      "\(file): this model does the task '\(task.printable())', not '\(wanted)'; use one that was trained for it"
    case .unknownTask(let task, let known):
      "\(file): this model does the task '\(task.printable())', which is none of those known here "
        + "(\(known.joined(separator: ", "))); update the program"
    case .newerFormat(let version):
      "\(file): format version \(version) is newer than \(ModelDescription.formatVersion), the newest this program "
        + "(\(LibraryVersion.current)) reads; update the program"
    case .weights(let error): error.description
    case .parameters(let error):
      "\(place)/\(ModelFolder.weightsName): \(error.description); config.json and weights are not of one model"
    case .file(let error): error.description
    }
  }
}
