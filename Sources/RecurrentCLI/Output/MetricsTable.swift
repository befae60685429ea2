import RecurrentTraining

/// Figures of models and simple rules, a row for each, the best figure of each column in bold where the terminal has it.
///
/// ```
///            RMSE     MAE     MAPE    sMAPE     MASE
/// test      13.48   10.21   2.50 %   2.49 %   0.3410
/// naive     48.04   36.17   9.00 %   9.12 %    1.208
/// ```
struct MetricsTable {
  private struct Row {
    let title: String
    let metrics: [Metric]?
    let isCompared: Bool

    func metric(_ name: String) -> Metric? { metrics?.first { $0.name == name } }
  }

  private var rows: [Row] = []

  /// Adds the figures of a row; those that it lacks are shown as a dash.
  ///
  /// - Parameter isCompared: Whether the row is one of those among which the best is marked.
  mutating func append(_ title: String, _ metrics: [Metric], isCompared: Bool) {
    rows.append(Row(title: title, metrics: metrics, isCompared: isCompared))
  }

  /// Adds a line above rows that belong together.
  mutating func append(heading: String) {
    rows.append(Row(title: heading, metrics: nil, isCompared: false))
  }

  /// The names of all figures in the order in which they came.
  private var names: [String] {
    rows.flatMap { $0.metrics ?? [] }.reduce(into: []) { names, metric in
      if !names.contains(metric.name) { names.append(metric.name) }
    }
  }

  /// The table, each line ending in a newline.
  func text(on terminal: Terminal) -> String {
    let names = names
    let titles = names.map(MetricText.title)
    let columns = names.map { name in
      rows.map { $0.metrics == nil ? "" : $0.metric(name).map(MetricText.text) ?? "-" }
    }
    let titleWidth = rows.map(\.title.count).max() ?? 0
    let widths = zip(titles, columns).map { title, cells in max(title.count, cells.map(\.count).max() ?? 0) }
    let best = names.map(best)
    func line(_ title: String, _ cells: [String], _ isBest: (Int) -> Bool) -> String {
      cells.indices.reduce(title.padded(to: titleWidth)) { line, column in
        let space = String(repeating: " ", count: widths[column] - cells[column].count + 3)
        return line + space + (isBest(column) ? terminal.styled(cells[column], .bold) : cells[column])
      } + "\n"
    }
    var text = line("", titles) { _ in false }
    for (index, row) in rows.enumerated() {
      guard row.metrics != nil else {
        text += row.title + "\n"
        continue
      }
      text += line(row.title, columns.map { $0[index] }) { column in
        guard row.isCompared, let value = row.metric(names[column])?.value else { return false }
        return value == best[column]
      }
    }
    return text
  }

  private func best(_ name: String) -> Double? {
    let compared = rows.filter(\.isCompared).compactMap { $0.metric(name) }
    let values = compared.map(\.value)
    return compared.first?.direction == .higherIsBetter ? values.max() : values.min()
  }
}

/// Names and values of figures as they stand in tables.
enum MetricText {
  private static let abbreviations = [
    "rmse": "RMSE", "mae": "MAE", "mse": "MSE", "mape": "MAPE", "smape": "sMAPE", "mase": "MASE", "crps": "CRPS",
    "mse_standardized": "std. MSE", "mae_standardized": "std. MAE",
  ]
  private static let percentages: Set<String> = ["mape", "smape"]

  /// The title of a column: `RMSE`, `accuracy`, `bits per character`.
  static func title(_ name: String) -> String { abbreviations[name] ?? name.titled }

  /// A value with its unit.
  static func text(_ metric: Metric) -> String {
    percentages.contains(metric.name) || metric.name.hasPrefix("coverage_")
      ? NumberText.significant(metric.value, digits: 3) + " %" : NumberText.significant(metric.value)
  }
}

extension String {
  /// The text with spaces behind it, `width` characters wide or wider.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
