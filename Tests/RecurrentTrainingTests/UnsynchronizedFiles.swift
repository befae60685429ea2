#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif
import RecurrentFormats
import Synchronization

/// The system's files without waiting for the device, which tests that write thousands of them have no time for. One kind of
/// call can be made to fail, or the process to die at any call.
final class UnsynchronizedFiles: FileSystem {
  private let base = OperatingSystem()
  private let failure: Mutex<(call: String, code: Int32)?>
  private let callsLeft: Mutex<Int>
  private let isFailingOnce: Bool
  private let synchronized = Mutex<Set<String>>([])

  init(failing call: String? = nil, code: Int32 = EIO) {
    failure = Mutex(call.map { ($0, code) })
    callsLeft = Mutex(.max)
    isFailingOnce = false
  }

  /// Makes call number `call`, from 0, fail; or it and all that follow, as if the process had died.
  init(failingAt call: Int, once isFailingOnce: Bool) {
    failure = Mutex(nil)
    callsLeft = Mutex(call)
    self.isFailingOnce = isFailingOnce
  }

  /// Whether the call that is to fail was made.
  var didFail: Bool { callsLeft.withLock { $0 < 0 } }

  /// The folders whose names were put on the device.
  var synchronizedFolders: Set<String> { synchronized.withLock { $0 } }

  /// From now on calls of this kind fail, or none.
  func fail(_ call: String?, code: Int32 = EIO) {
    failure.withLock { $0 = call.map { ($0, code) } }
  }

  private func attempt(_ call: String) throws(SystemError) {
    let code = failure.withLock { $0?.call == call ? $0?.code : nil }
    if let code { throw SystemError(code: code) }
    let left = callsLeft.withLock { left in
      left -= 1
      return left
    }
    if left == -1 || (left < -1 && !isFailingOnce) { throw SystemError(code: ENOSPC) }
  }

  func createFile(_ path: String, mode: mode_t) throws(SystemError) -> Int32 {
    try attempt("create")
    return try base.createFile(path, mode: mode)
  }
  func openForAppending(_ path: String) throws(SystemError) -> Int32 {
    try attempt("open")
    return try base.openForAppending(path)
  }
  func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) -> Int {
    try attempt("write")
    return try base.write(bytes, to: descriptor)
  }
  func synchronize(_ descriptor: Int32) throws(SystemError) { try attempt("sync") }
  func synchronizeFolder(_ path: String) throws(SystemError) {
    try attempt("sync folder")
    synchronized.withLock { _ = $0.insert(path) }
  }
  func close(_ descriptor: Int32) throws(SystemError) {
    // A descriptor is gone after close, whatever it says, and with the process.
    try base.close(descriptor)
    try attempt("close")
  }
  func rename(_ source: String, to destination: String) throws(SystemError) {
    try attempt("rename")
    try base.rename(source, to: destination)
  }
  func exchange(_ a: String, with b: String) throws(SystemError) {
    try attempt("exchange")
    try base.exchange(a, with: b)
  }
  func createFolder(_ path: String) throws(SystemError) {
    try attempt("create folder")
    try base.createFolder(path)
  }
  func removeFile(_ path: String) throws(SystemError) {
    try attempt("remove")
    try base.removeFile(path)
  }
  func removeFolder(_ path: String) throws(SystemError) {
    try attempt("remove folder")
    try base.removeFolder(path)
  }
}
