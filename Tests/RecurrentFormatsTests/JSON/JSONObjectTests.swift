import Testing

@testable import RecurrentFormats

@Suite struct JSONObjectTests {
  @Test func keepsOrderWhenMembersChange() {
    var object: JSONObject = ["b": 1, "a": 2, "c": 3]
    object["a"] = 5
    object["d"] = nil
    object["b"] = nil
    object["e"] = .null
    #expect(object.keys == ["a", "c", "e"])
    #expect(object.values == [5, 3, nil])
    #expect(object["c"] == 3 && object["b"] == nil && object["e"] == .null)
    #expect(object.map(\.key) == ["a", "c", "e"])
    #expect(object == ["a": 5, "c": 3, "e": nil])
    #expect(object != ["c": 3, "a": 5, "e": nil])
  }

  @Test func tellsKeysApartByCodePoints() throws {
    let object = try JSONValue(parsing: "{\"\u{c5}\": 1, \"\u{212b}\": 2, \"A\u{30a}\": 3}").object
    #expect(object?["\u{212b}"] == 2)
    #expect(object != ["\u{212b}": 1, "\u{c5}": 2, "A\u{30a}": 3])
  }
}
