import Foundation
import RecurrentTestSupport
import Testing

@testable import RecurrentFormats

@Suite struct JSONValueTests {
  @Test func readsEveryKindOfValue() throws {
    let text = """
       { "null": null, "yes": true,\t"no": false, "integer": -12, "real": 1.5e-3,\r
        "text": "a\\u00e9\\n\\"\\\\\\/\\b\\f\\r\\t", "list": [ ], "nested": {"x": [1, [2.0, {}]]} }
      """
    let value = try JSONValue(parsing: text)
    let expected: JSONValue = [
      "null": nil, "yes": true, "no": false, "integer": -12, "real": 0.0015,
      "text": "aé\n\"\\/\u{8}\u{c}\r\t", "list": [], "nested": ["x": [1, [2.0, [:]]]],
    ]
    #expect(value == expected)
    #expect(value.object?.keys == ["null", "yes", "no", "integer", "real", "text", "list", "nested"])
    #expect(value["nested"]?["x"]?.array?.first?.integer == 1)
    #expect(value["integer"]?.number == -12 && value["real"]?.integer == nil && value["none"] == nil)
  }

  @Test(arguments: [
    ("0", JSONValue.integer(0)), ("-1", .integer(-1)), ("9223372036854775807", .integer(.max)),
    ("-9223372036854775808", .integer(.min)), ("9007199254740993", .integer(9_007_199_254_740_993)),
    ("-0", .number(-0.0)), ("1.0", .number(1)), ("1e2", .number(100)), ("1E+2", .number(100)), ("0.1", .number(0.1)),
    ("5e-324", .number(.leastNonzeroMagnitude)), ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
    ("1e-999", .number(0)), ("0e1", .number(0)),
    ("2.2250738585072011e-308", .number(Double(bitPattern: 0xf_ffff_ffff_ffff))),
  ])
  func numbers(_ text: String, _ expected: JSONValue) throws {
    let value = try JSONValue(parsing: text)
    #expect(value == expected)
    if let number = expected.number { #expect(value.number?.sign == number.sign) }
  }

  @Test(arguments: [
    ("\"\"", ""), ("\"\\u0000\"", "\0"), ("\"\\uD834\\udd1e\"", "𝄞"), ("\"水 𝄞\"", "水 𝄞"), ("\"\u{7f}\"", "\u{7f}"),
    ("\"\\u20AC\"", "€"), ("\"\u{2028}\"", "\u{2028}"), ("\"\\uFFFF\"", "\u{ffff}"),
  ])
  func strings(_ text: String, _ expected: String) throws {
    #expect(try JSONValue(parsing: text) == .string(expected))
  }

  /// What is not JSON, each with the kind of error and its line and column.
  static let malformed: [(String, JSONError.Kind, Int, Int)] = [
    ("", .unexpectedEnd(expected: "a value"), 1, 1),
    (" \n ", .unexpectedEnd(expected: "a value"), 2, 2),
    ("{", .unexpectedEnd(expected: "a key in quotes"), 1, 2),
    ("[", .unexpectedEnd(expected: "a value"), 1, 2),
    ("[1", .unexpectedEnd(expected: "',' or ']'"), 1, 3),
    ("[1,", .unexpectedEnd(expected: "a value"), 1, 4),
    ("[1,]", .unexpectedByte(UInt8(ascii: "]"), expected: "a value"), 1, 4),
    ("[,1]", .unexpectedByte(UInt8(ascii: ","), expected: "a value"), 1, 2),
    ("[1 2]", .unexpectedByte(UInt8(ascii: "2"), expected: "',' or ']'"), 1, 4),
    ("[1}", .unexpectedByte(UInt8(ascii: "}"), expected: "',' or ']'"), 1, 3),
    ("{1:2}", .unexpectedByte(UInt8(ascii: "1"), expected: "a key in quotes"), 1, 2),
    ("{\"a\"}", .unexpectedByte(UInt8(ascii: "}"), expected: "':'"), 1, 5),
    ("{\"a\":}", .unexpectedByte(UInt8(ascii: "}"), expected: "a value"), 1, 6),
    ("{\"a\":1,}", .unexpectedByte(UInt8(ascii: "}"), expected: "a key in quotes"), 1, 8),
    ("{\"a\":1 \"b\":2}", .unexpectedByte(UInt8(ascii: "\""), expected: "',' or '}'"), 1, 8),
    ("{'a':1}", .unexpectedByte(UInt8(ascii: "'"), expected: "a key in quotes"), 1, 2),
    ("{\"a\":1,\n \"a\":2}", .duplicateKey("a"), 2, 2),
    ("{\"\\u0061\":1,\"a\":2}", .duplicateKey("a"), 1, 13),
    ("1 2", .trailingBytes, 1, 3),
    ("{}\n\n}", .trailingBytes, 3, 1),
    ("null\0", .trailingBytes, 1, 5),
    ("\u{feff}{}", .byteOrderMark, 1, 1),
    ("nul", .unexpectedEnd(expected: "'null'"), 1, 4),
    ("True", .unexpectedByte(UInt8(ascii: "T"), expected: "a value"), 1, 1),
    ("truE", .unexpectedByte(UInt8(ascii: "E"), expected: "'true'"), 1, 4),
    ("NaN", .unexpectedByte(UInt8(ascii: "N"), expected: "a value"), 1, 1),
    ("Infinity", .unexpectedByte(UInt8(ascii: "I"), expected: "a value"), 1, 1),
    ("// x\n1", .unexpectedByte(UInt8(ascii: "/"), expected: "a value"), 1, 1),
    ("\u{a0}1", .unexpectedByte(0xc2, expected: "a value"), 1, 1),
    ("01", .malformedNumber, 1, 1), ("-01", .malformedNumber, 1, 1), ("00", .malformedNumber, 1, 1),
    ("+1", .unexpectedByte(UInt8(ascii: "+"), expected: "a value"), 1, 1),
    (".5", .unexpectedByte(UInt8(ascii: "."), expected: "a value"), 1, 1),
    ("1.", .unexpectedEnd(expected: "a digit"), 1, 3), ("1.e2", .malformedNumber, 1, 1),
    ("-", .unexpectedEnd(expected: "a digit"), 1, 2), ("-a", .malformedNumber, 1, 1),
    ("1e", .unexpectedEnd(expected: "a digit"), 1, 3), ("1e+", .unexpectedEnd(expected: "a digit"), 1, 4),
    ("1ex", .malformedNumber, 1, 1), ("0x10", .trailingBytes, 1, 2), ("1_000", .trailingBytes, 1, 2),
    ("1e999", .numberOutOfRange, 1, 1), ("-1e999", .numberOutOfRange, 1, 1),
    ("9223372036854775808", .numberOutOfRange, 1, 1), ("-9223372036854775809", .numberOutOfRange, 1, 1),
    ("[\"é\", 1e400]", .numberOutOfRange, 1, 7),
    ("\"", .unexpectedEnd(expected: "the end of a string"), 1, 2),
    ("\"a\\", .unexpectedEnd(expected: "the rest of an escape"), 1, 4),
    ("\"\\u12", .unexpectedEnd(expected: "the rest of an escape"), 1, 6),
    ("\"\\x41\"", .invalidEscape, 1, 2), ("\"\\u12g4\"", .invalidEscape, 1, 2), ("\"\\U0041\"", .invalidEscape, 1, 2),
    ("\"\\ud800\"", .invalidEscape, 1, 2), ("\"\\udc00\"", .invalidEscape, 1, 2),
    ("\"\\ud800\\ud800\"", .invalidEscape, 1, 2), ("\"\\ud800x\"", .invalidEscape, 1, 2),
    ("\"\\ud800\\n\"", .invalidEscape, 1, 2),
    ("\"a\nb\"", .controlCharacter(0x0a), 1, 3), ("\"\\n\t\"", .controlCharacter(0x09), 1, 4),
    ("\"\0\"", .controlCharacter(0), 1, 2),
  ]

  @Test(arguments: malformed)
  func malformedText(_ text: String, _ kind: JSONError.Kind, line: Int, column: Int) {
    recordFigure("bad_files/json", 1)
    do throws(JSONError) {
      _ = try JSONValue(parsing: text, file: "x.json")
      Issue.record("accepted \(text)")
    } catch {
      #expect(error.kind == kind)
      #expect((error.line, error.column) == (line, column))
      #expect(error.description.hasPrefix("x.json:\(line):\(column): "))
      #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
  }

  @Test(
    arguments: [
      [0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x5c, 0x6e, 0x80, 0x22], [0x7b, 0x22, 0x80, 0x22, 0x3a, 0x31, 0x7d],
    ] as [[UInt8]])
  func invalidUTF8(_ bytes: [UInt8]) {
    recordFigure("bad_files/json", 1)
    do throws(JSONError) {
      _ = try JSONValue(parsing: bytes)
      Issue.record("accepted \(bytes)")
    } catch {
      #expect(error.kind == .invalidUTF8)
    }
  }

  @Test func depthIsLimited() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array(String(repeating: "[", count: depth).utf8) + Array(String(repeating: "]", count: depth).utf8)
    }
    _ = try JSONValue(parsing: nested(64))
    for depth in [65, 1_000_000] {
      do throws(JSONError) {
        _ = try JSONValue(parsing: nested(depth))
        Issue.record("accepted depth \(depth)")
      } catch {
        #expect(error.kind == .tooDeep(limit: 64) && error.column == 65)
      }
    }
    let objects = String(repeating: "{\"a\":", count: 100_000)
    #expect(throws: JSONError.self) { try JSONValue(parsing: objects) }
    // A level that was left does not count any more.
    _ = try JSONValue(parsing: "[" + String(repeating: "[[]],", count: 100) + "[]]")
  }

  @Test func agreesWithFoundationOnEveryChangedByte() throws {
    let sample = Array("{\"a\\u00e9\":[1,-2.5e3,true,null],\"b\":{\"c\":\"d\\n\"}}".utf8)
    for index in sample.indices {
      #expect(throws: JSONError.self) { try JSONValue(parsing: Array(sample[..<index])) }
      for byte in UInt8.min...UInt8.max where byte != sample[index] {
        var changed = sample
        changed[index] = byte
        guard let value = try? JSONValue(parsing: changed) else { continue }
        // Whatever is accepted, the other reader accepts too, and what it means survives writing and reading.
        #expect(
          (try? JSONSerialization.jsonObject(with: Data(changed))) != nil, "\(String(decoding: changed, as: UTF8.self))"
        )
        #expect(try JSONValue(parsing: value.text(.pretty)) == value)
      }
    }
  }
}
