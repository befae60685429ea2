/// A text that is not the JSON of RFC 8259 as this package reads it: where, what, and how to mend it, in one line.
public struct JSONError: Error, Hashable, Sendable {
  /// What is wrong with the text.
  public enum Kind: Hashable, Sendable {
    /// The text ends before the value does.
    case unexpectedEnd(expected: String)
    /// A byte stands where something else must stand.
    case unexpectedByte(UInt8, expected: String)
    /// More follows the value.
    case trailingBytes
    /// The text begins with a byte order mark.
    case byteOrderMark
    /// A string is not valid UTF-8.
    case invalidUTF8
    /// A control character stands in a string without escape.
    case controlCharacter(UInt8)
    /// A backslash is followed by what is no escape, or by half a surrogate pair.
    case invalidEscape
    /// A number is not written as JSON writes numbers (`01`, `+1`, `.5`, `1.`).
    case malformedNumber
    /// An integer lies outside the 64-bit range, or a number outside the range of `Double`.
    case numberOutOfRange
    /// An object has a key twice.
    case duplicateKey(String)
    /// Arrays and objects are nested deeper than the limit.
    case tooDeep(limit: Int)
  }

  /// What is wrong.
  public let kind: Kind
  /// The file, where the text came from one.
  public let file: String?
  /// The place, in bytes from the beginning of the text.
  public let offset: Int
  /// The line of the place, from 1.
  public private(set) var line: Int
  /// The character of the place in its line, from 1.
  public let column: Int

  init(_ kind: Kind, file: String? = nil, at offset: Int, in text: ArraySlice<UInt8>) {
    self.kind = kind
    self.file = file
    self.offset = offset - text.startIndex
    let before = text[..<min(offset, text.endIndex)]
    let newline = UInt8(ascii: "\n")
    line = before.count { $0 == newline } + 1
    let lineStart = before.lastIndex(of: newline).map { $0 + 1 } ?? text.startIndex
    // Bytes that continue a character are not counted.
    column = before[lineStart...].count { $0 & 0xc0 != 0x80 } + 1
  }
}

extension JSONError {
  /// The same error in a text that is one line of a file.
  func onLine(_ number: Int) -> JSONError {
    var error = self
    error.line = number
    return error
  }
}

extension JSONError: CustomStringConvertible {
  /// One line: file, line and column, what is wrong, and the mend.
  public var description: String {
    "\(file.map { $0.printable(limit: 400) + ":" } ?? "JSON ")\(line):\(column): \(explanation)"
  }

  /// What is wrong and how to mend it, without the place.
  var explanation: String {
    switch kind {
    case .unexpectedEnd(let expected): "the text ends where \(expected) should follow; it may have been cut off"
    case .unexpectedByte(let byte, let expected): "\(Self.name(of: byte)) stands where \(expected) should; correct it"
    case .trailingBytes: "something follows the value; remove it"
    case .byteOrderMark: "the text begins with a byte order mark; save it as UTF-8 without one"
    case .invalidUTF8: "the string is not valid UTF-8; save the text as UTF-8"
    case .controlCharacter(let byte): "\(Self.name(of: byte)) stands in a string; write it as an escape"
    case .invalidEscape: "the escape is not one that JSON knows; double the backslash or correct it"
    case .malformedNumber: "the number is not written as JSON writes numbers; correct it"
    case .numberOutOfRange: "the number is out of range; use a smaller one"
    case .duplicateKey(let key): "the key '\(key.printable())' stands twice in one object; remove one"
    case .tooDeep(let limit): "arrays and objects are nested deeper than \(limit) levels; flatten them"
    }
  }

  private static func name(of byte: UInt8) -> String {
    if (0x21...0x7e).contains(byte) { return "'\(Unicode.Scalar(byte))'" }
    let digits = String(byte, radix: 16)
    return "the byte 0x" + (digits.count < 2 ? "0" : "") + digits
  }
}
