/// Why a text file could not be read.
public enum TextFileError: Error, Sendable, Equatable {
  /// The file could not be opened or its bytes not be read.
  case input(InputError)
  /// Bytes that are not UTF-8, with the place of the first.
  case notUTF8(TextLocation, byte: UInt8)
  /// A zero byte: the file is not text.
  case notText(TextLocation)
  /// The file has more bytes than the reader takes.
  case tooLong(file: String, limit: Int)
}

extension TextFileError: CustomStringConvertible {
  /// One line: what happened, where, and how to mend it.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .input(let error): error.description
    case .notUTF8(let place, let byte):
      "\(place): the byte 0x\(String(byte, radix: 16)) is not UTF-8 here; save the file as UTF-8"
    case .notText(let place): "\(place): a zero byte, so this is not a text file; save it as UTF-8 text"
    case .tooLong(let file, let limit): "\(file): the text is longer than \(limit) bytes; split the file"
    }
  }
}
