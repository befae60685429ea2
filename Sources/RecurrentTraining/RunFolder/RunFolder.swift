public import RecurrentFormats

/// The folder of one run, held by this process alone as long as the value lives.
///
/// ```
/// runs/0001-forecast/
///   config.yaml          every setting        environment.json   what the run was made with
///   metrics.csv          a row for each epoch
///   checkpoints/         step-00000100/ …     last, best         names of folders
///   model/               config.json, model.safetensors
/// ```
public final class RunFolder: Sendable {
  /// The folder.
  public let path: String

  private let lock: FolderLock
  let system: any FileSystem

  static let configurationName = "config.yaml"
  private static let environmentName = "environment.json"

  private init(path: String, system: any FileSystem) throws(RunFolderError) {
    self.path = path
    self.system = system
    lock = try FolderLock(path)
  }

  /// The file with every setting.
  public var configurationPath: String { path + "/" + Self.configurationName }
  /// What the run was made with.
  public var environmentPath: String { path + "/" + Self.environmentName }
  /// The table with a row for each epoch.
  public var metricsPath: String { path + "/metrics.csv" }
  /// The trained model.
  public var modelPath: String { path + "/model" }
  /// The folder of the checkpoints.
  public var checkpointsPath: String { path + "/checkpoints" }

  /// Makes the folder of a new run, and clears away what a process has left in it that was killed before it began.
  ///
  /// - Throws: `RunFolderError`: `exists` unless nothing, or an empty folder, stands at the path; `inUse`; `file`.
  public static func create(at path: String) throws(RunFolderError) -> RunFolder {
    try create(at: path, system: OperatingSystem())
  }

  package static func create(at path: String, system: any FileSystem) throws(RunFolderError) -> RunFolder {
    let path = trimmed(path)
    if Folders.kind(of: path) == .other || !isUnused(path) { throw RunFolderError(path: path, reason: .exists) }
    do throws(FileError) {
      try Folders.makeWithParents(path, system: system)
    } catch {
      throw RunFolderError(path: path, reason: .file(error))
    }
    let folder = try RunFolder(path: path, system: system)
    // Two processes may both have found it empty: the lock decides, and the loser sees the winner's files.
    guard isUnused(path) else { throw RunFolderError(path: path, reason: .exists) }
    try folder.recover()
    return folder
  }

  /// Whether a folder is empty, but for what a run leaves that is killed before it has written its settings.
  private static func isUnused(_ path: String) -> Bool {
    Folders.names(in: path).allSatisfy { name in
      name == FolderLock.fileName || name == environmentName || name.hasPrefix(".tmp-")
    }
  }

  /// Makes the folder of a new run with the next free number: `runs/0001-forecast`.
  public static func createNumbered(in parent: String = "runs", task: String) throws(RunFolderError) -> RunFolder {
    let system = OperatingSystem()
    do throws(FileError) {
      try Folders.makeWithParents(parent, system: system)
    } catch {
      throw RunFolderError(path: parent, reason: .file(error))
    }
    // Longer numbers are not ours, and could not be counted on from.
    let numbers = Folders.names(in: parent).map { $0.prefix { ("0"..."9").contains($0) } }.filter { $0.count <= 9 }
    var number = numbers.compactMap { Int($0) }.max() ?? 0
    while true {
      number += 1
      let digits = String(number)
      let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      do throws(RunFolderError) {
        return try create(at: "\(parent)/\(padded)-\(task)", system: system)
      } catch  where error.reason == .exists || error.reason == .inUse {
        // Another process was faster.
        continue
      }
    }
  }

  /// Opens the folder of a run to go on with it, and clears away what a killed process has left unfinished.
  public static func open(at path: String) throws(RunFolderError) -> RunFolder {
    try open(at: path, system: OperatingSystem())
  }

  package static func open(at path: String, system: any FileSystem) throws(RunFolderError) -> RunFolder {
    let path = trimmed(path)
    guard Folders.kind(of: path) == .folder else { throw RunFolderError(path: path, reason: .missing) }
    guard Folders.kind(of: path + "/" + configurationName) == .other else {
      throw RunFolderError(path: path, reason: .notARun)
    }
    let folder = try RunFolder(path: path, system: system)
    try folder.recover()
    return folder
  }

  /// Clears away what a process has left unfinished that was killed here.
  private func recover() throws(RunFolderError) {
    do throws(FileError) {
      for place in [path, checkpointsPath] where Folders.kind(of: place) == .folder {
        try AtomicFolder.recover(in: place, system: system)
      }
    } catch {
      throw RunFolderError(path: path, reason: .file(error))
    }
  }

  /// Writes `config.yaml` and `environment.json`, before the first step.
  ///
  /// - Parameters:
  ///   - configuration: All settings as YAML.
  ///   - environment: What the run was made with: versions, instruction set, threads. Nothing reads it back.
  public func begin(configuration: String, environment: JSONObject) throws {
    let environment = try JSONValue.object(environment).text(.pretty) + "\n"
    try AtomicFile.write(Array(environment.utf8), to: environmentPath, system: system)
    // Last, because a folder without it is not a run.
    try AtomicFile.write(Array(configuration.utf8), to: configurationPath, system: system)
  }

  private static func trimmed(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }
}
