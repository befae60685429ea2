/// Reads JSON from bytes piece by piece, strictly by RFC 8259, without building a value: readers that know what must come take it
/// from here, so that a hostile text costs no more memory than what they keep.
struct JSONScanner {
  /// The bytes and the part of them that is read.
  private let text: ArraySlice<UInt8>
  /// The index of the next byte.
  private(set) var position: Int
  /// The index of the key that was taken last.
  private(set) var keyPosition: Int
  private var depth = 0
  private let depthLimit: Int
  private let file: String?

  init(_ text: ArraySlice<UInt8>, depthLimit: Int, file: String?) {
    self.text = text
    self.depthLimit = depthLimit
    self.file = file
    position = text.startIndex
    keyPosition = text.startIndex
  }

  /// An error at `place`, by default at the next byte.
  func error(_ kind: JSONError.Kind, at place: Int? = nil) -> JSONError {
    JSONError(kind, file: file, at: place ?? position, in: text)
  }

  private func unexpected(_ expected: String) -> JSONError {
    guard let byte = next else { return error(.unexpectedEnd(expected: expected)) }
    return error(.unexpectedByte(byte, expected: expected))
  }

  /// The next byte, or nil at the end.
  var next: UInt8? { position < text.endIndex ? text[position] : nil }

  /// The next byte after white space, or nil at the end.
  mutating func nextAfterSpace() -> UInt8? {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    return next
  }

  private mutating func take(_ byte: UInt8, _ expected: String) throws(JSONError) {
    guard nextAfterSpace() == byte else { throw unexpected(expected) }
    position += 1
  }
}

// MARK: - Arrays and objects

extension JSONScanner {
  /// Takes the `{` of an object.
  mutating func beginObject(_ expected: String = "'{'") throws(JSONError) {
    try begin(UInt8(ascii: "{"), expected)
  }

  /// Takes the `[` of an array.
  mutating func beginArray(_ expected: String = "'['") throws(JSONError) {
    try begin(UInt8(ascii: "["), expected)
  }

  private mutating func begin(_ bracket: UInt8, _ expected: String) throws(JSONError) {
    try take(bracket, expected)
    guard depth < depthLimit else { throw error(.tooDeep(limit: depthLimit), at: position - 1) }
    depth += 1
  }

  /// Takes the next key of an object and its colon; nil after the last, when the `}` has been taken.
  mutating func key(isFirst: Bool) throws(JSONError) -> String? {
    guard try more(isFirst: isFirst, end: UInt8(ascii: "}"), "',' or '}'") else { return nil }
    guard nextAfterSpace() == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
    keyPosition = position
    let key = try string()
    try take(UInt8(ascii: ":"), "':'")
    return key
  }

  /// Whether another element of an array follows; false after the last, when the `]` has been taken.
  mutating func hasElement(isFirst: Bool) throws(JSONError) -> Bool {
    try more(isFirst: isFirst, end: UInt8(ascii: "]"), "',' or ']'")
  }

  private mutating func more(isFirst: Bool, end: UInt8, _ expected: String) throws(JSONError) -> Bool {
    if nextAfterSpace() == end {
      position += 1
      depth -= 1
      return false
    }
    if !isFirst { try take(UInt8(ascii: ","), expected) }
    return true
  }

  /// Takes white space up to the end of the text.
  mutating func end() throws(JSONError) {
    guard nextAfterSpace() == nil else { throw error(.trailingBytes) }
  }
}

// MARK: - Strings

extension JSONScanner {
  /// Takes a string.
  mutating func string(_ expected: String = "a string") throws(JSONError) -> String {
    try take(UInt8(ascii: "\""), expected)
    let start = position
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    guard next == UInt8(ascii: "\\") else {
      return try closedString(text[start..<position], from: start)
    }
    var unescaped = Array(text[start..<position])
    while let byte = next, byte != UInt8(ascii: "\""), byte >= 0x20 {
      if byte == UInt8(ascii: "\\") {
        try unescaped.append(contentsOf: escape())
      } else {
        unescaped.append(byte)
        position += 1
      }
    }
    return try closedString(unescaped[...], from: start)
  }

  private mutating func closedString(_ bytes: ArraySlice<UInt8>, from start: Int) throws(JSONError) -> String {
    guard let byte = next else { throw error(.unexpectedEnd(expected: "the end of a string")) }
    guard byte == UInt8(ascii: "\"") else { throw error(.controlCharacter(byte)) }
    guard let string = String(validating: bytes, as: UTF8.self) else { throw error(.invalidUTF8, at: start) }
    position += 1
    return string
  }

  /// Takes an escape and returns its bytes in UTF-8.
  private mutating func escape() throws(JSONError) -> [UInt8] {
    let start = position
    position += 1
    guard let letter = next else { throw error(.unexpectedEnd(expected: "the rest of an escape")) }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): break
    default: throw error(.invalidEscape, at: start)
    }
    var code = UInt32(try fourHexadecimalDigits(of: start))
    if (0xd800...0xdbff).contains(code) {
      // The first half of a pair: the second must follow.
      guard text[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
        throw error(.invalidEscape, at: start)
      }
      position += 2
      let low = UInt32(try fourHexadecimalDigits(of: start))
      guard (0xdc00...0xdfff).contains(low) else { throw error(.invalidEscape, at: start) }
      code = 0x1_0000 + (code - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw error(.invalidEscape, at: start) }
    return Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }

  private mutating func fourHexadecimalDigits(of escapeStart: Int) throws(JSONError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next else { throw error(.unexpectedEnd(expected: "the rest of an escape")) }
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error(.invalidEscape, at: escapeStart)
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }
}

// MARK: - Numbers and words

extension JSONScanner {
  /// A number: exact where it is written without fraction and exponent.
  enum Number {
    case integer(Int)
    case real(Double)
  }

  /// Takes a number.
  mutating func number(_ expected: String = "a number") throws(JSONError) -> Number {
    guard let first = nextAfterSpace(), first == UInt8(ascii: "-") || isDigit(first) else { throw unexpected(expected) }
    let start = position
    let isNegative = first == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let integerStart = position
    try takeDigits(from: start)
    if text[integerStart] == UInt8(ascii: "0"), position > integerStart + 1 { throw error(.malformedNumber, at: start) }
    var isInteger = true
    if next == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try takeDigits(from: start)
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      try takeDigits(from: start)
    }
    let digits = String(decoding: text[start..<position], as: UTF8.self)
    // Minus zero is a number of its own, which no integer can hold.
    if isInteger, digits != "-0" {
      guard let value = Int(digits) else { throw error(.numberOutOfRange, at: start) }
      return .integer(value)
    }
    guard let value = Double(digits), value.isFinite else { throw error(.numberOutOfRange, at: start) }
    return .real(value)
  }

  private mutating func takeDigits(from start: Int) throws(JSONError) {
    guard let first = next else { throw error(.unexpectedEnd(expected: "a digit")) }
    guard isDigit(first) else { throw error(.malformedNumber, at: start) }
    while let byte = next, isDigit(byte) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// Takes one of the words of JSON: `true`, `false`, `null`.
  mutating func word(_ word: StaticString) throws(JSONError) {
    _ = nextAfterSpace()
    let bytes = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    for byte in bytes {
      guard next == byte else { throw unexpected("'\(word)'") }
      position += 1
    }
  }
}
