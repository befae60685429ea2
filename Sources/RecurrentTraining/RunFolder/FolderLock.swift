#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import RecurrentFormats

/// Keeps other processes out of a folder. The system lets go of the lock when the process ends, however it does.
final class FolderLock: Sendable {
  static let fileName = ".lock"

  private let descriptor: Int32

  /// Takes the lock of a folder, or throws `inUse` where somebody holds it.
  init(_ folder: String) throws(RunFolderError) {
    let path = folder + "/" + Self.fileName
    // Not yet `self.descriptor`: an initialiser that throws once everything is set runs `deinit`, which closes again.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw RunFolderError(path: folder, reason: .file(FileError(path: path, operation: .write, .last)))
    }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let error = SystemError.last
      if error.code == EINTR { continue }
      close(descriptor)
      throw RunFolderError(
        path: folder,
        reason: error.code == EWOULDBLOCK ? .inUse : .file(FileError(path: path, operation: .write, error)))
    }
    self.descriptor = descriptor
  }

  deinit {
    // Closing is not enough: a process that is being started by another thread may hold a copy of the descriptor.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
