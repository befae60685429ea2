import RecurrentFormats
import RecurrentTensor

/// The checkpoints of a run: folders that appear complete or not at all, each with a manifest of digests.
///
/// `step-00000100` holds everything to go on from step 100, the best model included. The text files `last` and `best`
/// name the newest one and the first that holds the best model, for people and scripts.
struct CheckpointStore: Sendable {
  let path: String
  let system: any FileSystem

  /// How many of the newest checkpoints are kept, beside the first that holds the best model.
  static let keptCount = 2

  private static let prefix = "step-"
  private static let stateName = "state.json"
  /// The names of files with tensors, which have `rollback-` before them where they hold what the run may go back to.
  private static let tensorNames = RunTensors(
    model: "model.safetensors", optimizer: "optimizer.safetensors", best: "best.safetensors",
    average: "average.safetensors", carry: "carry.safetensors")
  private static let rollbackPrefix = "rollback-"

  private static func folderName(_ step: Int) -> String {
    let digits = String(step)
    return prefix + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  /// The step of a checkpoint's folder, or nil where the name is none of a checkpoint.
  private static func step(of folderName: String) -> Int? {
    guard folderName.hasPrefix(prefix), let step = Int(folderName.dropFirst(prefix.count)),
      step >= 0, Self.folderName(step) == folderName
    else { return nil }
    return step
  }

  /// The steps of all checkpoints, newest first.
  private var steps: [Int] { Folders.names(in: path).compactMap(Self.step(of:)).sorted(by: >) }
}

// MARK: - Writing

extension CheckpointStore {
  /// Writes a checkpoint, and removes those that are no longer needed.
  ///
  /// - Returns: The folder.
  func write(_ checkpoint: Checkpoint) throws -> String {
    // Not the folder of the run: where somebody has removed it, the run must not go on in another one.
    try Folders.make(path, system: system)
    let name = Self.folderName(checkpoint.state.step)
    let place = path + "/" + name
    let text = try checkpoint.description.json.text(.pretty) + "\n"
    try AtomicFolder.write(to: place, replacing: Folders.kind(of: place) == .folder, system: system) { folder in
      try Self.write(checkpoint.tensors, prefix: "", in: &folder)
      if let rollback = checkpoint.rollback {
        try Self.write(rollback, prefix: Self.rollbackPrefix, in: &folder)
      }
      try folder.writeFile(Self.stateName, text)
    }
    try point("last", to: name)
    let bestFolder = try checkpoint.tensors.best.isEmpty ? nil : pointToBest(checkpoint.state.best, in: name)
    prune(after: checkpoint.state.step, keeping: bestFolder)
    return place
  }

  private static func write(
    _ tensors: RunTensors<NamedTensors>, prefix: String, in folder: inout FolderWriter
  ) throws {
    try TensorFile.write(tensors.model, to: prefix + tensorNames.model, in: &folder)
    try TensorFile.write(tensors.optimizer, to: prefix + tensorNames.optimizer, in: &folder)
    for (tensors, name) in [
      (tensors.best, tensorNames.best), (tensors.average, tensorNames.average), (tensors.carry, tensorNames.carry),
    ] where !tensors.isEmpty {
      try TensorFile.write(tensors, to: prefix + name, in: &folder)
    }
  }

  /// Makes a text file that holds the name of a checkpoint.
  private func point(_ file: String, to name: String) throws(FileError) {
    try AtomicFile.write(Array((name + "\n").utf8), to: path + "/" + file, system: system)
  }

  /// Makes `best` name the checkpoint `name`, unless the one that it names holds the same best model.
  ///
  /// - Returns: The step of the checkpoint that `best` names.
  private func pointToBest(_ best: BestEpoch?, in name: String) throws(FileError) -> Int? {
    let present = try? ReadableFile.bytes(ofFile: path + "/best", limit: 256)
    let presentName = String(decoding: present ?? [], as: UTF8.self).dropLast()
    if let step = Self.step(of: String(presentName)), let state = try? readState(Self.folderName(step)).state,
      state.best == best
    {
      return step
    }
    try point("best", to: name)
    return Self.step(of: name)
  }

  /// Removes checkpoints that are older than the newest ones, or come from a future that was given up because a damaged
  /// checkpoint was passed over.
  private func prune(after step: Int, keeping bestStep: Int?) {
    let newest = steps.filter { $0 <= step }.prefix(Self.keptCount)
    for old in steps where !newest.contains(old) && old != bestStep {
      Folders.remove(path + "/" + Self.folderName(old), system: system)
    }
  }
}

// MARK: - Reading

extension CheckpointStore {
  /// Reads the newest checkpoint that is not damaged.
  ///
  /// - Parameter onSkip: Told why a newer one is passed over.
  /// - Returns: The checkpoint, or nil where none was ever completed.
  /// - Throws: `RunFolderError` where there are checkpoints and all are damaged; `CheckpointError` for one of a later
  ///   version.
  func newest(onSkip: (CheckpointError) -> Void) throws -> LoadedCheckpoint? {
    let steps = steps
    for step in steps {
      do throws(CheckpointError) {
        return try read(Self.folderName(step))
      } catch {
        if case .newerFormat = error.reason { throw error }
        onSkip(error)
      }
    }
    if steps.isEmpty { return nil }
    let run = path.hasSuffix("/checkpoints") ? String(path.dropLast("/checkpoints".count)) : path
    throw RunFolderError(path: run, reason: .noCheckpoint(skipped: steps.count))
  }

  private func read(_ name: String) throws(CheckpointError) -> LoadedCheckpoint {
    let files = Set(try verify(name))
    func present(_ file: String) throws(CheckpointError) -> [String: Tensor] {
      files.contains(file) ? try readTensors(name, file) : [:]
    }
    func tensors(_ prefix: String) throws(CheckpointError) -> RunTensors<[String: Tensor]> {
      RunTensors(
        model: try readTensors(name, prefix + Self.tensorNames.model),
        optimizer: try readTensors(name, prefix + Self.tensorNames.optimizer),
        best: try present(prefix + Self.tensorNames.best), average: try present(prefix + Self.tensorNames.average),
        carry: try present(prefix + Self.tensorNames.carry))
    }
    let description = try readState(name)
    return LoadedCheckpoint(
      path: path + "/" + name, description: description, tensors: try tensors(""),
      rollback: description.rollback == nil ? nil : try tensors(Self.rollbackPrefix))
  }

  private func verify(_ name: String) throws(CheckpointError) -> [String] {
    let folder = path + "/" + name
    do throws(FolderError) {
      return try FolderManifest.verify(folder).names
    } catch {
      throw CheckpointError(file: folder, reason: .damaged(error))
    }
  }

  private func readState(_ name: String) throws(CheckpointError) -> CheckpointState {
    let file = "\(path)/\(name)/\(Self.stateName)"
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try ReadableFile.bytes(ofFile: file, limit: 1 << 24)
    } catch {
      throw CheckpointError(file: file, reason: .file(error))
    }
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONValue(parsing: bytes, file: file)
    } catch {
      throw CheckpointError(file: file, reason: .state(error))
    }
    return try CheckpointState(document, file: file)
  }

  private func readTensors(_ name: String, _ file: String) throws(CheckpointError) -> [String: Tensor] {
    let file = "\(path)/\(name)/\(file)"
    do throws(SafetensorsError) {
      return try TensorFile.read(file)
    } catch {
      throw CheckpointError(file: file, reason: .tensors(error))
    }
  }
}
