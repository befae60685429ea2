import RecurrentFormats
import RecurrentLayers
public import RecurrentTraining

/// Which cells learn to count: trained on words aⁿbⁿ up to some n, tested on longer ones (Gers and Schmidhuber, 2001;
/// Weiss, Goldberg and Yahav, "On the practical computational power of finite precision RNNs for language recognition",
/// 2018).
public struct CountingStudy: Sendable {
  /// The cells.
  public var cells = StudyCell.allCases
  /// The language, and the words that are trained and tested.
  public var problem = CountingProblem()
  /// How many networks of each cell are trained, with seeds one after the other.
  public var networkCount = 3
  /// The training of a network.
  public var settings: @Sendable (StudyCell, _ seed: UInt64) -> LongLagSettings = { .counting($0, seed: $1) }
  /// The first seed.
  public var seed: UInt64 = 1

  /// All cells, aⁿbⁿ trained to 30 and tested to 100.
  public init() {}

  private struct Outcome {
    let cell: StudyCell
    let settings: LongLagSettings
    let result: LongLagResult
    /// Whether each n from 1 on is right.
    let right: [Bool]

    /// The greatest n up to which all words are right.
    var reach: Int { right.firstIndex(of: false) ?? right.count }
  }

  /// Trains, measures and draws.
  ///
  /// - Parameters:
  ///   - stop: Asks for an end after the running step.
  ///   - observe: Called when a training begins, and after every evaluation.
  public func run(
    stop: StopRequest = StopRequest(), observe: (StudyEvent) -> Void = { _ in }
  ) throws(StudyError) -> StudyReport {
    var outcomes: [Outcome] = []
    for cell in cells {
      for number in 0..<networkCount where stop.reason == nil {
        let settings = settings(cell, seed + UInt64(number))
        observe(.began("\(cell.rawValue) counting, seed \(settings.seed)"))
        // All steps are made: to stop where the long words are right would be to learn from them.
        var experiment = LongLagExperiment(problem, settings)
        experiment.goal = nil
        let result = try experiment.run(stop: stop) {
          observe(.progress($0.text(problem.measure)))
        }
        outcomes.append(
          Outcome(
            cell: cell, settings: settings, result: result,
            right: problem.rightWords(upTo: problem.longest) { result.network($0) }))
      }
    }
    return report(outcomes, stop.reason)
  }

  // MARK: Reporting

  private func report(_ outcomes: [Outcome], _ stopReason: StopReason?) -> StudyReport {
    var report = StudyReport(kind: "counting")
    report.stopReason = stopReason
    report.pictures = [("counting", chart(outcomes))]
    report.tables = [("counting", table(outcomes))]
    report.json["letters"] = .integer(problem.language.letterCount)
    report.json["trained_to"] = .integer(problem.trained.upperBound)
    report.json["tested_to"] = .integer(problem.longest)
    report.json["results"] = .array(
      outcomes.map { outcome in
        [
          "cell": .string(outcome.cell.rawValue), "right_to": .integer(outcome.reach),
          "right": .integer(outcome.right.count { $0 }), "steps": .integer(outcome.result.history.last?.step ?? 0),
          "seconds": .number(outcome.result.history.last?.seconds ?? 0), "settings": outcome.settings.json,
        ]
      })
    report.summary =
      [["cell", "seed", "right to n", "right of \(problem.longest)", "steps", "seconds"]]
      + outcomes.map { outcome in
        [
          outcome.cell.rawValue, String(outcome.settings.seed), String(outcome.reach),
          String(outcome.right.count { $0 }), String(outcome.result.history.last?.step ?? 0),
          NumberText.significant(outcome.result.history.last?.seconds ?? 0, digits: 3),
        ]
      }
    return report
  }

  /// For each n the share of a cell's networks that are right.
  private func shares(_ outcomes: [Outcome], _ cell: StudyCell) -> [Double] {
    let own = outcomes.filter { $0.cell == cell }
    return (0..<problem.longest).map { place in
      Double(own.count { $0.right[place] }) / Double(max(own.count, 1))
    }
  }

  private func chart(_ outcomes: [Outcome]) -> LineChart {
    let counts = (1...problem.longest).map(Double.init)
    let trained = Set(outcomes.map(\.cell))
    return LineChart(
      title: "Counting beyond what was trained: "
        + (problem.language.letterCount == 2
          ? "aⁿbⁿ" : "words of \(problem.language.letterCount) letters, each n times"),
      subtitle: "trained on n = \(problem.trained.lowerBound) to \(problem.trained.upperBound), "
        + "\(networkCount) \(networkCount == 1 ? "network" : "networks") of each cell",
      xAxis: Axis(title: "n"), yAxis: Axis(title: "share of the networks that are right at every step"),
      series: cells.filter(trained.contains).map {
        LineChart.Series($0.rawValue, x: counts, y: shares(outcomes, $0), style: $0.style)
      },
      splits: [
        LineChart.Split(at: Double(problem.trained.upperBound) + 0.5, before: "trained", after: "longer than trained")
      ])
  }

  private func table(_ outcomes: [Outcome]) -> CSVWriter {
    var table = CSVWriter(columns: ["cell", "seed", "n", "right"])
    for outcome in outcomes {
      for (place, isRight) in outcome.right.enumerated() {
        table.append([
          .text(outcome.cell.rawValue), .integer(Int(clamping: outcome.settings.seed)), .integer(place + 1),
          .integer(isRight ? 1 : 0),
        ])
      }
    }
    return table
  }
}
