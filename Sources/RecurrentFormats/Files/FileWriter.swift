/// Writes bytes one after another to a file that is being made, and knows their SHA-256.
///
/// Small pieces are gathered; pieces of 64 KiB and more go straight to the system, without a copy.
public struct FileWriter: ~Copyable {
  /// The bytes written so far.
  public private(set) var byteCount = 0

  private let path: String
  private let descriptor: Int32
  private let system: any FileSystem
  private var gathered: [UInt8] = []
  private var hash: SHA256?

  private static let gatheredLimit = 65_536

  /// Writes to an open `descriptor`; errors name `path`.
  init(path: String, descriptor: Int32, system: any FileSystem, hashing: Bool) {
    self.path = path
    self.descriptor = descriptor
    self.system = system
    hash = hashing ? SHA256() : nil
  }

  /// Writes the bytes.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    byteCount += bytes.count
    hash?.update(bytes)
    guard gathered.count + bytes.count >= Self.gatheredLimit else { return gathered.append(contentsOf: bytes) }
    try flush()
    try writeAll(bytes)
  }

  /// Writes the bytes.
  public mutating func write(_ bytes: [UInt8]) throws(FileError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in try write(UnsafeRawBufferPointer(bytes)) }
  }

  /// Writes the text as UTF-8.
  public mutating func write(_ text: String) throws(FileError) {
    try write(Array(text.utf8))
  }

  /// The SHA-256 of all bytes written, as hexadecimal digits; empty where the writer was made without hashing.
  func hexadecimalDigest() -> String { hash?.hexadecimalDigest() ?? "" }

  /// Hands what has been gathered to the system.
  mutating func flush() throws(FileError) {
    guard !gathered.isEmpty else { return }
    let bytes = gathered
    gathered = []
    try bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in try writeAll(UnsafeRawBufferPointer(bytes)) }
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes
    while !rest.isEmpty {
      let written: Int
      do throws(SystemError) {
        written = try system.write(rest, to: descriptor)
      } catch {
        throw FileError(path: path, operation: .write, error)
      }
      // A write that takes nothing and reports no error would be repeated for ever.
      guard written > 0 else { throw FileError(path: path, operation: .write, reason: .deviceFailed) }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
    }
  }
}
