import Foundation
import Testing

@testable import RecurrentFormats

@Suite struct JSONWriterTests {
  private let value: JSONValue = [
    "name": "lstm", "shape": [2, 3], "empty": [], "none": [:], "layers": [["size": 6], ["size": 1]], "rate": 0.1,
    "rows": [[1, 2], [3, 4]],
  ]

  @Test func oneLine() throws {
    #expect(
      try value.text(.oneLine)
        == #"{"name": "lstm", "shape": [2, 3], "empty": [], "none": {}, "layers": [{"size": 6}, {"size": 1}], "#
        + #""rate": 0.1, "rows": [[1, 2], [3, 4]]}"#)
  }

  @Test func pretty() throws {
    #expect(
      try value.text(.pretty) == """
        {
          "name": "lstm",
          "shape": [2, 3],
          "empty": [],
          "none": {},
          "layers": [
            {
              "size": 6
            },
            {
              "size": 1
            }
          ],
          "rate": 0.1,
          "rows": [
            [1, 2],
            [3, 4]
          ]
        }
        """)
  }

  @Test(arguments: [
    (0.1, "0.1"), (1, "1.0"), (-0.0, "-0.0"), (1e23, "1e+23"), (.leastNonzeroMagnitude, "5e-324"),
    (1.0 / 3, "0.3333333333333333"),
    (123_456_789, "123456789.0"), (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
  ])
  func numbersAreShortest(_ number: Double, _ text: String) throws {
    #expect(try JSONValue.number(number).text(.oneLine) == text)
    #expect(try JSONValue(parsing: text).number?.bitPattern == number.bitPattern)
  }

  @Test func randomNumbersSurvive() throws {
    var generator = SplitMix64(seed: 7)
    for _ in 0..<2000 {
      let number = Double(bitPattern: generator.next())
      guard number.isFinite else { continue }
      let back = try JSONValue(parsing: JSONValue.number(number).text(.oneLine))
      #expect(back.number?.bitPattern == number.bitPattern)
    }
  }

  @Test func stringsAreEscaped() throws {
    let string = "\"\\/\u{8}\u{c}\n\r\t\0\u{1f}\u{7f}é水𝄞\u{2028}"
    let text = try JSONValue.string(string).text(.oneLine)
    #expect(text == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}é水𝄞\u{2028}\"")
    #expect(try JSONValue(parsing: text).string == string)
  }

  @Test func whatIsNotFiniteIsRefusedWithItsKey() {
    for number in [Double.nan, .infinity, -.infinity] {
      let value: JSONValue = ["metrics": ["test": [1, ["rmse": .number(number)]]]]
      #expect(throws: JSONWritingError.notFinite(key: "metrics.test.1.rmse")) { try value.text(.oneLine) }
    }
  }

  @Test func depthIsLimited() throws {
    var value: JSONValue = []
    for _ in 1..<64 { value = [value] }
    #expect(try JSONValue(parsing: value.text(.pretty)) == value)
    let deeper: JSONValue = [value]
    #expect(throws: JSONWritingError.tooDeep(limit: 64)) { try deeper.text(.pretty) }
  }

  @Test func writesFiles() throws {
    let folder = try TemporaryFolder()
    try value.write(to: folder.path("config.json"))
    #expect(folder.text("config.json") == (try value.text(.pretty)) + "\n")
    #expect(try JSONValue(contentsOfFile: folder.path("config.json")) == value)
    #expect(throws: FileError.self) { try JSONValue(contentsOfFile: folder.path("config.json"), limit: 10) }
  }
}
