import RecurrentFormats
import RecurrentTraining

/// Pictures, tables and results of a `MemoryStudy`.
struct MemoryReport {
  let kind: MemoryStudy.ProblemKind
  /// For each lag what solving the problem is measured by.
  let measures: [LongLagMeasure]
  let lags: [Int]
  let goal: Double?

  func report(_ outcomes: [MemoryStudy.Outcome], stopReason: StopReason?) -> StudyReport {
    var report = StudyReport(kind: "memory")
    report.stopReason = stopReason
    if lags.count > 1 { report.pictures.append(("memory", reachChart(outcomes))) }
    report.pictures.append(("training", trainingChart(outcomes)))
    report.tables = [("memory", table(outcomes)), ("training", trainingTable(outcomes))]
    report.json["problem"] = .string(kind.rawValue)
    report.json["measure"] = .string(measures[0].name)
    report.json["results"] = .array(outcomes.map(json))
    report.summary =
      [["cell", "lag", measures[0].name, "baseline", "solved", "steps", "seconds"]] + outcomes.map(summary)
    return report
  }

  private func measure(_ lag: Int) -> LongLagMeasure { measures[lags.firstIndex(of: lag) ?? 0] }

  // MARK: Pictures

  private func reachChart(_ outcomes: [MemoryStudy.Outcome]) -> LineChart {
    var series = StudyCell.allCases.compactMap { cell -> LineChart.Series? in
      let own = outcomes.filter { $0.cell == cell }.sorted { $0.lag < $1.lag }
      return own.isEmpty
        ? nil : LineChart.Series(cell.rawValue, x: own.map { Double($0.lag) }, y: own.map(\.value), style: cell.style)
    }
    let places = lags.sorted().map(Double.init)
    series.append(
      LineChart.Series("without memory", x: places, y: lags.sorted().map { measure($0).baseline }, style: .lowerBound))
    series.append(LineChart.Series("solved", x: places, y: places.map { _ in target }, style: .bound))
    let limit = outcomes.map(\.settings.stepLimit).max() ?? 0
    return LineChart(
      title: "How far each cell remembers: \(title)",
      subtitle: "trained for at most \(limit) steps of \(outcomes.first?.settings.batchSize ?? 0) new sequences",
      xAxis: Axis(.logarithmicNumbers, title: "lag in steps"), yAxis: valueAxis, series: series)
  }

  private func trainingChart(_ outcomes: [MemoryStudy.Outcome]) -> LineChart {
    let longest = outcomes.map(\.lag).max()
    // One lag, or the picture would be full of lines.
    var series = outcomes.filter { $0.lag == longest }.map { outcome in
      LineChart.Series(
        outcome.cell.rawValue, x: outcome.result.history.map { Double($0.step) },
        y: outcome.result.history.map(\.value), style: outcome.cell.style)
    }
    let ends = [Double(outcomes.first?.settings.stepsBetweenEvaluations ?? 0), series.compactMap(\.x.last).max() ?? 0]
    let measure = measure(longest ?? 0)
    series.append(
      LineChart.Series("without memory", x: ends, y: [measure.baseline, measure.baseline], style: .lowerBound))
    series.append(LineChart.Series("solved", x: ends, y: [target, target], style: .bound))
    return LineChart(
      title: "Learning \(title) over \(longest ?? 0) steps",
      xAxis: Axis(title: "training steps"), yAxis: valueAxis, series: series)
  }

  private var target: Double { goal ?? measures[0].goal }

  private var title: String {
    switch kind {
    case .adding: "the adding problem"
    case .copy: "the copy problem"
    case .rows: "pictures row by row"
    }
  }

  private var valueAxis: Axis {
    measures[0].isError
      ? Axis(.logarithmicNumbers, title: "mean squared error") : Axis(title: "share of right answers")
  }

  // MARK: Numbers

  private func table(_ outcomes: [MemoryStudy.Outcome]) -> CSVWriter {
    var table = CSVWriter(
      columns: ["problem", "cell", "lag", "seed", measures[0].name, "baseline", "solved", "steps", "seconds"])
    for outcome in outcomes {
      table.append([
        .text(kind.rawValue), .text(outcome.cell.rawValue), .integer(outcome.lag),
        .integer(Int(clamping: outcome.settings.seed)), .number(outcome.value),
        .number(measure(outcome.lag).baseline), .text(outcome.result.isSolved ? "yes" : "no"),
        .integer(outcome.steps), .number(outcome.seconds),
      ])
    }
    return table
  }

  private func trainingTable(_ outcomes: [MemoryStudy.Outcome]) -> CSVWriter {
    var table = CSVWriter(columns: ["cell", "lag", "step", "loss", measures[0].name])
    for outcome in outcomes {
      for point in outcome.result.history {
        table.append([
          .text(outcome.cell.rawValue), .integer(outcome.lag), .integer(point.step), .number(point.loss),
          .number(point.value),
        ])
      }
    }
    return table
  }

  private func json(_ outcome: MemoryStudy.Outcome) -> JSONValue {
    [
      "cell": .string(outcome.cell.rawValue), "lag": .integer(outcome.lag),
      measures[0].name: .number(outcome.value), "baseline": .number(measure(outcome.lag).baseline),
      "goal": .number(target), "solved": .bool(outcome.result.isSolved), "steps": .integer(outcome.steps),
      "seconds": .number(outcome.seconds), "settings": outcome.settings.json,
    ]
  }

  private func summary(_ outcome: MemoryStudy.Outcome) -> [String] {
    [
      outcome.cell.rawValue, String(outcome.lag), NumberText.significant(outcome.value),
      NumberText.significant(measure(outcome.lag).baseline), outcome.result.isSolved ? "yes" : "no",
      String(outcome.steps), NumberText.significant(outcome.seconds, digits: 3),
    ]
  }
}

extension MemoryStudy.Outcome {
  var value: Double { result.history.last?.value ?? .nan }
  var steps: Int { result.history.last?.step ?? 0 }
  var seconds: Double { result.history.last?.seconds ?? 0 }
}

extension StudyCell {
  /// How the cell is drawn in every picture.
  var style: LineStyle { LineStyle.standard(StudyCell.allCases.firstIndex(of: self) ?? 0) }
}

extension LongLagSettings {
  /// The settings by the names of the command's options.
  var json: JSONValue {
    [
      "hidden": .integer(hiddenSize), "batch": .integer(batchSize), "rate": .number(learningRate),
      "clip": .number(clipNorm), "chrono": longestLag.map { .integer($0) } ?? .null,
      "steps": .integer(stepLimit), "seed": .integer(Int(clamping: seed)),
    ]
  }
}
