import Testing

@testable import RecurrentTraining

@Suite struct TerminalTests {
  private func terminal(
    _ isTerminal: Bool, _ colors: Terminal.ColorChoice, _ environment: [String: String]
  ) -> Terminal {
    Terminal(descriptor: 2, isTerminal: isTerminal, colors: colors) { environment[$0] }
  }

  @Test func interactive() {
    #expect(terminal(true, .auto, ["TERM": "xterm"]).isInteractive)
    #expect(terminal(true, .auto, [:]).isInteractive)
    #expect(!terminal(true, .auto, ["TERM": "dumb"]).isInteractive)
    #expect(!terminal(false, .auto, ["TERM": "xterm"]).isInteractive)
    // The terminals that Open MPI gives its processes.
    #expect(!terminal(true, .auto, ["TERM": "xterm", "OMPI_COMM_WORLD_SIZE": "2"]).isInteractive)
    #expect(!terminal(true, .auto, ["OMPI_COMM_WORLD_SIZE": "2"]).hasColors)
  }

  @Test func colours() {
    #expect(terminal(true, .auto, [:]).hasColors)
    #expect(!terminal(false, .auto, [:]).hasColors)
    #expect(!terminal(true, .auto, ["NO_COLOR": "1"]).hasColors)
    #expect(terminal(true, .auto, ["NO_COLOR": ""]).hasColors)
    #expect(!terminal(true, .auto, ["TERM": "dumb"]).hasColors)
    #expect(terminal(false, .always, ["NO_COLOR": "1"]).hasColors)
    #expect(!terminal(true, .never, [:]).hasColors)
  }

  @Test func unicode() {
    #expect(terminal(true, .auto, ["LANG": "en_US.UTF-8"]).isUnicode)
    #expect(terminal(true, .auto, ["LC_CTYPE": "C.utf8", "LANG": "C"]).isUnicode)
    #expect(!terminal(true, .auto, ["LC_ALL": "C", "LANG": "en_US.UTF-8"]).isUnicode)
    #expect(!terminal(true, .auto, [:]).isUnicode)
  }

  @Test func styles() {
    #expect(terminal(true, .always, [:]).styled("x", .bold) == "\u{1B}[1mx\u{1B}[0m")
    #expect(terminal(true, .never, [:]).styled("x", .bold) == "x")
  }

  /// A stream that is no terminal has no width.
  @Test func width() {
    #expect(Terminal(descriptor: -1).width == 80)
  }
}
