import Testing

@testable import RecurrentTasks

@Suite struct ABCTuneTests {
  static let header = "X:1\nT:Test\nM:6/8\nL:1/8\nK:D Major\n"

  static let sound = [
    "dAFA DFAd|fdcd FAdf|", "(3ABc|d2AF d>AF:|!\nag|faf|]", "[1 d4 d3:|[2 d4 d3|]", "|:d2 [1 d:|[2 e|]",
    "\"Am\"A2 [CEG]2 z2|",
    "{gf}e ^c_B =A a'b, d/2 e3/2 f//|", "~g3 .a (bc) d-d|", "[K:G]abc|:d::e:|", "w: some words\nabc|", "A|:BB:|",
  ]
  static let broken = [
    ("[CEG2 z2|", "bracket is not closed"), ("\"Am A2|", "quotation mark"), ("{gf e|", "grace notes"),
    ("\"Coda\"A|", "no chord"), ("ab)c|", "slur is closed"),
    ("abc]d|", "bracket is closed"), ("abc@d|", "no sign of music"), ("^|abc", "accidental has no note"),
    ("ab:|cd|[1 e:|[2 f|]", "no repeat"), ("|abc:|d|1 e:|2 f|", "no repeat"), ("[xtended]|", "chord holds"),
    ("||:z|", "no notes"), ("a:b|", "colon"),
  ]

  @Test(arguments: sound) func musicIsWellFormed(_ music: String) {
    #expect(ABCTune(Self.header + music).problem == nil)
  }

  @Test(arguments: broken) func whatIsNoMusicIsNamed(_ music: String, _ expected: String) {
    let problem = ABCTune(Self.header + music).problem
    #expect(problem?.contains(expected) == true, "\(problem ?? "none")")
  }

  @Test(arguments: [
    ("T:a\nX:1\nM:C\nK:D\nabc", "first field"), ("X:one\nT:a\nM:C\nK:D\nabc", "not a number"),
    ("X:1\nM:C\nK:D\nabc", "T:"),
    ("X:1\nT:a\nK:D\nabc", "M:"), ("X:1\nT:a\nM:C\nabc", "K:"), ("X:1\nT:a\nM:6+8\nK:D\nabc", "no metre"),
    ("X:1\nT:a\nM:C\nK:H Dur\nabc", ""), ("X:1\nT:a\nM:C\nK:Q\nabc", "no key"),
    ("X:1\nT:a\nM:C\nL:8\nK:D\nabc", "no length"),
    ("X:1\nT:a\nM:C\nK:D", "no music"), ("", "first field"),
  ])
  func headersAreChecked(_ text: String, _ expected: String) {
    let problem = ABCTune(text).problem
    if expected.isEmpty {
      #expect(problem == nil)
    } else {
      #expect(problem?.contains(expected) == true, "\(problem ?? "none")")
    }
  }

  @Test func fieldsAreFound() {
    let tune = ABCTune("X:7\nT: The Name % comment\nR:reel\nM:C|\nK:A Dorian\nabc|\nK:D\ndef|")
    #expect(tune.value(of: "T") == "The Name" && tune.value(of: "R") == "reel" && tune.value(of: "K") == "A Dorian")
    #expect(tune.body == ["abc|", "K:D", "def|"])
  }

  @Test func booksAreNumbered() {
    let book = TuneBook([Self.header + "abc|\n\ndef|\n", "X:99\nT:b\nM:C\nK:D\nq|"])
    #expect(book.text == "X:1\nT:Test\nM:6/8\nL:1/8\nK:D Major\nabc|\ndef|\n\nX:2\nT:b\nM:C\nK:D\nq|\n")
    #expect(book.wellFormedCount == 1)
  }

  /// Signs at random never stop the checker.
  @Test func anyTextCanBeChecked() {
    let signs = Array("X:1TMKLabcAG|:[]()\"!{}^_=',/23 \n%-><~é")
    var state: UInt64 = 9
    for _ in 0..<2000 {
      var text = "X:1\nT:a\nM:C\nK:D\n"
      for _ in 0..<40 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text.append(signs[Int(state >> 33) % signs.count])
      }
      _ = TuneBook([text]).wellFormedCount
    }
  }
}
