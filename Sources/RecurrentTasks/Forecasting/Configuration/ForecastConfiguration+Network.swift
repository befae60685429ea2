import RecurrentTraining

extension ForecastConfiguration {
  /// What windows show beside their rows.
  var features: WindowFeatures {
    WindowFeatures(valuesPerStep: valuesPerStep, lags: lags, marksMissing: missing == .mask, baseLags: baseLags)
  }

  /// The rows that must be known before a forecast, beside those that the transform loses.
  var rowsBefore: Int {
    switch arrangement {
    case .windows: features.rowsBefore(lookBack: lookBack)
    case .sequence: LagMatrix.rowsBefore(lookBack: lookBack, features: features)
    }
  }

  /// The numbers that the network gives for each value.
  var parameterCount: Int { outputDistribution.parameterCount(levels: quantiles.count) }

  /// The sizes of the network for these columns.
  ///
  /// - Parameters:
  ///   - schema: The columns.
  ///   - calendarChannels: The number of channels of the calendar.
  ///   - seriesCount: The number of series that are known apart.
  func networkShape(_ schema: SeriesSchema, calendarChannels: Int, seriesCount: Int) -> ForecastNetworkShape {
    let targets = shareVariables ? 1 : schema.targets.count
    let (past, future) = (schema.pastChannels.count, schema.futureChannels.count)
    let inputSize =
      switch arrangement {
      case .windows:
        features.channelCount(
          targets: targets, past: past, future: future, calendar: calendarChannels, horizon: modelHorizon)
      case .sequence:
        LagMatrix.channelCount(
          targets: targets, past: past, future: future, calendar: calendarChannels, lookBack: lookBack,
          horizon: modelHorizon, features: features)
      }
    var shape = ForecastNetworkShape(inputSize: inputSize, horizon: modelHorizon, targets: targets)
    shape.parameters = parameterCount
    shape.locations = outputDistribution == .quantile ? parameterCount : 1
    shape.hasSkip = skip
    shape.windowLength = windowSkip ? lookBack : nil
    shape.bases = baseLags.count
    shape.embedding = seriesEmbedding.map { (seriesCount, $0) }
    return shape
  }

  /// Refuses settings that do not go together.
  func checkSettings() throws(ForecastError) {
    func refuse(_ isWrong: Bool, _ problem: String, _ mend: String) throws(ForecastError) {
      if isWrong { throw .settings(.init(problem: problem, mend: mend)) }
    }
    let windowed: [(String, Bool)] = [
      ("values_per_step", valuesPerStep > 1), ("window_skip", windowSkip), ("base_lags", !baseLags.isEmpty),
      ("series_embedding", seriesEmbedding != nil), ("windows_per_series", windowsPerSeries != nil),
      ("share_variables", shareVariables), ("member_look_backs", !memberLookBacks.isEmpty),
      ("loss_unit", lossUnit != .scaled),
    ]
    for (setting, isGiven) in windowed where isGiven {
      try refuse(
        arrangement == .sequence || labels == .every, "\(setting) belongs to windows with one forecast each",
        "choose --arrangement windows with --labels last, or leave it out")
    }
    try refuse(
      lookBack % valuesPerStep != 0, "look_back \(lookBack) is no whole number of steps of \(valuesPerStep) values",
      "choose a multiple of values_per_step")
    try refuse(
      memberLookBacks.contains { $0 > lookBack || $0 % valuesPerStep != 0 },
      "member_look_backs are whole steps of at most look_back \(lookBack) values", "choose others, or leave them out")
    try refuse(
      missing == .mask && (difference > 0 || seasonalDifference > 0),
      "a missing value that is masked leaves no difference",
      "choose --missing interpolate or previous, or no difference")
    try checkDistribution(refuse)
  }

  private func checkDistribution(
    _ refuse: (Bool, String, String) throws(ForecastError) -> Void
  ) throws(ForecastError) {
    if outputDistribution == .quantile {
      try refuse(
        quantiles.isEmpty || zip(quantiles, quantiles.dropFirst()).contains { $0 >= $1 },
        "quantiles are levels that rise", "write them as 0.1,0.5,0.9")
      try refuse(
        !quantiles.contains(0.5), "quantiles without 0.5 have no middle to forecast", "add 0.5 to them")
    }
    if outputDistribution == .negativeBinomial {
      try refuse(
        logarithm || difference > 0 || seasonalDifference > 0,
        "the negative binomial distribution is one of counts, not of logarithms or differences",
        "leave them out, or choose another output_distribution")
      try refuse(
        scaler != .none && scaler != .mean, "the negative binomial distribution needs 0 to stay 0",
        "choose --scaler mean or none")
      try refuse(
        !baseLags.isEmpty, "base_lags do not go with the negative binomial distribution", "leave them out")
    }
    try refuse(
      intervals == .distribution && outputDistribution == .point, "a point forecast has no distribution",
      "choose --intervals conformal, or an output_distribution")
    try refuse(
      levels.count > 1 && zip(levels, levels.dropFirst()).contains { $0 >= $1 }, "levels rise", "write them as 80,95")
  }
}
