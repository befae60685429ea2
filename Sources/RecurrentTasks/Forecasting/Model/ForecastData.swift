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
    let frame = try wrapping(ForecastError.series) { () throws(SeriesError) in
      try SeriesFrame.read(configuration.data, columns: columns)
    }
    let split = try configuration.split()
    let parts = try wrapping(ForecastError.split) { () throws(SplitError) in try split.rows(frame) }
    return try prepare(configuration, frame: frame, parts: parts)
  }

  /// Fits the preparation of a configuration to series that were read and divided before.
  static func prepare(
    _ configuration: ForecastConfiguration, frame: SeriesFrame, parts: [Parts]
  ) throws(ForecastError) -> (data: ForecastData, preparation: Preparation) {
    let settings = try configuration.preparation(seasonalPeriod: frame.schema.seasonalPeriod)
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
      categories: categories, frequency: step, seasonalPeriod: season)
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
    return PreparationSettings(transform: transform, scaling: scaling, fitRows: fitScalerOn == .all ? .all : .train)
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
    try wrapping(ForecastError.split) { () throws(SplitError) in try shape.check(frame, parts, lostRows: lostRows) }
  }
}
