/// Why the bytes of a file could not be read.
public enum InputError: Error, Sendable, Equatable {
  /// The system refused to open or read the file.
  case file(FileError)
  /// The first bytes are those of another kind of file, for example an Excel workbook.
  case foreignFormat(file: String, format: String)
  /// The gzip data do not follow the format or their checksum does not match, found at this byte of the compressed file.
  case corruptGzip(file: String, byte: Int, reason: String)
  /// The gzip data end too early.
  case truncatedGzip(file: String)
  /// zlib has no memory to expand the data with.
  case cannotExpand(file: String)
  /// The data expand to more than the reader was allowed to take.
  case expansionLimit(file: String, bytes: Int)
}

extension InputError: CustomStringConvertible {
  /// One line: what happened, where, and how to mend it.
  public var description: String { message.printable(limit: 2000) }

  private var message: String {
    switch self {
    case .file(let error):
      error.description
    case .foreignFormat(let file, let format):
      "\(file): is \(format), not text; export it as CSV in UTF-8 (plain or .gz)"
    case .corruptGzip(let file, let byte, let reason):
      "\(file): corrupt gzip data at byte \(byte) (\(reason)); copy or download the file again"
    case .truncatedGzip(let file):
      "\(file): the gzip data end too early; copy or download the file again"
    case .cannotExpand(let file):
      "\(file): there is not enough memory to expand the gzip data; close other programs and try again"
    case .expansionLimit(let file, let bytes):
      "\(file): expands to more than \(bytes) bytes; split the file"
    }
  }
}
