import RecurrentTasks
import RecurrentTraining

/// Errors of forecasts, a row for each forecaster, the least error of each column in bold where the terminal has it.
///
/// ```
///                    RMSE     MAE    MAPE   MASE
/// test              13.48   10.21   2.5 %  0.341
/// naive             48.04   36.17   9.0 %  1.208
/// ```
struct MetricsTable {
  private struct Row {
    let title: String
    let values: [Double?]
    let isCompared: Bool
  }

  private static let titles = ["RMSE", "MAE", "MAPE", "MASE"]
  private var rows: [Row] = []

  /// Adds the errors of a forecaster; those that are not defined are shown as a dash.
  ///
  /// - Parameter isCompared: Whether the row is one of those among which the best is marked.
  mutating func append(_ title: String, _ metrics: ForecastMetrics?, isCompared: Bool) {
    let values = [metrics?.rmse, metrics?.mae, metrics?.mape, metrics?.mase]
    rows.append(Row(title: title, values: values, isCompared: isCompared))
  }

  /// Adds a line above rows that belong together.
  mutating func append(heading: String) {
    rows.append(Row(title: heading, values: [], isCompared: false))
  }

  /// The table, each line ending in a newline.
  func text(on terminal: Terminal) -> String {
    let columns = Self.titles.indices.map { column in
      rows.map { $0.values.isEmpty ? "" : Self.text($0.values[column], column: column) }
    }
    let titleWidth = rows.map(\.title.count).max() ?? 0
    let widths = zip(Self.titles, columns).map { title, cells in max(title.count, cells.map(\.count).max() ?? 0) }
    let best = Self.titles.indices.map { column in
      rows.filter(\.isCompared).compactMap { $0.values[column] }.min()
    }
    func line(_ title: String, _ cells: [String], _ isBest: (Int) -> Bool) -> String {
      cells.indices.reduce(title.padded(to: titleWidth)) { line, column in
        let space = String(repeating: " ", count: widths[column] - cells[column].count + 3)
        return line + space + (isBest(column) ? terminal.styled(cells[column], .bold) : cells[column])
      } + "\n"
    }
    var text = line("", Self.titles) { _ in false }
    for (index, row) in rows.enumerated() {
      guard !row.values.isEmpty else {
        text += row.title + "\n"
        continue
      }
      text += line(row.title, columns.map { $0[index] }) { column in
        row.isCompared && row.values[column] != nil && row.values[column] == best[column]
      }
    }
    return text
  }

  private static func text(_ value: Double?, column: Int) -> String {
    guard let value else { return "-" }
    return titles[column] == "MAPE" ? NumberText.significant(value, digits: 3) + " %" : NumberText.significant(value)
  }
}

extension String {
  /// The text with spaces behind it, `width` characters wide or wider.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
