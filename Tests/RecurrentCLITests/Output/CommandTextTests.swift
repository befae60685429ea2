import Testing

@testable import RecurrentCLI

struct CommandTextTests {
  @Test(arguments: [
    ("runs/0001-forecast", "runs/0001-forecast"), ("", "''"), ("my run", "'my run'"), ("it's", "'it'\\''s'"),
    ("a;rm -r b", "'a;rm -r b'"), ("$HOME", "'$HOME'"), ("größe", "'größe'"),
  ])
  func quoting(_ argument: String, _ quoted: String) {
    #expect(CommandText.quoted(argument) == quoted)
  }

  @Test func arguments() {
    #expect(CommandText("info", "my run").text.hasSuffix(" info 'my run'"))
  }
}
