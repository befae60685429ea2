import RecurrentFormats

/// The numbers of one column of a table of forecasts.
public struct ForecastColumn: Sendable, Hashable {
  /// Its name: `yhat`, `yhat-lo-80`, `yhat-sample-1`, and where there are several targets `yhat-NAME`, `yhat-NAME-lo-80` and so on.
  public let name: String
  /// One number for each step.
  public let values: [Double]
}

extension Forecaster {
  /// A forecast as columns: for each target the forecast, the lower bounds of its intervals from the widest to the narrowest, the
  /// upper bounds from the narrowest to the widest, and the paths that were drawn.
  ///
  /// - Parameters:
  ///   - forecast: A forecast.
  ///   - levels: The percentages of the intervals that were asked for.
  ///   - paths: Paths of the same series, `[path][target][step]`.
  public func columns(
    of forecast: SeriesForecast, levels: [Double] = [], paths: [[[Double]]] = []
  ) -> [ForecastColumn] {
    schema.targets.indices.flatMap { target in
      let name = schema.targets.count == 1 ? "yhat" : "yhat-\(schema.targets[target])"
      func bound(_ side: String, _ level: Double, _ probability: Double) -> ForecastColumn? {
        forecast.quantile(probability).map {
          ForecastColumn(name: "\(name)-\(side)-\(levelText(level))", values: $0.values[target])
        }
      }
      let lower = levels.sorted(by: >).compactMap { bound("lo", $0, (100 - $0) / 200) }
      let upper = levels.sorted().compactMap { bound("hi", $0, (100 + $0) / 200) }
      let samples = paths.enumerated().map { number, path in
        ForecastColumn(name: "\(name)-sample-\(number + 1)", values: path[target])
      }
      return [ForecastColumn(name: name, values: forecast.values[target])] + lower + upper + samples
    }
  }

  /// The forecasts as CSV: `unique_id` where there are several series, `ds`, and the columns of `columns(of:levels:paths:)`.
  ///
  /// - Parameters:
  ///   - frame: The series.
  ///   - forecasts: The forecast of each series.
  ///   - levels: The percentages of the intervals that were asked for.
  ///   - paths: For each series its paths, `[series][path][target][step]`.
  public func csv(
    _ frame: SeriesFrame, _ forecasts: [SeriesForecast], levels: [Double] = [], paths: [[[[Double]]]] = []
  ) -> String {
    let hasNames = schema.series != nil
    let tables = forecasts.enumerated().map { number, forecast in
      columns(of: forecast, levels: levels, paths: paths.isEmpty ? [] : paths[number])
    }
    let names = tables.first?.map(\.name) ?? []
    var writer = CSVWriter(columns: (hasNames ? ["unique_id"] : []) + ["ds"] + names)
    for (number, (series, forecast)) in zip(frame.series, forecasts).enumerated() {
      for step in forecast.values[0].indices {
        let name: [CSVWriter.Value] = hasNames ? [.text(series.id ?? "")] : []
        let numbers = tables[number].map { CSVWriter.Value.number($0.values[step]) }
        writer.append(name + [.text(series.time.label(at: forecast.origin + step))] + numbers)
      }
    }
    return writer.text
  }
}
