import RecurrentTestSupport
import Testing

@testable import RecurrentFormats

/// Every way in which a file can be malformed, each with the error that names it.
@Suite struct SafetensorsMalformedTests {
  typealias Kind = SafetensorsError.Kind

  struct Malformed: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    let kind: Kind
    var entry: String?

    init(_ name: String, _ bytes: [UInt8], _ kind: Kind, entry: String? = nil) {
      self.name = name
      self.bytes = bytes
      self.kind = kind
      self.entry = entry
    }

    /// One entry with the name `a` whose error is in that entry.
    init(_ name: String, in entry: String, dataCount: Int = 8, _ kind: Kind) {
      self.init(name, SafetensorsSample.file("{\(entry)}", dataCount: dataCount), kind, entry: "a")
    }

    var testDescription: String { name }
  }

  private static let ok = SafetensorsSample.entry()
  private static func file(_ header: String, _ dataCount: Int = 8) -> [UInt8] {
    SafetensorsSample.file(header, dataCount: dataCount)
  }

  static let lengths: [Malformed] =
    [
      Malformed("no byte at all", [], .fileTooShort(byteCount: 0)),
      Malformed("7 bytes", [UInt8](repeating: 0, count: 7), .fileTooShort(byteCount: 7)),
      Malformed("length 0", SafetensorsSample.prefix(0), .headerStart(byte: nil)),
      Malformed("length 0, data", SafetensorsSample.prefix(0) + [1, 2], .headerStart(byte: nil)),
      Malformed("length 1 of 0", SafetensorsSample.prefix(1), .headerBeyondFile(length: 1, byteCount: 8)),
      Malformed(
        "length one beyond the file", SafetensorsSample.prefix(3) + Array("{}".utf8),
        .headerBeyondFile(length: 3, byteCount: 10)),
      Malformed(
        "length as the whole file", SafetensorsSample.prefix(10) + Array("{}".utf8),
        .headerBeyondFile(length: 10, byteCount: 10)),
      Malformed(
        "length at the limit", SafetensorsSample.prefix(100_000_000) + Array("{}".utf8),
        .headerBeyondFile(length: 100_000_000, byteCount: 10)),
      Malformed(
        "length above the limit", SafetensorsSample.prefix(100_000_001) + Array("{}".utf8),
        .headerTooLong(length: 100_000_001, limit: 100_000_000)),
    ]
    + [1 << 31, 1 << 32, 1 << 62, (1 << 63) - 1, 1 << 63, .max - 7, .max].map { (length: UInt64) in
      Malformed(
        "length \(length)", SafetensorsSample.prefix(length) + Array("{}".utf8),
        .headerTooLong(length: length, limit: 100_000_000))
    }

  static let headers: [Malformed] = [
    Malformed("space in front", file(" {}", 0), .headerStart(byte: 0x20)),
    Malformed("newline in front", file("\n{}", 0), .headerStart(byte: 0x0a)),
    Malformed("byte order mark", file("\u{feff}{}", 0), .headerStart(byte: 0xef)),
    Malformed("an array", file("[]", 0), .headerStart(byte: 0x5b)),
    Malformed("null", file("null", 0), .headerStart(byte: 0x6e)),
    Malformed("only spaces", file("        ", 0), .headerStart(byte: 0x20)),
    Malformed("NUL padding", file("{}\0\0\0\0\0\0", 0), .headerPadding(byte: 0)),
    Malformed("newline padding", file("{}   \n  ", 0), .headerPadding(byte: 0x0a)),
    Malformed("tab padding", file("{}\t", 0), .headerPadding(byte: 0x09)),
    Malformed("text after the object", file("{} x", 0), .headerPadding(byte: 0x78)),
    Malformed("data after an empty header", file("{}", 4), .trailingBytes(count: 4)),
    Malformed("trailing byte", file("{\(ok)}", 9), .trailingBytes(count: 1)),
    Malformed("one byte short", file("{\(ok)}", 7), .dataTooShort(missing: 1)),
    Malformed("no data", file("{\(ok)}", 0), .dataTooShort(missing: 8)),
  ]

  /// Headers that are not JSON, with the kind of error and its column.
  static let json: [(String, String, JSONError.Kind, Int)] = [
    ("cut off after the brace", "{", .unexpectedEnd(expected: "a key in quotes"), 2),
    ("cut off in a name", "{\"a", .unexpectedEnd(expected: "the end of a string"), 4),
    ("two objects", "{}{}", .trailingBytes, 3),
    ("name without quotes", "{a:{}}", .unexpectedByte(0x61, expected: "a key in quotes"), 2),
    ("trailing comma", "{\(ok),}", .unexpectedByte(0x7d, expected: "a key in quotes"), 2 + ok.count + 1),
    ("no comma", "{\(ok)\(ok)}", .unexpectedByte(0x22, expected: "',' or '}'"), 2 + ok.count),
    ("comment", "{/**/}", .unexpectedByte(0x2f, expected: "a key in quotes"), 2),
    (
      "entry is null", "{\"a\":null}",
      .unexpectedByte(0x6e, expected: "an entry of dtype, shape and data_offsets"), 6
    ),
    (
      "entry is a list", "{\"a\":[]}",
      .unexpectedByte(0x5b, expected: "an entry of dtype, shape and data_offsets"), 6
    ),
    ("dtype is a number", "{\"a\":{\"dtype\":1}}", .unexpectedByte(0x31, expected: "the name of a dtype"), 15),
    ("shape is a number", "{\"a\":{\"shape\":1}}", .unexpectedByte(0x31, expected: "an array of dimensions"), 15),
    ("shape is null", "{\"a\":{\"shape\":null}}", .unexpectedByte(0x6e, expected: "an array of dimensions"), 15),
    ("dimension is text", "{\"a\":{\"shape\":[\"1\"]}}", .unexpectedByte(0x22, expected: "a number"), 16),
    ("dimension is null", "{\"a\":{\"shape\":[null]}}", .unexpectedByte(0x6e, expected: "a number"), 16),
    ("dimension 01", "{\"a\":{\"shape\":[01]}}", .malformedNumber, 16),
    ("nested shape", "{\"a\":{\"shape\":[[1]]}}", .unexpectedByte(0x5b, expected: "a number"), 16),
    (
      "offsets are an object", "{\"a\":{\"data_offsets\":{}}}",
      .unexpectedByte(0x7b, expected: "an array of two offsets"), 22
    ),
    ("lone surrogate in a name", "{\"\\ud800\":{}}", .invalidEscape, 3),
    ("control character in a name", "{\"a\u{1}\":{}}", .controlCharacter(1), 4),
    (
      "number out of place", "{\"a\":1e999}",
      .unexpectedByte(0x31, expected: "an entry of dtype, shape and data_offsets"), 6
    ),
    (
      "deep nesting in the place of an entry", "{\"a\":" + String(repeating: "[", count: 1_000_000),
      .unexpectedByte(0x5b, expected: "an entry of dtype, shape and data_offsets"), 6
    ),
  ]

  static let entries: [Malformed] = [
    Malformed("unknown dtype", in: SafetensorsSample.entry(dtype: "\"F128\""), .unknownDType("F128")),
    Malformed("dtype in lower case", in: SafetensorsSample.entry(dtype: "\"f32\""), .unknownDType("f32")),
    Malformed("empty dtype", in: SafetensorsSample.entry(dtype: "\"\""), .unknownDType("")),
    Malformed("dtype of another library", in: SafetensorsSample.entry(dtype: "\"float32\""), .unknownDType("float32")),
    Malformed("dtype with a NUL", in: SafetensorsSample.entry(dtype: "\"F32\\u0000\""), .unknownDType("F32\0")),
    Malformed("negative dimension", in: SafetensorsSample.entry(shape: "[-2]"), .badDimension),
    Malformed("two negative dimensions", in: SafetensorsSample.entry(shape: "[-1,-2]"), .badDimension),
    Malformed("minus zero", in: SafetensorsSample.entry(shape: "[-0]", offsets: "[0,0]"), dataCount: 0, .badDimension),
    Malformed("fractional dimension", in: SafetensorsSample.entry(shape: "[2.5]"), .badDimension),
    Malformed("dimension 2.0", in: SafetensorsSample.entry(shape: "[2.0]"), .badDimension),
    Malformed("dimension 2e0", in: SafetensorsSample.entry(shape: "[2e0]"), .badDimension),
    Malformed("dimension 1e999", in: SafetensorsSample.entry(shape: "[1e999]"), .badDimension),
    Malformed("dimension 2^63", in: SafetensorsSample.entry(shape: "[9223372036854775808]"), .badDimension),
    Malformed("dimension 2^64", in: SafetensorsSample.entry(shape: "[18446744073709551616]"), .badDimension),
    Malformed(
      "65 dimensions", in: SafetensorsSample.entry(shape: "[2\(String(repeating: ",1", count: 64))]"),
      .tooManyDimensions(limit: 64)),
    Malformed(
      "100,000 dimensions", in: SafetensorsSample.entry(shape: "[2\(String(repeating: ",1", count: 100_000))]"),
      .tooManyDimensions(limit: 64)),
    Malformed(
      "product 2^62 x 4", in: SafetensorsSample.entry(shape: "[4611686018427387904,4]"),
      .sizeOverflow(shape: [1 << 62, 4])),
    Malformed(
      "product 2^32 x 2^32", in: SafetensorsSample.entry(shape: "[4294967296,4294967296]"),
      .sizeOverflow(shape: [1 << 32, 1 << 32])),
    Malformed(
      "product that wraps to 2", in: SafetensorsSample.entry(shape: "[9223372036854775807,2,2]"),
      .sizeOverflow(shape: [.max, 2, 2])),
    Malformed(
      "bytes 2^62 x 4", in: SafetensorsSample.entry(shape: "[4611686018427387904]"),
      .sizeOverflow(shape: [1 << 62])),
    Malformed(
      "bits 2^58 x 32", in: SafetensorsSample.entry(shape: "[288230376151711744]"),
      .sizeOverflow(shape: [1 << 58])),
    Malformed(
      "zero hides an overflow in front",
      in: SafetensorsSample.entry(shape: "[0,4611686018427387904,4]", offsets: "[0,0]"), dataCount: 0,
      .sizeOverflow(shape: [0, 1 << 62, 4])),
    Malformed(
      "zero hides an overflow behind",
      in: SafetensorsSample.entry(shape: "[4611686018427387904,4,0]", offsets: "[0,0]"), dataCount: 0,
      .sizeOverflow(shape: [1 << 62, 4, 0])),
    Malformed(
      "half a byte", in: SafetensorsSample.entry(dtype: "\"F4\"", shape: "[3]", offsets: "[0,1]"), dataCount: 1,
      .sizeOverflow(shape: [3])),
    Malformed(
      "three quarters of a byte", in: SafetensorsSample.entry(dtype: "\"F6_E2M3\"", shape: "[1]", offsets: "[0,1]"),
      dataCount: 1, .sizeOverflow(shape: [1])),
    Malformed(
      "shape too large for the offsets", in: SafetensorsSample.entry(shape: "[3]"),
      .sizeMismatch(expected: 12, actual: 8)),
    Malformed(
      "shape too small for the offsets", in: SafetensorsSample.entry(shape: "[1]"),
      .sizeMismatch(expected: 4, actual: 8)),
    Malformed(
      "scalar with two values", in: SafetensorsSample.entry(shape: "[]"), .sizeMismatch(expected: 4, actual: 8)),
    Malformed(
      "empty tensor with data", in: SafetensorsSample.entry(shape: "[0]"), .sizeMismatch(expected: 0, actual: 8)),
    Malformed(
      "data for another dtype", in: SafetensorsSample.entry(dtype: "\"F64\""),
      .sizeMismatch(expected: 16, actual: 8)),
    Malformed("offsets reversed", in: SafetensorsSample.entry(offsets: "[8,0]"), .badOffsets),
    Malformed("negative offset", in: SafetensorsSample.entry(offsets: "[-8,0]"), .badOffsets),
    Malformed("fractional offset", in: SafetensorsSample.entry(offsets: "[0,8.0]"), .badOffsets),
    Malformed("offset 2^64", in: SafetensorsSample.entry(offsets: "[0,18446744073709551616]"), .badOffsets),
    Malformed("no offsets", in: SafetensorsSample.entry(offsets: "[]"), .badOffsets),
    Malformed("one offset", in: SafetensorsSample.entry(offsets: "[8]"), .badOffsets),
    Malformed("three offsets", in: SafetensorsSample.entry(offsets: "[0,8,8]"), .badOffsets),
    Malformed(
      "offsets 2^63-1", in: SafetensorsSample.entry(offsets: "[0,9223372036854775807]"),
      .sizeMismatch(expected: 8, actual: .max)),
    Malformed("empty entry", in: "\"a\":{}", .missingKey("dtype")),
    Malformed("no dtype", in: "\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}", .missingKey("dtype")),
    Malformed("no shape", in: "\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}", .missingKey("shape")),
    Malformed("no data_offsets", in: "\"a\":{\"dtype\":\"F32\",\"shape\":[2]}", .missingKey("data_offsets")),
    Malformed("unknown key", in: SafetensorsSample.entry(extra: ",\"strides\":[1]"), .unknownKey("strides")),
    Malformed("key in upper case", in: "\"a\":{\"DTYPE\":\"F32\"}", .unknownKey("DTYPE")),
    Malformed("dtype twice", in: SafetensorsSample.entry(extra: ",\"dtype\":\"F32\""), .duplicateKey("dtype")),
    Malformed("shape twice", in: SafetensorsSample.entry(extra: ",\"shape\":[2]"), .duplicateKey("shape")),
    Malformed(
      "offsets twice", in: SafetensorsSample.entry(extra: ",\"data_offsets\":[0,8]"), .duplicateKey("data_offsets")),
    Malformed("name twice", in: "\(ok),\(ok)", .duplicateName),
    Malformed("name twice, once escaped", in: "\(ok),\(SafetensorsSample.entry("\\u0061"))", .duplicateName),
    Malformed(
      "name twice, side by side", in: "\(ok),\(SafetensorsSample.entry(offsets: "[8,16]"))", dataCount: 16,
      .duplicateName),
    Malformed("hole in front", in: SafetensorsSample.entry(offsets: "[4,12]"), dataCount: 12, .hole(count: 4)),
    Malformed(
      "far beyond the file", in: SafetensorsSample.entry(offsets: "[1000000,1000008]"), .hole(count: 1_000_000)),
  ]

  private static func two(_ offsets: String, _ second: String = "[2]") -> String {
    "{\(ok),\(SafetensorsSample.entry("b", shape: second, offsets: offsets))}"
  }

  static let layouts: [Malformed] = [
    Malformed("the same range twice", file(two("[0,8]")), .overlap(with: "a"), entry: "b"),
    Malformed("overlap by a part", file(two("[4,12]"), 12), .overlap(with: "a"), entry: "b"),
    Malformed("one inside the other", file(two("[4,8]", "[1]")), .overlap(with: "a"), entry: "b"),
    Malformed("empty tensor inside another", file(two("[4,4]", "[0]")), .overlap(with: "a"), entry: "b"),
    Malformed("hole between", file(two("[12,20]"), 20), .hole(count: 4), entry: "b"),
    Malformed("empty tensor after the end", file(two("[12,12]", "[0]"), 12), .hole(count: 4), entry: "b"),
    Malformed("second cut off", file(two("[8,16]"), 12), .dataTooShort(missing: 4)),
    Malformed("data behind the second", file(two("[8,16]"), 20), .trailingBytes(count: 4)),
    Malformed(
      "many tensors on one range",
      file(
        "{" + (0..<1000).map { SafetensorsSample.entry("t\($0)") }.joined(separator: ",") + "}"),
      .overlap(with: "t0"), entry: "t1"),
  ]

  private static let metadata = "__metadata__"

  static let metadataFiles: [Malformed] =
    ["null", "1", "[]", "\"x\"", "true"].map {
      Malformed("metadata are \($0)", file("{\"\(metadata)\":\($0)}", 0), .badMetadata, entry: metadata)
    }
    + ["null", "1", "1.5", "true", "[]", "{}", "[\"x\"]"].map {
      Malformed("metadata value \($0)", file("{\"\(metadata)\":{\"k\":\($0)}}", 0), .badMetadata, entry: metadata)
    } + [
      Malformed(
        "metadata key twice", file("{\"\(metadata)\":{\"k\":\"1\",\"k\":\"1\"}}", 0), .duplicateKey("k"),
        entry: metadata),
      Malformed(
        "metadata twice", file("{\"\(metadata)\":{},\(ok),\"\(metadata)\":{}}"), .duplicateName, entry: metadata),
      Malformed(
        "100,001 pairs of metadata",
        file("{\"\(metadata)\":{" + (0...100_000).map { "\"\($0)\":\"\"" }.joined(separator: ",") + "}}", 0),
        .tooManyMetadata(limit: 100_000), entry: metadata),
      Malformed(
        "a tensor in the place of metadata", file("{\(SafetensorsSample.entry(metadata))}"), .badMetadata,
        entry: metadata),
    ]

  @Test(arguments: lengths + headers + entries + layouts + metadataFiles)
  func isRefusedWithItsError(_ malformed: Malformed) {
    recordFigure("bad_files/safetensors", 1)
    do throws(SafetensorsError) {
      _ = try SafetensorsFile(bytes: malformed.bytes)
      Issue.record("accepted: \(malformed.name)")
    } catch {
      #expect(error.kind == malformed.kind)
      #expect(error.entry == malformed.entry)
      #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
      #expect(error.description.count < 300)
    }
  }

  @Test(arguments: json)
  func headersThatAreNotJSON(_ name: String, _ header: String, _ kind: JSONError.Kind, column: Int) {
    recordFigure("bad_files/safetensors", 1)
    do throws(SafetensorsError) {
      _ = try SafetensorsFile(bytes: SafetensorsSample.file(header, dataCount: 8))
      Issue.record("accepted: \(name)")
    } catch {
      guard case .headerJSON(let json) = error.kind else {
        Issue.record("\(name): \(error)")
        return
      }
      #expect(json.kind == kind)
      #expect(json.column == column)
    }
  }

  @Test(
    arguments: [
      [0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80],
    ] as [[UInt8]])
  func invalidUTF8InANameOrInMetadata(_ bytes: [UInt8]) {
    let entry = SafetensorsSample.entry("NAME", offsets: "[0,8]")
    for template in ["{\(entry)}", "{\"__metadata__\":{\"NAME\":\"\"}}", "{\"__metadata__\":{\"\":\"NAME\"}}"] {
      var header = Array(template.utf8)
      guard let place = header.firstRange(of: Array("NAME".utf8)) else { return }
      header.replaceSubrange(place, with: bytes)
      recordFigure("bad_files/safetensors", 1)
      do throws(SafetensorsError) {
        _ = try SafetensorsFile(bytes: SafetensorsSample.file(header, dataCount: 8))
        Issue.record("accepted \(bytes)")
      } catch {
        guard case .headerJSON(let json) = error.kind else {
          Issue.record("\(error)")
          continue
        }
        #expect(json.kind == .invalidUTF8)
      }
    }
  }

  @Test func thereAreEnoughOfThem() {
    let all = (Self.lengths + Self.headers + Self.entries + Self.layouts + Self.metadataFiles).map(\.name)
    #expect(all.count + Self.json.count + 7 * 3 >= 100)
    #expect(Set(all).count == all.count)
  }
}
