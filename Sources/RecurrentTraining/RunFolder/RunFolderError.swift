public import RecurrentFormats

/// A run folder that cannot be used: which, why, and how to mend it, in one line.
public struct RunFolderError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// The folder is there already.
    case exists
    /// Another process trains in it.
    case inUse
    /// The folder to go on with is not there.
    case missing
    /// The folder to go on with was not made by a run.
    case notARun
    /// No checkpoint is left that could be read.
    case noCheckpoint(skipped: Int)
    /// `metrics.csv` has fewer bytes than when the checkpoint was written.
    case metricsShortened(byteCount: Int, expected: Int)
    /// A file cannot be read or written.
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

extension RunFolderError: CustomStringConvertible {
  /// One line: what, where, and the mend.
  public var description: String {
    let place = path.printable(limit: 400)
    return switch reason {
    case .exists: "\(place): it exists already; choose another --output, or go on with that run by --resume"
    case .inUse: "\(place): another process is training in this folder; wait for it or choose another --output"
    case .missing: "\(place): there is no such run to go on with; check --output, or leave --resume out"
    case .notARun: "\(place): there is no config.yaml, this is not the folder of a run; check --output"
    case .noCheckpoint(let skipped):
      "\(place): none of the \(skipped) checkpoints can be used; train into another folder"
    case .metricsShortened(let count, let expected):
      "\(place)/metrics.csv: it has \(count) bytes, fewer than the \(expected) that the checkpoint knows; put the file back "
        + "or train into another folder"
    case .file(let error): error.description
    }
  }
}
