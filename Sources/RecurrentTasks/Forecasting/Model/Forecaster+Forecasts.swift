import RecurrentLayers
import RecurrentTensor

/// Forecasts of one series from one row on, in the unit of the data.
public struct SeriesForecast: Sendable, Hashable {
  /// The first row that is forecast.
  public let origin: Int
  /// The forecasts, `values[target][step]`.
  public let values: [[Double]]
}

extension Forecaster {
  /// Forecasts past the end of every series.
  ///
  /// A network that forecasts fewer steps at once than asked for is fed its own forecasts.
  ///
  /// - Parameters:
  ///   - frame: Series with the columns of the training table, from `readSeries`.
  ///   - horizon: The steps to forecast; nil as many as in training.
  public func forecast(_ frame: SeriesFrame, horizon: Int? = nil) throws(ForecastError) -> [SeriesForecast] {
    let horizon = horizon ?? configuration.horizon
    guard (1...WindowShape.limit).contains(horizon) else {
      throw .settings(.init(problem: "horizon \(horizon) is not possible", mend: "ask for 1 step or more"))
    }
    try wrapping(ForecastError.series) { () throws(SeriesError) in try frame.requireFuture(horizon: horizon) }
    var forecasts: [SeriesForecast] = []
    for series in frame.series {
      let prepared = try wrapping(ForecastError.preparation) { () throws(PreparationError) in
        try preparation.prepared(series, of: frame)
      }
      try requireHistory(of: prepared, before: prepared.count, name: frame.name(of: series))
      forecasts += try self.forecasts(of: prepared, from: [prepared.count], horizon: horizon)
    }
    return forecasts
  }

  /// The rows that must stand before the first forecast of a series.
  public var requiredRows: Int { preparation.settings.transform.lostRows + configuration.lookBack }

  func requireHistory(of series: PreparedSeries, before origin: Int, name: String) throws(ForecastError) {
    if origin < requiredRows { throw .tooFewRows(series: name, rows: origin, needed: requiredRows) }
  }

  /// Forecasts of one series, each as if nothing from its origin on were known.
  ///
  /// - Parameters:
  ///   - series: A prepared series.
  ///   - origins: The first row of each forecast, ascending; each has `requiredRows` rows before it.
  ///   - horizon: The steps to forecast.
  func forecasts(
    of series: PreparedSeries, from origins: [Int], horizon: Int
  ) throws(ForecastError) -> [SeriesForecast] {
    let isFedBack = horizon > configuration.modelHorizon
    if isFedBack, !schema.pastCovariates.isEmpty { throw .pastCovariates(schema.pastCovariates, horizon: horizon) }
    var result: [SeriesForecast] = []
    // In groups, since every forecast that is fed back needs a copy of the series.
    for group in stride(from: 0, to: origins.count, by: 256) {
      let some = Array(origins[group..<min(group + 256, origins.count)])
      let scaled =
        switch configuration.arrangement {
        case .windows: windowForecasts(of: series, from: some, horizon: horizon)
        case .sequence:
          isFedBack
            ? fedBackForecasts(of: series, from: some, horizon: horizon)
            : sequenceForecasts(of: series, from: some, horizon: horizon)
        }
      result += zip(some, scaled).map { origin, values in
        SeriesForecast(origin: origin, values: series.restored(values, from: origin))
      }
    }
    return result
  }

  // MARK: Windows

  /// Scaled forecasts `[origin][target][step]` from windows that end before each origin.
  private func windowForecasts(of series: PreparedSeries, from origins: [Int], horizon: Int) -> [[[Double]]] {
    guard let shape = try? configuration.windowShape() else { preconditionFailure("the configuration was not checked") }
    let block = configuration.modelHorizon
    var forecasts = origins.map { _ in series.targets.map { _ in [Double]() } }
    var histories = horizon > block ? origins.map { series.truncated(before: $0) } : []
    for start in stride(from: 0, to: horizon, by: block) {
      let windows = origins.indices.map { index in
        Window(series: histories.isEmpty ? 0 : index, origin: origins[index] + start)
      }
      let batch = WindowBatch(
        windows, of: histories.isEmpty ? [series] : histories, shape: shape,
        normalization: preparation.windowNormalization)
      let outputs = network.last(batch.sequence(stepCount: shape.lookBack)).scalars
      for index in origins.indices {
        append(
          outputs[(index * block * series.targets.count)...], of: batch.scales.isEmpty ? nil : batch.scales[index],
          steps: min(block, horizon - start), to: &forecasts[index])
      }
      if histories.isEmpty { break }
      for index in origins.indices {
        for step in start..<min(start + block, horizon) {
          histories[index].append(scaledTargets: forecasts[index].map { $0[step] })
        }
      }
    }
    return forecasts
  }

  /// Appends the first steps of a network's output, `[step][target]`, to `forecast[target][step]`.
  private func append(
    _ outputs: ArraySlice<Float>, of scales: [AffineScale]?, steps: Int, to forecast: inout [[Double]]
  ) {
    let targets = forecast.count
    for step in 0..<steps {
      for target in 0..<targets {
        let value = Double(outputs[outputs.startIndex + step * targets + target])
        forecast[target].append(scales?[target].restored(value) ?? value)
      }
    }
  }

  // MARK: One long sequence

  /// Scaled forecasts from one run over the series, each read off at the step of its origin.
  private func sequenceForecasts(of series: PreparedSeries, from origins: [Int], horizon: Int) -> [[[Double]]] {
    guard let first = origins.first, let last = origins.last else { return [] }
    let start = series.firstRow + configuration.lookBack
    let outputs = network(sequence(of: series, rows: start..<last + 1)).0
    precondition(first >= start, "a forecast has too few rows before it")
    let width = configuration.modelHorizon * series.targets.count
    let scalars = outputs.scalars
    return origins.map { origin in
      var forecast = series.targets.map { _ in [Double]() }
      append(scalars[((origin - start) * width)...], of: nil, steps: horizon, to: &forecast)
      return forecast
    }
  }

  /// Scaled forecasts that are fed back: the state before each origin comes from one run over the series, and all origins go
  /// on from there together.
  private func fedBackForecasts(of series: PreparedSeries, from origins: [Int], horizon: Int) -> [[[Double]]] {
    var states: [ForecastNetwork.State] = []
    var state: ForecastNetwork.State?
    var row = series.firstRow + configuration.lookBack
    for origin in origins {
      if origin > row { state = network(sequence(of: series, rows: row..<origin), from: state).1 }
      row = max(row, origin)
      if let state { states.append(state) }
    }
    // Without a row before the first origin there is no state yet, and the network begins with its own.
    var joined = states.count == origins.count ? ForecastNetwork.State(joining: states) : nil
    var forecasts = origins.map { _ in series.targets.map { _ in [Double]() } }
    var histories = origins.map { series.truncated(before: $0) }
    let block = configuration.modelHorizon
    for start in stride(from: 0, to: horizon, by: block) {
      // The state advances with every row, also where one output covers several.
      for step in start..<min(start + block, horizon) {
        let inputs = zip(origins, histories).flatMap { origin, history in
          LagMatrix.inputs(
            of: history, at: origin + step, lookBack: configuration.lookBack, horizon: configuration.modelHorizon)
        }
        let features = Tensor(inputs, shape: [1, origins.count, inputs.count / max(1, origins.count)])
        let (outputs, next) = network(SequenceBatch(features), from: joined)
        joined = next
        let scalars = outputs.scalars
        for index in origins.indices where step == start {
          append(
            scalars[(index * block * series.targets.count)...], of: nil, steps: min(block, horizon - start),
            to: &forecasts[index])
        }
        for index in origins.indices {
          histories[index].append(scaledTargets: forecasts[index].map { $0[step] })
        }
      }
    }
    return forecasts
  }

  /// The features of some rows, `[rows, 1, C]`.
  private func sequence(of series: PreparedSeries, rows: Range<Int>) -> SequenceBatch {
    let inputs = rows.flatMap {
      LagMatrix.inputs(of: series, at: $0, lookBack: configuration.lookBack, horizon: configuration.modelHorizon)
    }
    return SequenceBatch(Tensor(inputs, shape: [rows.count, 1, inputs.count / max(1, rows.count)]))
  }
}

extension WindowBatch {
  /// The inputs as a tensor, `[T, N, C]`.
  func sequence(stepCount: Int) -> SequenceBatch {
    SequenceBatch(Tensor(inputs, shape: [stepCount, windows.count, channelCount]))
  }
}
