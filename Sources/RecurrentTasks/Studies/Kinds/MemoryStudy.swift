import RecurrentFormats
public import RecurrentTraining

/// How far back cells learn to remember: each is trained on a problem at several lags, with the same settings.
public struct MemoryStudy: Sendable {
  /// The problems there are.
  public enum ProblemKind: String, Hashable, Sendable, CaseIterable {
    /// Two marked numbers among many are to be added.
    case adding
    /// Ten symbols are to be said again after a pause.
    case copy
    /// Pictures, read row by row, are to be named.
    case rows

    /// The cells that are compared unless others are named.
    public var cells: [StudyCell] { self == .rows ? [.gru] : StudyCell.allCases }

    /// The lags at which they are compared unless others are named; of pictures the number of rows is the lag.
    public var lags: [Int] {
      switch self {
      case .adding: [20, 50, 100, 200]
      case .copy: [1, 3, 10, 30]
      case .rows: []
      }
    }
  }

  /// One cell at one lag.
  public struct Outcome: Sendable {
    /// The cell.
    public let cell: StudyCell
    /// The lag, in steps.
    public let lag: Int
    /// The settings of the training.
    public let settings: LongLagSettings
    /// How it went.
    public let result: LongLagResult
  }

  /// The problem.
  public let kind: ProblemKind
  /// The cells.
  public var cells: [StudyCell]
  /// The steps over which something has to be remembered.
  public var lags: [Int]
  /// The training of each cell at each lag.
  public var settings: @Sendable (StudyCell, _ lag: Int) -> LongLagSettings
  /// Where training ends, if before the last step. Unless told otherwise problems that make new sequences end at their
  /// own goal; on pictures all steps are made, because to stop where the test is passed would be to learn from it.
  public var goal: Double?
  /// The folder of the pictures.
  public var folder: String?

  /// A comparison at the problem's usual lags.
  ///
  /// - Parameters:
  ///   - kind: The problem.
  ///   - folder: The folder of the pictures; see `ImageRowsProblem`.
  public init(_ kind: ProblemKind, folder: String? = nil) {
    self.kind = kind
    self.folder = folder
    cells = kind.cells
    lags = kind.lags
    settings = { cell, lag in LongLagSettings.comparison(kind, cell, lag: lag) }
  }

  /// Trains, measures and draws.
  ///
  /// - Parameters:
  ///   - stop: Asks for an end after the running step.
  ///   - observe: Called when a training begins, and after every evaluation.
  public func run(
    stop: StopRequest = StopRequest(), observe: (StudyEvent) -> Void = { _ in }
  ) throws(StudyError) -> StudyReport {
    switch kind {
    case .adding: return try run(lags.map { AddingProblem(stepCount: $0) }, stop, observe)
    case .copy: return try run(lags.map { CopyMemory(delay: $0) }, stop, observe)
    case .rows: return try run([ImageRowsProblem(folder: folder ?? ".")], stop, observe)
    }
  }

  private func run(
    _ problems: [some LongLagProblem], _ stop: StopRequest, _ observe: (StudyEvent) -> Void
  ) throws(StudyError) -> StudyReport {
    var outcomes: [Outcome] = []
    for cell in cells {
      for problem in problems where stop.reason == nil {
        let lag = problem.shownLag
        let settings = settings(cell, lag)
        observe(.began("\(cell.rawValue) on \(problem.name), \(lag) steps"))
        var experiment = LongLagExperiment(problem, settings)
        if goal != nil || kind == .rows { experiment.goal = goal }
        let result = try experiment.run(stop: stop) { observe(.progress($0.text(problem.measure))) }
        outcomes.append(Outcome(cell: cell, lag: lag, settings: settings, result: result))
      }
    }
    return MemoryReport(kind: kind, measures: problems.map(\.measure), lags: problems.map(\.shownLag), goal: goal)
      .report(outcomes, stopReason: stop.reason)
  }
}

extension LongLagProblem {
  /// The number that the problem is called by: the delay of the copy problem, else the lag.
  var shownLag: Int { (self as? CopyMemory)?.delay ?? lag }
}

extension LongLagResult.Point {
  /// One line for people.
  func text(_ measure: LongLagMeasure) -> String {
    "step \(step)  loss \(NumberText.significant(loss))  \(measure.name) \(NumberText.significant(value))  "
      + "\(NumberText.significant(seconds, digits: 3)) s"
  }
}
