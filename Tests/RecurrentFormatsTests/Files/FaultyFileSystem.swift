import Foundation
import Synchronization

@testable import RecurrentFormats

/// The operating system's calls, of which one fails.
final class FaultyFileSystem: FileSystem {
  enum Fault: CaseIterable {
    /// The call fails with "no space left", as do all later writes.
    case diskFull
    /// The call fails once with an input/output error.
    case deviceFailed
    /// A write takes one byte only and the next fails; other calls fail at once.
    case shortWrite
    /// The process dies: neither this call nor any later one does anything.
    case death
    /// The write is interrupted by a signal after a few bytes, and nothing is wrong.
    case partialWrite
  }

  private struct State {
    var count = 0
    var isDead = false
    var isFull = false
    var calls: [String] = []
  }

  private let base = OperatingSystem()
  private let fault: Fault
  private let faultyCall: Int
  private let canExchange: Bool
  private let state = Mutex(State())

  /// Makes the call number `faultyCall` (from 0) fail; a number that is never reached makes none fail.
  init(_ fault: Fault = .deviceFailed, atCall faultyCall: Int = .max, canExchange: Bool = true) {
    self.fault = fault
    self.faultyCall = faultyCall
    self.canExchange = canExchange
  }

  /// The names of the calls so far.
  var calls: [String] { state.withLock { $0.calls } }

  var didReachFault: Bool { state.withLock { $0.count > faultyCall } }

  /// Counts the call and throws where it is to fail. Returns how many bytes a write may take, where that is limited.
  private func step(_ call: String, isWrite: Bool = false) throws(SystemError) -> Int? {
    let code: Int32?
    let limit: Int?
    (code, limit) = state.withLock { state -> (Int32?, Int?) in
      defer { state.count += 1 }
      state.calls.append(call)
      if state.isDead { return (EIO, nil) }
      if state.isFull, isWrite { return (ENOSPC, nil) }
      guard state.count == faultyCall else { return (nil, nil) }
      switch fault {
      case .diskFull:
        state.isFull = true
        return (ENOSPC, nil)
      case .deviceFailed: return (EIO, nil)
      case .shortWrite:
        state.isFull = true
        return isWrite ? (nil, 1) : (ENOSPC, nil)
      case .partialWrite: return (nil, isWrite ? 3 : nil)
      case .death:
        state.isDead = true
        return (EIO, nil)
      }
    }
    if let code { throw SystemError(code: code) }
    return limit
  }

  func createFile(_ path: String, mode: mode_t) throws(SystemError) -> Int32 {
    _ = try step("create")
    return try base.createFile(path, mode: mode)
  }

  func openForAppending(_ path: String) throws(SystemError) -> Int32 {
    _ = try step("open")
    return try base.openForAppending(path)
  }

  func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) -> Int {
    let limit = try step("write", isWrite: true)
    return try base.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(limit ?? .max)), to: descriptor)
  }

  func synchronize(_ descriptor: Int32) throws(SystemError) {
    // The device is left alone: what is tested is the order of the calls, and thousands of real ones take seconds.
    _ = try step("sync")
  }

  func synchronizeFolder(_ path: String) throws(SystemError) {
    _ = try step("sync folder")
  }

  func close(_ descriptor: Int32) throws(SystemError) {
    // A descriptor is gone after close, whatever it returns; a dead process's are closed for it.
    try base.close(descriptor)
    _ = try step("close")
  }

  func rename(_ source: String, to destination: String) throws(SystemError) {
    _ = try step("rename")
    try base.rename(source, to: destination)
  }

  func exchange(_ a: String, with b: String) throws(SystemError) {
    _ = try step("exchange")
    guard canExchange else { throw SystemError(code: EINVAL) }
    try base.exchange(a, with: b)
  }

  func createFolder(_ path: String) throws(SystemError) {
    _ = try step("create folder")
    try base.createFolder(path)
  }

  func removeFile(_ path: String) throws(SystemError) {
    _ = try step("remove")
    try base.removeFile(path)
  }

  func removeFolder(_ path: String) throws(SystemError) {
    _ = try step("remove folder")
    try base.removeFolder(path)
  }
}
