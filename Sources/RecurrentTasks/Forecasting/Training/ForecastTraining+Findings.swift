public import RecurrentFormats
public import RecurrentTraining

extension ForecastTraining: TaskTraining {
  /// Adds the values of all series, and their times where the model is shown the calendar.
  public func digestData(into hash: inout SHA256) {
    let hasCalendar = !initial.preparation.settings.calendar.isEmpty
    for series in data.frame.series {
      if hasCalendar { hash.update(Array("\(series.time.start.value) \(series.time.frequency)".utf8)) }
      for channel in series.targets + series.pastCovariates + series.futureCovariates {
        channel.withUnsafeBytes { hash.update($0) }
      }
    }
  }

  /// The forecaster with its errors on the validation part.
  public func completed(_ forecaster: Forecaster) throws -> Forecaster { try forecaster.calibrated(on: data) }

  /// The errors on each part that has rows, beside those of forecasts that need no model on the test part.
  public func findings(on forecaster: Forecaster, in folder: RunFolder) throws -> TaskFindings {
    let configuration = forecaster.configuration
    var findings = TaskFindings()
    findings.notes = data.frame.repairs.notes
    if configuration.fitScalerOn == .all, configuration.scaler != .none {
      findings.notes.append(
        "fit_scaler_on all: the scaler has seen the test part, so its errors there are too good to be true (a leak)")
    }
    var evaluations: [(part: Part, evaluation: ForecastEvaluation)] = []
    for part in Part.allCases {
      let baselines = part == .test ? Baseline.allCases : []
      guard let evaluation = try forecaster.evaluation(of: data, part: part, against: baselines) else { continue }
      evaluations.append((part, evaluation))
      if let metrics = evaluation.metrics { findings.metrics.append(TaskFindings.Row(part, metrics.list)) }
      if part == .test { findings.baselines = evaluation.baselines.map(TaskFindings.Row.init) }
    }
    guard configuration.plot else { return findings }
    let path = folder.path + "/forecast.svg"
    try ForecastChart(data, evaluations, levels: forecaster.standardLevels()).chart.write(to: path)
    findings.pictures.append(TaskFindings.Picture("chart", at: path))
    return findings
  }
}

extension TaskFindings.Row {
  /// The errors of a forecast that needs no model.
  public init(_ baseline: Baseline, _ metrics: ForecastMetrics) { self.init(baseline.rawValue, metrics.list) }
}

extension ForecastMetrics {
  /// The measures that are there.
  public var list: [Metric] { values.map { Metric($0.name, $0.value) } }
}
