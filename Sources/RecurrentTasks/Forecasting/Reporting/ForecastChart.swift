import Foundation
import RecurrentFormats

/// The picture of a forecaster: what came, what it fits, and what it predicts.
struct ForecastChart {
  let chart: LineChart

  /// The parts of the first series and target, with the forecasts from rows a horizon apart.
  init(_ data: ForecastData, _ evaluations: [(part: Part, evaluation: ForecastEvaluation)]) {
    let series = data.frame.series[0]
    let parts = data.parts[0]
    var lines = [LineChart.Series("actual", series, rows: 0..<series.count, values: series.targets[0], .actual)]
    for (part, evaluation) in evaluations {
      guard let forecasts = evaluation.forecasts.first, let first = forecasts.first else { continue }
      let horizon = first.values[0].count
      let shown = stride(from: 0, to: forecasts.count, by: horizon).flatMap { forecasts[$0].values[0] }
      lines.append(
        LineChart.Series(
          part.forecastName, series, rows: first.origin..<first.origin + shown.count, values: shown, part.style))
    }
    chart = LineChart(
      title: ForecastChart.title(data.frame), subtitle: ForecastChart.subtitle(evaluations),
      xAxis: series.time.axis, yAxis: Axis(title: data.frame.schema.targets[0]), series: lines,
      splits: ForecastChart.splits(series, parts))
  }

  /// A series' last rows and its forecast.
  init(_ frame: SeriesFrame, _ forecast: SeriesForecast, series: Series, shownRows: Int) {
    let values = series.targets[0]
    let first = max(0, forecast.origin - shownRows)
    // The forecast begins at the last known value, so that the lines meet.
    let last = max(first, forecast.origin - 1)
    let ahead = (last < forecast.origin ? [values[last]] : []) + forecast.values[0]
    chart = LineChart(
      title: ForecastChart.title(frame, series), subtitle: "forecast of \(forecast.values[0].count) steps",
      xAxis: series.time.axis, yAxis: Axis(title: frame.schema.targets[0]),
      series: [
        LineChart.Series(
          "actual", series, rows: first..<forecast.origin, values: Array(values[first..<forecast.origin]), .actual),
        LineChart.Series("forecast", series, rows: last..<last + ahead.count, values: ahead, .predicted),
      ],
      splits: [LineChart.Split(at: series.place(of: forecast.origin), before: "known", after: "forecast")])
  }

  private static func title(_ frame: SeriesFrame, _ series: Series? = nil) -> String {
    let name = (series ?? frame.series[0]).id.map { " of \($0)" } ?? ""
    return "\(frame.schema.targets[0])\(name)"
  }

  private static func subtitle(_ evaluations: [(part: Part, evaluation: ForecastEvaluation)]) -> String {
    let horizon = evaluations.first?.evaluation.forecasts.first?.first?.values[0].count ?? 1
    let errors = evaluations.compactMap { part, evaluation in
      evaluation.metrics.map { "\(part.name) RMSE \(shortText($0.rmse))" }
    }
    return ([horizon == 1 ? "one step ahead" : "\(horizon) steps ahead"] + errors).joined(separator: ", ")
  }

  private static func splits(_ series: Series, _ parts: Parts) -> [LineChart.Split] {
    let sections = [("training", parts.train), ("validation", parts.validation), ("test", parts.test)]
      .filter { !$0.1.isEmpty }
    return zip(sections, sections.dropFirst()).map { before, after in
      LineChart.Split(at: series.place(of: after.1.lowerBound), before: before.0, after: after.0)
    }
  }
}

/// A number with enough digits to compare it with another one of its kind.
private func shortText(_ value: Double) -> String {
  let digits = value >= 1000 ? 0 : value >= 1 ? 2 : 4
  return String(format: "%.\(digits)f", value)
}

extension Part {
  fileprivate var name: String { self == .train ? "training" : rawValue }

  fileprivate var forecastName: String {
    switch self {
    case .train: "fitted"
    case .validation: "predicted (validation)"
    case .test: "predicted (test)"
    }
  }

  fileprivate var style: LineStyle {
    switch self {
    case .train: .fitted
    case .validation: .standard(2)
    case .test: .predicted
    }
  }
}

extension LineChart.Series {
  fileprivate init(_ name: String, _ series: Series, rows: Range<Int>, values: [Double], _ style: LineStyle) {
    self.init(name, x: rows.map { series.place(of: $0) }, y: values, style: style)
  }
}

extension Series {
  /// Where a row stands on the x axis.
  fileprivate func place(of row: Int) -> Double {
    time.stamp(at: row).map { Double($0.value) } ?? Double(row)
  }
}

extension TimeAxis {
  /// The x axis of a chart over these times.
  fileprivate var axis: Axis { form.isCalendar ? Axis(.times) : Axis(.numbers, title: "step") }
}

extension Forecaster {
  /// A picture of the end of the first series and its forecast, as SVG.
  ///
  /// - Parameters:
  ///   - frame: The series.
  ///   - forecasts: The forecast of each series.
  public func chart(_ frame: SeriesFrame, _ forecasts: [SeriesForecast]) -> String? {
    guard let series = frame.series.first, let forecast = forecasts.first else { return nil }
    let shown = max(4 * schema.seasonalPeriod, 4 * forecast.values[0].count, 24)
    return ForecastChart(frame, forecast, series: series, shownRows: shown).chart.svg()
  }

  /// The names of the columns with forecasts, one for each target.
  public var forecastColumns: [String] {
    schema.targets.count == 1 ? ["yhat"] : schema.targets.map { "yhat-\($0)" }
  }

  /// The forecasts as CSV: `ds`, `unique_id` where there are several series, and `yhat` or, for several targets, a column
  /// `yhat-NAME` for each.
  public func csv(_ frame: SeriesFrame, _ forecasts: [SeriesForecast]) -> String {
    let hasNames = schema.series != nil
    var writer = CSVWriter(columns: (hasNames ? ["unique_id"] : []) + ["ds"] + forecastColumns)
    for (series, forecast) in zip(frame.series, forecasts) {
      for step in forecast.values[0].indices {
        let name: [CSVWriter.Value] = hasNames ? [.text(series.id ?? "")] : []
        let numbers = forecast.values.map { CSVWriter.Value.number($0[step]) }
        writer.append(name + [.text(series.time.label(at: forecast.origin + step))] + numbers)
      }
    }
    return writer.text
  }
}
