#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import RecurrentFormats

/// The reader of standard output has gone away (`| head -1`): there is nobody left to tell anything.
struct ReaderGone: Error {}

/// Results.
enum StandardOutput {
  /// Writes all of a text.
  ///
  /// - Throws: `ReaderGone`, or `FileError` where the stream leads to a file that cannot be written.
  static func write(_ text: String) throws {
    guard let error = writeAll(text, to: STDOUT_FILENO) else { return }
    if error.code == EPIPE { throw ReaderGone() }
    throw FileError(path: "standard output", operation: .write, error)
  }
}

/// Messages.
enum StandardError {
  /// Writes all of a text. Where nobody reads it there is nothing to be done.
  static func write(_ text: String) {
    _ = writeAll(RankLines.marked(text), to: STDERR_FILENO)
  }
}

private func writeAll(_ text: String, to descriptor: Int32) -> SystemError? {
  var text = text
  return text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)
    while !rest.isEmpty {
      let count = write(descriptor, rest.baseAddress, rest.count)
      if count < 0 {
        let error = SystemError.last
        if error.code == EINTR { continue }
        return error
      }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
    return nil
  }
}
