import RecurrentFormats
import Testing

@testable import RecurrentTasks

@Suite struct ConditionSchemaTests {
  private func record(_ conditions: JSONObject) -> TextRecord {
    var record = TextRecord(text: "t", line: 4)
    record.conditions = conditions
    return record
  }

  @Test func wordsAndNumbersBecomePlaces() throws {
    let records = [
      record(["kind": "reel", "v": [1, 10]]), record(["kind": "jig", "v": [3, 10]]),
      record(["kind": "jig", "v": [5, 10]]),
    ]
    let schema = try ConditionSchema(of: records, names: ["kind", "v"], file: "f")
    #expect(schema.size == 4)
    // Mean 3 and deviation √(8/3); a number that never changes stays as it is, less its mean.
    #expect(try schema.values(["kind": "reel", "v": [5, 11]]) == [0, 1, Float(2 / (8.0 / 3).squareRoot()), 1])
  }

  @Test func strangeConditionsAreRefused() throws {
    let schema = try ConditionSchema(
      of: [record(["kind": "reel"]), record(["kind": "jig"])], names: ["kind"], file: "f")
    let cases: [(JSONObject, String)] = [
      ([:], "'kind' is missing"), (["kind": "reek"], "did you mean 'reel'"), (["kind": 3], "is a word"),
      (["kind": "jig", "mood": "x"], "no condition 'mood'"),
    ]
    for (given, expected) in cases {
      let problem = #expect(throws: ConditionProblem.self) { try schema.values(given) }
      #expect(problem?.text.contains(expected) == true, "\(problem?.text ?? "")")
    }
  }

  @Test func recordsMustBeAlike() {
    let mixtures: [[JSONObject]] = [
      [["v": "a"], ["v": 1]], [["v": [1, 2]], ["v": [1]]], [["v": .null]], [["v": []]], [["v": [1, "x"]]],
      [["v": 1e300]], [["v": ["a": 1]]],
    ]
    for mixture in mixtures {
      #expect(throws: GenerationError.self) {
        try ConditionSchema(of: mixture.map(record), names: ["v"], file: "f")
      }
    }
  }
}
