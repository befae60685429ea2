import RecurrentTasks
import RecurrentTraining
import Testing

@testable import RecurrentCLI

struct MetricsTableTests {
  private let actual = [100.0, 200, 400]

  private func metrics(_ forecast: [Double]) -> [Metric] {
    ForecastMetrics(actual: actual, forecast: forecast, scale: 10)?.list ?? []
  }

  private func table() -> MetricsTable {
    var table = MetricsTable()
    table.append(heading: "model")
    table.append("  test", metrics([110, 190, 400]), isCompared: true)
    table.append("  naive", metrics([100, 220, 440]), isCompared: true)
    table.append("  undefined", ForecastMetrics(actual: [0], forecast: [1])?.list ?? [], isCompared: false)
    return table
  }

  @Test func columnsAreAligned() {
    #expect(
      table().text(on: Terminal(descriptor: 1, colors: .never)) == """
                       RMSE     MAE     MAPE    sMAPE     MASE
        model
          test        8.165   6.667   5.00 %   4.88 %   0.6667
          naive       25.82   20.00   6.67 %   6.35 %    2.000
          undefined   1.000   1.000        -    200 %        -

        """)
  }

  @Test func bestIsBoldAmongThoseCompared() {
    let text = table().text(on: Terminal(descriptor: 1, colors: .always))
    let plain = table().text(on: Terminal(descriptor: 1, colors: .never))
    let bold = text.split(separator: "\u{1B}[1m").dropFirst().map { $0.split(separator: "\u{1B}")[0] }
    // The undefined row has the least RMSE and is not compared.
    #expect(bold == ["8.165", "6.667", "5.00 %", "4.88 %", "0.6667"])
    #expect(text.replacing("\u{1B}[1m", with: "").replacing("\u{1B}[0m", with: "") == plain)
  }
}
