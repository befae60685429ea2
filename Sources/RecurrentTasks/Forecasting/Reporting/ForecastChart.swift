import Foundation
import RecurrentFormats

/// The picture of a forecaster: what came, what it fits, and what it predicts.
struct ForecastChart {
  let chart: LineChart

  /// The parts of the first series and target, with the forecasts from rows a horizon apart.
  ///
  /// - Parameters:
  ///   - data: The series and their parts.
  ///   - evaluations: The forecasts of each part.
  ///   - levels: The percentages of the intervals to draw as bands on the test part.
  init(
    _ data: ForecastData, _ evaluations: [(part: Part, evaluation: ForecastEvaluation)], levels: [Double] = []
  ) {
    let series = data.frame.series[0]
    let parts = data.parts[0]
    var lines = [LineChart.Series("actual", series, rows: 0..<series.count, values: series.targets[0], .actual)]
    for (part, evaluation) in evaluations {
      guard let forecasts = evaluation.forecasts.first, let first = forecasts.first else { continue }
      let shown = ForecastChart.chained(forecasts).flatMap { $0.values[0] }
      lines.append(
        LineChart.Series(
          part.forecastName, series, rows: first.origin..<first.origin + shown.count, values: shown, part.style))
    }
    let tested = evaluations.first { $0.part == .test }?.evaluation.forecasts.first ?? []
    let bands = LineChart.Band.intervals(levels) { level in
      let chained = ForecastChart.chained(tested)
      let bounds = chained.compactMap { forecast in
        forecast.quantile((100 - level) / 200).flatMap { lower in
          forecast.quantile((100 + level) / 200).map { (lower.values[0], $0.values[0]) }
        }
      }
      guard let first = chained.first, bounds.count == chained.count else { return nil }
      let (lower, upper) = (bounds.flatMap(\.0), bounds.flatMap(\.1))
      return ((first.origin..<first.origin + lower.count).map { series.place(of: $0) }, lower, upper)
    }
    chart = LineChart(
      title: ForecastChart.title(data.frame), subtitle: ForecastChart.subtitle(evaluations),
      xAxis: series.time.axis, yAxis: Axis(title: data.frame.schema.targets[0]), series: lines,
      bands: bands, splits: ForecastChart.splits(series, parts))
  }

  /// A series' last rows and its forecast.
  init(_ frame: SeriesFrame, _ forecast: SeriesForecast, series: Series, levels: [Double], shownRows: Int) {
    let values = series.targets[0]
    let first = max(0, forecast.origin - shownRows)
    // The forecast begins at the last known value, so that the lines meet.
    let last = max(first, forecast.origin - 1)
    let joint = last < forecast.origin ? [values[last]] : []
    let ahead = joint + forecast.values[0]
    let bands = LineChart.Band.intervals(levels) { level in
      guard let lower = forecast.quantile((100 - level) / 200), let upper = forecast.quantile((100 + level) / 200)
      else {
        return nil
      }
      return (
        (last..<last + ahead.count).map { series.place(of: $0) }, joint + lower.values[0], joint + upper.values[0]
      )
    }
    chart = LineChart(
      title: ForecastChart.title(frame, series), subtitle: "forecast of \(forecast.values[0].count) steps",
      xAxis: series.time.axis, yAxis: Axis(title: frame.schema.targets[0]),
      series: [
        LineChart.Series(
          "actual", series, rows: first..<forecast.origin, values: Array(values[first..<forecast.origin]), .actual),
        LineChart.Series("forecast", series, rows: last..<last + ahead.count, values: ahead, .predicted),
      ],
      bands: bands,
      splits: [LineChart.Split(at: series.place(of: forecast.origin), before: "known", after: "forecast")])
  }

  /// Forecasts that follow each other without overlap, from the first on.
  private static func chained(_ forecasts: [SeriesForecast]) -> [SeriesForecast] {
    forecasts.reduce(into: []) { chained, forecast in
      if let last = chained.last, forecast.origin < last.origin + last.values[0].count { return }
      chained.append(forecast)
    }
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

extension LineChart.Band {
  /// The bands of intervals, the widest first, so that the likeliest values lie on most of them.
  fileprivate static func intervals(
    _ levels: [Double], _ edges: (Double) -> (x: [Double], lower: [Double], upper: [Double])?
  ) -> [LineChart.Band] {
    levels.sorted(by: >).compactMap { level in
      edges(level).map {
        LineChart.Band(
          "\(levelText(level)) % interval", x: $0.x, lower: $0.lower, upper: $0.upper, color: LineStyle.predicted.color,
          opacity: 0.18)
      }
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
  ///   - levels: The percentages of the intervals to draw as bands.
  public func chart(_ frame: SeriesFrame, _ forecasts: [SeriesForecast], levels: [Double] = []) -> String? {
    guard let series = frame.series.first, let forecast = forecasts.first else { return nil }
    let shown = max(4 * schema.seasonalPeriod, 4 * forecast.values[0].count, 24)
    return ForecastChart(frame, forecast, series: series, levels: levels, shownRows: shown).chart.svg()
  }
}
