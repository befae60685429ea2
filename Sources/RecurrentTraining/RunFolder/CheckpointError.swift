public import RecurrentFormats

/// A checkpoint that cannot be used: which, why, and how to mend it, in one line.
public struct CheckpointError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// A file was changed or is missing.
    case damaged(FolderError)
    /// `state.json` lacks a key or has a value of another type there.
    case malformed(key: String)
    /// `state.json` is not JSON.
    case state(JSONError)
    /// Tensors cannot be read.
    case tensors(SafetensorsError)
    /// It was written by a later version of the library.
    case newerFormat(Int)
    /// A file cannot be read.
    case file(FileError)
  }

  /// The file or folder.
  public let file: String
  /// What is wrong.
  public let reason: Reason
}

extension CheckpointError: CustomStringConvertible {
  /// One line: what, where, and the mend.
  public var description: String {
    let place = file.printable(limit: 400)
    return switch reason {
    case .damaged(let error): error.description
    case .malformed(let key): "\(place): '\(key)' is missing or wrong; an older checkpoint has to be used"
    case .state(let error): error.description
    case .tensors(let error): error.description
    case .newerFormat(let version):
      "\(place): format version \(version) is newer than \(CheckpointState.formatVersion), the newest this program "
        + "(\(LibraryVersion.current)) reads; update the program"
    case .file(let error): error.description
    }
  }
}
