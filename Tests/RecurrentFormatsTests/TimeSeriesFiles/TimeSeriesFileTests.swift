import Testing

@testable import RecurrentFormats

@Suite struct TimeSeriesFileTests {
  private static let header = "#made up\n@problemName P\n@timeStamps false\n@classLabel true a b\n@data\n"

  private func read(_ text: String) throws(LabelledSeriesError) -> LabelledSeries {
    try TimeSeriesFile.read(lines: text.split(separator: "\n", omittingEmptySubsequences: false), file: "t.ts")
  }

  private func message(_ text: String) -> String {
    do throws(LabelledSeriesError) {
      _ = try read(text)
      return "no error"
    } catch {
      return error.description
    }
  }

  @Test func casesOfUnequalLengthAreReadStepByStep() throws {
    let series = try read(Self.header + "1,2,3:4,5,6:a\n\n-1.5e1 , 7:8,9:b\n")
    #expect(series.channels == ["1", "2"])
    #expect(series.values == [1, 4, 2, 5, 3, 6, -15, 8, 7, 9])
    #expect(series.items.map(\.steps) == [0..<3, 3..<5])
    #expect(series.items.map(\.label) == ["a", "b"])
    #expect(series.items.map(\.place.line) == [6, 8])
  }

  @Test func targetsAndFilesWithoutAnswersAreRead() throws {
    let targets = try read("@targetLabel true\n@data\n1,2:0.5\n")
    #expect(targets.items[0].label == "0.5")
    let plain = try read("@classLabel false\n@data\n1,2\n3,4\n")
    #expect(plain.items.map(\.label) == [nil, nil])
    #expect(plain.values == [1, 2, 3, 4])
  }

  @Test(arguments: [
    ("#c\n@problemName P\n", true), ("  @data\n", true), ("@user hello\n", false), ("label\ttext\n", false),
    ("", false),
  ]) func theFormIsRecognised(text: String, isOne: Bool) {
    #expect(TimeSeriesFile.matches(text.split(separator: "\n")) == isOne)
  }

  @Test(arguments: [
    ("1,?,3:4,5,6:a", "t.ts:6:3: a missing value in dimension 1; fill it in"),
    ("1,2,3:4,NaN,6:a", "t.ts:6:9: a missing value in dimension 2"),
    ("1,x,3:a", "t.ts:6:3: 'x' in dimension 1 is not a number"),
    ("1,1e60:a", "'1e60' in dimension 1 is not a number"),
    ("1,2:1:a", "t.ts:6:5: dimension 2 has 1 values and the first 2"),
    ("1,2:c", "t.ts:6:5: class 'c' is not one of @classLabel (a, b)"),
    ("1,2:", "t.ts:6:5: the class is missing"),
    ("1,2", "t.ts:6:1: no colon before the class"),
    ("1,2:a\n1,2:3,4:a", "t.ts:7:1: 2 dimensions where the first case has 1"),
  ]) func whatIsWrongIsNamedWithItsPlace(data: String, expected: String) {
    let message = message(Self.header + data)
    #expect(message.contains(expected), "\(message)")
  }

  @Test func headersThatCannotBeReadAreRefused() {
    #expect(message("@timeStamps true\n@data\n(1,2):a").contains("t.ts:1:1: time stamps are not read"))
    #expect(message("1,2:a\n@data").contains("t.ts:1:1: a line of data stands before @data"))
    #expect(message("@data\n").contains("t.ts: there is no sequence"))
  }

  @Test func mutatedFilesNeverTrap() {
    let seed = Self.header + "1,2,3:4,5,6:a\n7,8:9,10:b\n"
    let insertions = [":", ",", "@", "\n", "?", "e9", "-", "#", "é", "9999999999999999999999", "@data\n", " "]
    var generator = SplitMix64(seed: 2)
    for _ in 0..<1000 {
      var text = seed
      for _ in 0..<Int.random(in: 1...5, using: &generator) {
        let index = text.indices.randomElement(using: &generator) ?? text.startIndex
        if Bool.random(using: &generator) {
          text.insert(contentsOf: insertions.randomElement(using: &generator) ?? "", at: index)
        } else if !text.isEmpty {
          text.remove(at: index)
        }
      }
      if let series = try? read(text) {
        #expect(series.items.allSatisfy { $0.steps.upperBound * series.channels.count <= series.values.count })
      }
    }
  }
}
