import RecurrentLayers
import RecurrentTensor

extension Forecaster {
  /// Forecasts that are made together.
  static let groupSize = 256

  /// What the network says about the values after each origin, in the scale of the series: `[origin][target][step]`.
  ///
  /// - Parameters:
  ///   - origins: Ascending; one may stand there several times, for several paths from it.
  ///   - draw: What is fed back where the network forecasts fewer steps at once than the horizon has.
  ///   - firstPath: The number of the first path, for its random numbers.
  func distributions(
    of series: PreparedSeries, from origins: [Int], horizon: Int, draw: ForecastDraw, firstPath: Int = 0
  ) throws(ForecastError) -> [[[StepDistribution]]] {
    let isFedBack = horizon > configuration.modelHorizon
    if isFedBack, !schema.pastCovariates.isEmpty { throw .pastCovariates(schema.pastCovariates, horizon: horizon) }
    var result: [[[StepDistribution]]] = []
    // In groups, since every forecast that is fed back needs a copy of the series.
    for start in stride(from: 0, to: origins.count, by: Self.groupSize) {
      let some = Array(origins[start..<min(start + Self.groupSize, origins.count)])
      var group = ForecastGroup(
        series: series, origins: some, horizon: horizon, draw: draw, firstPath: firstPath + start)
      switch configuration.arrangement {
      case .windows where configuration.shareVariables:
        var found = some.map { _ in [[StepDistribution]]() }
        for (channel, variable) in series.variables.enumerated() {
          group.series = variable
          group.draw.key = draw.key?.folding(channel)
          for (index, distributions) in try windowForecasts(group).enumerated() { found[index] += distributions }
        }
        result += found
      case .windows: result += try windowForecasts(group)
      case .sequence: result += isFedBack ? fedBackForecasts(group) : sequenceForecasts(group)
      }
    }
    return result
  }
}

/// Forecasts of one series that are made together.
private struct ForecastGroup {
  var series: PreparedSeries
  let origins: [Int]
  let horizon: Int
  var draw: ForecastDraw
  /// The number of the first path, for its random numbers.
  let firstPath: Int

  /// The number that a step of a path goes on with.
  func value(_ distributions: [[StepDistribution]], index: Int, step: Int) -> [Double] {
    distributions.enumerated().map { target, steps in
      draw.value(steps[step], path: firstPath + index, place: step * distributions.count + target)
    }
  }

  /// No distributions yet.
  var none: [[[StepDistribution]]] { origins.map { _ in series.targets.map { _ in [] } } }
}

// MARK: - Windows

extension Forecaster {
  /// Distributions from windows that end before each origin.
  private func windowForecasts(_ group: ForecastGroup) throws(ForecastError) -> [[[StepDistribution]]] {
    guard let shape = try? configuration.windowShape() else { preconditionFailure("the configuration was not checked") }
    let (series, origins, horizon) = (group.series, group.origins, group.horizon)
    let number = try seriesNumber(of: series)
    let block = configuration.modelHorizon
    var forecasts = group.none
    var histories = horizon > block ? origins.map { series.truncated(before: $0) } : []
    for start in stride(from: 0, to: horizon, by: block) {
      let windows = origins.indices.map { index in
        Window(series: histories.isEmpty ? 0 : index, origin: origins[index] + start)
      }
      let batch = WindowBatch(
        windows, of: histories.isEmpty ? [series] : histories, shape: shape, features: configuration.features,
        normalization: preparation.windowNormalization)
      let inputs = batch.inputs(
        configuration, shape: shape, series: number.map { Array(repeating: $0, count: windows.count) })
      let outputs = network.last(inputs).scalars
      let width = outputs.count / max(1, origins.count)
      for index in origins.indices {
        append(
          outputs[index * width..<(index + 1) * width], of: series,
          scales: batch.scales.isEmpty ? nil : batch.scales[index], steps: min(block, horizon - start),
          to: &forecasts[index])
      }
      if histories.isEmpty { break }
      for index in origins.indices {
        for step in start..<min(start + block, horizon) {
          histories[index].append(scaledTargets: group.value(forecasts[index], index: index, step: step))
        }
      }
    }
    return forecasts
  }

  /// Appends what the first steps of a network's output, `[parameter][step][target]`, say.
  private func append(
    _ outputs: ArraySlice<Float>, of series: PreparedSeries, scales: [AffineScale]?, steps: Int,
    to forecast: inout [[StepDistribution]]
  ) {
    let (targets, count) = (forecast.count, configuration.parameterCount)
    let width = outputs.count / count
    for step in 0..<steps {
      for target in 0..<targets {
        let first = outputs.startIndex + step * targets + target
        let distribution = StepDistribution(
          configuration.outputDistribution, raw: (0..<count).map { Double(outputs[first + $0 * width]) },
          levels: configuration.quantiles, unit: series.scales.targets[target].scale)
        forecast[target].append(scales.map { distribution.restored($0[target]) } ?? distribution)
      }
    }
  }
}

// MARK: - One long sequence

extension Forecaster {
  /// Distributions from one run over the series, each read off at the step of its origin.
  private func sequenceForecasts(_ group: ForecastGroup) -> [[[StepDistribution]]] {
    guard let first = group.origins.first, let last = group.origins.last else { return [] }
    let series = group.series
    let start = series.firstRow + configuration.rowsBefore
    let outputs = network(sequence(of: series, rows: start..<last + 1)).0
    precondition(first >= start, "a forecast has too few rows before it")
    let width = outputs.shape[2]
    let scalars = outputs.scalars
    return group.origins.map { origin in
      var forecast = series.targets.map { _ in [StepDistribution]() }
      let place = (origin - start) * width
      append(scalars[place..<place + width], of: series, scales: nil, steps: group.horizon, to: &forecast)
      return forecast
    }
  }

  /// Distributions where values are fed back: the state before each origin comes from one run over the series, and all origins
  /// go on from there together.
  private func fedBackForecasts(_ group: ForecastGroup) -> [[[StepDistribution]]] {
    let (series, origins, horizon) = (group.series, group.origins, group.horizon)
    var states: [ForecastNetwork.State] = []
    var state: ForecastNetwork.State?
    var row = series.firstRow + configuration.rowsBefore
    for origin in origins {
      if origin > row { state = network(sequence(of: series, rows: row..<origin), from: state).1 }
      row = max(row, origin)
      if let state { states.append(state) }
    }
    // Without a row before the first origin there is no state yet, and the network begins with its own.
    var joined = states.count == origins.count ? ForecastNetwork.State(joining: states) : nil
    var forecasts = group.none
    var histories = origins.map { series.truncated(before: $0) }
    let block = configuration.modelHorizon
    for start in stride(from: 0, to: horizon, by: block) {
      // The state advances with every row, also where one output covers several.
      for step in start..<min(start + block, horizon) {
        let inputs = zip(origins, histories).flatMap { origin, history in
          LagMatrix.inputs(
            of: history, at: origin + step, lookBack: configuration.lookBack, horizon: block,
            features: configuration.features)
        }
        let features = Tensor(inputs, shape: [1, origins.count, inputs.count / max(1, origins.count)])
        let (outputs, next) = network(SequenceBatch(features), from: joined)
        joined = next
        let (scalars, width) = (outputs.scalars, outputs.shape[2])
        for index in origins.indices where step == start {
          append(
            scalars[index * width..<(index + 1) * width], of: series, scales: nil, steps: min(block, horizon - start),
            to: &forecasts[index])
        }
        for index in origins.indices {
          histories[index].append(scaledTargets: group.value(forecasts[index], index: index, step: step))
        }
      }
    }
    return forecasts
  }

  /// The features of some rows, `[rows, 1, C]`.
  private func sequence(of series: PreparedSeries, rows: Range<Int>) -> SequenceBatch {
    let inputs = rows.flatMap {
      LagMatrix.inputs(
        of: series, at: $0, lookBack: configuration.lookBack, horizon: configuration.modelHorizon,
        features: configuration.features)
    }
    return SequenceBatch(Tensor(inputs, shape: [rows.count, 1, inputs.count / max(1, rows.count)]))
  }
}

extension WindowBatch {
  /// The windows as a network takes them.
  ///
  /// - Parameter series: The number of the series of each window, where the network tells series apart.
  func inputs(_ configuration: ForecastConfiguration, shape: WindowShape, series: [Int32]?) -> ForecastInputs {
    let steps = shape.lookBack / configuration.valuesPerStep
    let count = windows.count
    let seasons = configuration.baseLags.count
    return ForecastInputs(
      SequenceBatch(Tensor(inputs, shape: [steps, count, channelCount])),
      values: configuration.windowSkip ? Tensor(values, shape: [count, values.count / max(1, count)]) : nil,
      bases: seasons == 0 ? nil : Tensor(bases, shape: [seasons, count, bases.count / max(1, seasons * count)]),
      series: series)
  }
}
