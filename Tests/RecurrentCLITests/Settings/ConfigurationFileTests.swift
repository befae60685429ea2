import RecurrentFormats
import RecurrentTasks
import RecurrentTraining
import Testing

@testable import RecurrentCLI

struct ConfigurationFileTests {
  private func assignments(_ text: String) throws -> [SettingAssignment] {
    try ConfigurationFile(Array(text.utf8), name: "c.yaml").assignments
  }

  private func values(_ text: String) throws -> [JSONValue] { try assignments(text).map(\.value) }

  @Test func placesOfKeys() throws {
    let assignments = try assignments("# a comment\nepochs: 3\n\n  \nseed: 4 # another\n")
    #expect(
      assignments == [
        SettingAssignment("epochs", "3", from: .file("c.yaml", line: 2, column: 1)),
        SettingAssignment("seed", "4", from: .file("c.yaml", line: 5, column: 1)),
      ])
    let inline = try self.assignments("{\"epochs\": 3, \"séed\": 4}")
    #expect(inline.map(\.source) == [.file("c.yaml", line: 1, column: 2), .file("c.yaml", line: 1, column: 15)])
  }

  @Test func plainValuesAreText() throws {
    #expect(
      try values("a: 0.8\nb: no\nc: 1949-01\nd: 2014-01-01\ne: 1e-3\nf: 0x1F\ng: yes\n") == [
        "0.8", "no", "1949-01", "2014-01-01", "1e-3", "0x1F", "yes",
      ])
  }

  @Test func nothing() throws {
    #expect(try values("a:\nb: null\nc: ~\nd: ''\ne: \"null\"\n") == [.null, .null, .null, "", "null"])
    for text in ["", "\n", "# only a comment\n", "---\n", "{}"] { #expect(try assignments(text).isEmpty, "\(text)") }
  }

  @Test func lists() throws {
    #expect(try values("a: [x, 'y, z', 3]\nb:\n  - p\n  - q\nc: []\n") == [["x", "y, z", "3"], ["p", "q"], []])
  }

  @Test func charactersThatLookLikeAliasesInText() throws {
    let line = "a: \"*x &y\"\nb: R&D\nc: 2*3\n"
    #expect(try values(line) == ["*x &y", "R&D", "2*3"])
  }

  /// Each key doubles the one before: reading the last would take for ever.
  @Test(.timeLimit(.minutes(1))) func aliasesThatMultiplyAreRefused() throws {
    var text = "a0: &a0 [x, x]\n"
    for level in 1..<60 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    text += "? *a59\n: 1\n"
    #expect(throws: ConfigurationFileError.self) { try assignments(text) }
  }

  @Test(.timeLimit(.minutes(1))) func depthIsNoDanger() {
    #expect(throws: ConfigurationFileError.self) { try assignments(String(repeating: "[", count: 1 << 19)) }
    #expect(throws: ConfigurationFileError.self) { try assignments(String(repeating: "- ", count: 1 << 19)) }
    #expect(throws: ConfigurationFileError.self) { try assignments(String(repeating: "{a: ", count: 900)) }
  }

  @Test func everyByteSequenceIsReadOrRefused() {
    let whole = Array("a: [x, \"y\\u0041\"] # c\nb: 'it''s'\nc: |\n  text\n".utf8)
    for end in 0...whole.count {
      for byte in [UInt8(0), 9, 0x21, 0x25, 0x2a, 0x3f, 0x40, 0x60, 0x7f, 0xc3, 0xff] {
        do {
          _ = try ConfigurationFile(whole[..<end] + [byte] + whole[end...], name: "c.yaml")
        } catch {
          #expect(error.description.hasPrefix("c.yaml"))
          #expect(!error.description.contains("\n"))
        }
      }
    }
  }

  @Test func completeConfigurationReadsBackTheSame() throws {
    for preset in ForecastConfiguration.presets {
      let configuration = try ForecastConfiguration(resolving: preset.assignments)
      let text = configuration.yaml(title: "a run")
      let again = try ForecastConfiguration(resolving: assignments(text))
      #expect(again.differences(from: configuration) == [])
    }
  }
}
