import Testing

@testable import RecurrentFormats

@Suite struct PrintableTests {
  @Test(arguments: [
    ("layer.0.weight", "layer.0.weight"), ("a\nb", "a\\u{a}b"), ("\u{1b}[31m", "\\u{1b}[31m"), ("é水 x", "é水 x"),
    ("\u{202e}abc", "\\u{202e}abc"), ("\u{2028}", "\\u{2028}"), ("", ""),
  ])
  func escapesWhatDoesNotPrint(_ text: String, _ expected: String) {
    #expect(text.printable() == expected)
  }

  @Test func cutsWhatIsLong() {
    #expect(String(repeating: "x", count: 100).printable(limit: 10) == "xxxxxxxxxx…")
    #expect("0123456789".printable(limit: 10) == "0123456789")
  }
}
