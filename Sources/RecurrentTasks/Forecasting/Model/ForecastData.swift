/// Series read, divided and prepared as a configuration says.
public struct ForecastData: Sendable {
  /// The series as they stand in the table.
  public let frame: SeriesFrame
  /// The parts of each series.
  public let parts: [Parts]
  /// The series as the model reads them.
  public let prepared: [PreparedSeries]

  /// Reads the table of a configuration, divides it, and fits the preparation to it.
  public static func read(
    _ configuration: ForecastConfiguration
  ) throws(ForecastError) -> (data: ForecastData, preparation: Preparation) {
    let columns = try configuration.columns()
    try configuration.checkSettings()
    let known = try wrapping(ForecastError.series) { () throws(SeriesError) in
      try SeriesFrame.read(configuration.data, columns: columns)
    }
    guard let later = configuration.testData else {
      let split = try configuration.split()
      let parts = try wrapping(ForecastError.split) { () throws(SplitError) in try split.rows(known) }
      return try prepare(configuration, frame: known, parts: parts)
    }
    let frame = try wrapping(ForecastError.series) { () throws(SeriesError) in
      try known.appending(try SeriesFrame.read(later, like: known.schema))
    }
    var split = try configuration.split()
    split.test = nil
    let parts = try wrapping(ForecastError.split) { () throws(SplitError) in try split.rows(known) }
      .enumerated().map { number, parts in
        Parts(
          train: parts.train, validation: parts.validation,
          test: known.series[number].count..<frame.series[number].count)
      }
    return try prepare(configuration, frame: frame, parts: parts)
  }

  /// Fits the preparation of a configuration to series that were read and divided before.
  static func prepare(
    _ configuration: ForecastConfiguration, frame: SeriesFrame, parts: [Parts]
  ) throws(ForecastError) -> (data: ForecastData, preparation: Preparation) {
    try configuration.checkSettings()
    var settings = try configuration.preparation(seasonalPeriod: frame.schema.seasonalPeriod)
    settings.calendar = try configuration.calendarFeatures(frame.schema)
    try configuration.checkCounts(frame)
    try configuration.checkRows(frame, parts, lostRows: settings.transform.lostRows)
    let preparation = try wrapping(ForecastError.preparation) { () throws(PreparationError) in
      try Preparation(fitting: frame, parts: parts, settings: settings)
    }
    return (try ForecastData(frame, parts: parts, preparation: preparation), preparation)
  }

  /// Prepares series that were read before.
  init(_ frame: SeriesFrame, parts: [Parts], preparation: Preparation) throws(ForecastError) {
    self.frame = frame
    self.parts = parts
    prepared = try wrapping(ForecastError.preparation) { () throws(PreparationError) in
      try preparation.prepared(frame)
    }
  }
}

extension ForecastConfiguration {
  /// The columns of the table by role.
  func columns() throws(ForecastError) -> SeriesColumns {
    let step: Frequency? = try frequency.map { text throws(ForecastError) in
      guard let step = Frequency(text) else {
        throw .settings(
          .init(
            problem: "frequency '\(text)' is none", mend: "write for example hourly, daily, monthly or 15-minutely"))
      }
      return step
    }
    return SeriesColumns(
      time: time == ["auto"] ? nil : time, series: series, targets: target, pastCovariates: pastCovariates,
      futureCovariates: futureCovariates,
      categories: categories, frequency: step, seasonalPeriod: season, layout: layout, missing: missing,
      repeatedTimes: repeatedTimes)
  }

  /// The cycles of the calendar for series of these columns.
  func calendarFeatures(_ schema: SeriesSchema) throws(ForecastError) -> [CalendarFeature] {
    guard !calendar.isEmpty else { return [] }
    let features =
      calendar.contains(.automatic)
      ? CalendarFeature.automatic(for: schema.frequency)
      : CalendarFeature.allCases.filter { feature in
        calendar.contains { $0.feature == feature }
      }
    guard schema.timeForm.isCalendar, !features.isEmpty else {
      throw .settings(
        .init(
          problem: "calendar features need times of a calendar, and steps shorter than a year",
          mend: "name the time column, or leave them out"))
    }
    return features
  }

  /// Checks that what is to be modelled as counts are counts.
  func checkCounts(_ frame: SeriesFrame) throws(ForecastError) {
    guard outputDistribution == .negativeBinomial else { return }
    for series in frame.series {
      for (channel, values) in series.targets.enumerated() {
        // Beyond 2^53 not every whole number can be told.
        guard let row = values.firstIndex(where: { !$0.isNaN && !($0 >= 0 && $0 < 0x1p53 && $0 == $0.rounded()) })
        else { continue }
        throw .notACount(
          file: frame.file, line: series.line(of: row), column: frame.schema.targets[channel], value: values[row])
      }
    }
  }

  /// How each series is divided.
  func split() throws(ForecastError) -> Split {
    func size(_ text: String?, _ part: Part) throws(ForecastError) -> PartSize? {
      guard let text else { return nil }
      guard let size = PartSize(text) else { throw .split(.invalidSize(part: part, size: text)) }
      return size
    }
    return Split(
      train: try size(train, .train), validation: try size(validation, .validation), test: try size(test, .test))
  }

  /// What is done to the values before the model sees them.
  func preparation(seasonalPeriod: Int) throws(ForecastError) -> PreparationSettings {
    var steps: [TransformStep] = logarithm ? [.logarithm] : []
    steps += Array(repeating: .difference(lag: seasonalPeriod), count: seasonalDifference)
    steps += Array(repeating: .difference(lag: 1), count: difference)
    let transform = try wrapping(ForecastError.preparation) { () throws(PreparationError) in try Transform(steps) }
    let scaling: Scaling =
      switch scaler {
      case .none: .none
      case .minMax: .minMax
      case .standard: .standard
      case .mean: .mean
      case .instance: .window
      }
    if scaling == .window, arrangement == .sequence {
      throw .settings(
        .init(
          problem: "scaler instance scales each window by itself, and arrangement sequence has no windows",
          mend: "choose --arrangement windows, or scaler standard"))
    }
    if architecture.isBidirectional, arrangement == .sequence || labels == .every {
      throw .settings(
        .init(
          problem: "a bidirectional layer would see what it is to forecast",
          mend: "choose --arrangement windows with --labels last, or leave bidirectional out"))
    }
    if let contradiction = architecture.contradiction {
      throw .settings(.init(problem: contradiction, mend: "leave it out, or choose another cell"))
    }
    return PreparationSettings(
      transform: transform, scaling: scaling, fitRows: fitScalerOn == .all ? .all : .train,
      windowOffset: instanceOffset)
  }

  /// The steps that the network forecasts at once.
  var modelHorizon: Int { strategy == .direct ? horizon : 1 }

  /// The shape of the windows; of a sequence, the window that one forecast needs.
  func windowShape() throws(PreparationError) -> WindowShape {
    try WindowShape(
      lookBack: lookBack, horizon: modelHorizon, stride: stride, labels: labels == .every ? .every : .last)
  }

  /// Checks that the parts are long enough for the look-back and the horizon.
  func checkRows(_ frame: SeriesFrame, _ parts: [Parts], lostRows: Int) throws(ForecastError) {
    let shape = try wrapping(ForecastError.preparation) { () throws(PreparationError) in
      try WindowShape(lookBack: lookBack, horizon: horizon, stride: stride)
    }
    try wrapping(ForecastError.split) { () throws(SplitError) in
      try shape.check(frame, parts, lostRows: lostRows, rowsBefore: rowsBefore)
    }
  }
}
