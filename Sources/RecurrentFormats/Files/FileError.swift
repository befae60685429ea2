#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file or folder that could not be read or written: which, why, and how to mend it, in one line.
public struct FileError: Error, Hashable, Sendable {
  /// What was being done when the error happened.
  public enum Operation: String, Hashable, Sendable {
    /// Reading a file, or looking for it.
    case read
    /// Writing a file or folder, or putting it in its place.
    case write
    /// Removing a file or folder.
    case remove
  }

  /// Why it failed.
  public enum Reason: Hashable, Sendable {
    /// The file, or a folder on the way to it, does not exist (`ENOENT`).
    case notFound
    /// The file or folder may not be read or changed by this user (`EACCES`, `EPERM`).
    case permissionDenied
    /// The file system is mounted read-only (`EROFS`).
    case readOnlyFileSystem
    /// The device is full (`ENOSPC`).
    case noSpace
    /// The user's share of the device is used up (`EDQUOT`, `EFBIG`).
    case quotaExceeded
    /// A folder stands where a file is wanted (`EISDIR`).
    case isFolder
    /// A file stands where a folder is wanted (`ENOTDIR`).
    case notFolder
    /// Something is there already (`EEXIST`, `ENOTEMPTY`).
    case alreadyExists
    /// A pipe, device or socket stands where a plain file is wanted.
    case notRegularFile
    /// The file has more bytes than the reader takes.
    case tooLarge(limit: Int)
    /// The file became shorter while it was being read.
    case changedWhileReading
    /// A name on the path is too long (`ENAMETOOLONG`) or links run in a circle (`ELOOP`).
    case badPath
    /// Too many files are open (`EMFILE`, `ENFILE`).
    case tooManyOpenFiles
    /// The device failed (`EIO`).
    case deviceFailed
    /// Anything else, with the number that the system gave.
    case system(code: Int32)
  }

  /// The file or folder, as the caller named it.
  public let path: String
  /// What was being done.
  public let operation: Operation
  /// Why it failed.
  public let reason: Reason

  /// Makes the error from its parts.
  public init(path: String, operation: Operation, reason: Reason) {
    self.path = path
    self.operation = operation
    self.reason = reason
  }

  package init(path: String, operation: Operation, _ error: SystemError) {
    self.init(path: path, operation: operation, reason: Reason(error))
  }
}

extension FileError.Reason {
  init(_ error: SystemError) {
    switch error.code {
    case ENOENT: self = .notFound
    case EACCES, EPERM: self = .permissionDenied
    case EROFS: self = .readOnlyFileSystem
    case ENOSPC: self = .noSpace
    case EDQUOT, EFBIG: self = .quotaExceeded
    case EISDIR: self = .isFolder
    case ENOTDIR: self = .notFolder
    case EEXIST, ENOTEMPTY: self = .alreadyExists
    case ENAMETOOLONG, ELOOP: self = .badPath
    case EMFILE, ENFILE: self = .tooManyOpenFiles
    case EIO: self = .deviceFailed
    default: self = .system(code: error.code)
    }
  }
}

extension FileError: CustomStringConvertible {
  /// One line: what could not be done, where, why, and the mend.
  public var description: String {
    "cannot \(operation.rawValue) \(path.printable(limit: 400)): \(why)"
  }

  private var why: String {
    switch reason {
    case .notFound:
      operation == .write
        ? "its folder does not exist; make the folder first or write elsewhere"
        : "there is no such file or folder; check the path"
    case .permissionDenied: "permission denied; change its owner or mode, or choose another path"
    case .readOnlyFileSystem: "the file system is read-only; choose another path"
    case .noSpace: "no space is left on the device; free some or write elsewhere"
    case .quotaExceeded: "the quota or size limit is used up; free some space or write elsewhere"
    case .isFolder: "it is a folder; name a file"
    case .notFolder: "a part of the path is a file, not a folder; check the path"
    case .alreadyExists: "it exists already; remove it or choose another name"
    case .notRegularFile: "it is not a plain file; name a plain file"
    case .tooLarge(let limit): "it is larger than the limit of \(limit) bytes; check that it is the right file"
    case .changedWhileReading: "it became shorter while it was being read; try again when nothing writes to it"
    case .badPath: "a name on the path is too long or its links run in a circle; choose another path"
    case .tooManyOpenFiles: "too many files are open; raise the limit (ulimit -n)"
    case .deviceFailed: "the device reported an input/output error; check the disk and try again"
    case .system(let code): "\(SystemError(code: code).message); check the path and try again"
    }
  }
}
