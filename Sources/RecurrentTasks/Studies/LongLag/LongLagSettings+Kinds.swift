import RecurrentLayers

extension LongLagSettings {
  /// Settings that solve a problem with a cell, at lags of some hundred steps.
  ///
  /// - Parameters:
  ///   - kind: The problem.
  ///   - cell: The cell.
  ///   - lag: The steps over which something has to be remembered.
  public static func solving(_ kind: MemoryStudy.ProblemKind, _ cell: StudyCell, lag: Int) -> LongLagSettings {
    var settings = LongLagSettings(cell: cell)
    switch kind {
    case .adding:
      settings.hiddenSize = cell == .irnn ? 100 : 64
      settings.learningRate = cell == .lstm || cell == .gru ? 5e-3 : 1e-3
      settings.longestLag = lag
      settings.stepLimit = 10_000
    case .copy:
      settings.hiddenSize = 192
      settings.learningRate = 5e-3
      settings.longestLag = lag + 20
      settings.decaysLearningRate = true
      settings.stepLimit = 5000
      guard cell == .lstm || cell == .gru else { break }
      settings.learningRate = 1e-2
      // One input in ten is not 0: weights this large let a single symbol move the gates.
      settings.initialization = RecurrentInitialization(
        input: .normal(deviation: 1), recurrent: .orthogonal(), bias: .zeros)
    case .rows:
      settings.hiddenSize = 128
      settings.learningRate = 3e-3
      settings.decaysLearningRate = true
      settings.stepLimit = 2500
      settings.stepsBetweenEvaluations = 250
    }
    return settings
  }

  /// The same for a comparison of cells at several lags that is over soon.
  public static func comparison(_ kind: MemoryStudy.ProblemKind, _ cell: StudyCell, lag: Int) -> LongLagSettings {
    var settings = solving(kind, cell, lag: lag)
    if kind == .rows { return settings }
    settings.hiddenSize = kind == .copy ? 96 : 64
    settings.stepLimit = 1000
    return settings
  }

  /// Settings with which a small LSTM learns to count without end: gates and candidate that the symbols drive to their
  /// ends, and forget gates that begin so far open that nothing is lost over the longest words.
  ///
  /// - Parameters:
  ///   - cell: The cell; all train with the same settings.
  ///   - seed: Where weights and data are drawn from.
  public static func counting(_ cell: StudyCell, seed: UInt64) -> LongLagSettings {
    var settings = LongLagSettings(
      cell: cell, hiddenSize: 8, batchSize: 16, learningRate: cell == .irnn ? 1e-3 : 1e-2,
      initialization: RecurrentInitialization(
        input: .normal(deviation: 1), recurrent: .orthogonal(), bias: .zeros, forgetBias: 10),
      stepLimit: 10_000, stepsBetweenEvaluations: 1000, seed: seed)
    settings.decaysLearningRate = true
    return settings
  }
}
