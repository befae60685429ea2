import Testing

@testable import RecurrentTraining

@Suite struct TextTableTests {
  @Test func columnsAreAligned() {
    var table = TextTable(["", "RMSE", "MAE"])
    table.append(["model", "13.48", "10.2"])
    table.append(["seasonal naive", "9.1"])
    #expect(
      table.text() == """
                         RMSE   MAE
        model           13.48  10.2
        seasonal naive    9.1

        """)
  }

  @Test func alignmentsAsAsked() {
    var table = TextTable(["layer", "shape"], alignments: [.right, .left])
    table.append(["a", "[1, 2]"])
    #expect(table.text() == "layer  shape\n    a  [1, 2]\n")
  }

  @Test func titlesInBold() {
    let terminal = Terminal(descriptor: 1, isTerminal: true, colors: .always) { _ in nil }
    #expect(TextTable(["a"]).text(on: terminal) == "\u{1B}[1ma\u{1B}[0m\n")
  }
}
