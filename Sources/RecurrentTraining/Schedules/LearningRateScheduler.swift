/// A schedule at work: the rate at each position, and what a plateau-driven one has seen so far.
///
/// ```swift
/// var scheduler = try LearningRateScheduler(.init(.cosine(finalRate: 0, length: epochs)), base: 0.01)
/// for epoch in 0..<epochs {
///   optimizer.learningRate = Float(scheduler.rate(at: epoch))
///   …
///   scheduler.observe(validationLoss)
/// }
/// ```
public struct LearningRateScheduler: Hashable, Sendable {
  /// The schedule.
  public let schedule: LearningRateSchedule
  /// The rate at the end of the warm-up; of one cycle, the highest.
  public let base: Double
  /// What a plateau-driven schedule has seen, to be kept in a checkpoint; nil for all others.
  public var plateau: ReduceOnPlateau.State?

  /// A schedule at its beginning.
  ///
  /// - Throws: `LearningRateScheduleError` about the first setting that is out of its range.
  public init(
    _ schedule: LearningRateSchedule = .init(), base: Double
  ) throws(LearningRateScheduleError) {
    try schedule.validate(base: base)
    self.schedule = schedule
    self.base = base
    if case .onPlateau = schedule.course { plateau = ReduceOnPlateau.State(rate: base) }
  }

  /// The rate at a position.
  ///
  /// - Parameter position: The steps, or epochs, done before, in the unit of the schedule's settings.
  public func rate(at position: Int) -> Double {
    schedule.rate(at: position, base: plateau?.rate ?? base)
  }

  /// Takes a new value of the metric into account; does nothing unless the schedule is driven by a plateau.
  public mutating func observe(_ metric: Double) {
    if case .onPlateau(let settings) = schedule.course, var state = plateau {
      settings.observe(metric, &state)
      plateau = state
    }
  }
}

/// A setting of a schedule that is out of its range.
public struct LearningRateScheduleError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The setting's name, in words.
  public let setting: String
  /// Its value.
  public let value: Double
  /// What it has to be.
  public let expectation: String

  /// One line that names the setting and what it has to be.
  public var description: String {
    "the \(setting) of the learning rate's schedule is \(value), expected \(expectation)"
  }
}

extension LearningRateSchedule {
  /// Refuses settings that have no meaning.
  func validate(base: Double) throws(LearningRateScheduleError) {
    try require(base > 0 && base.isFinite, "first rate", base, "a number above 0")
    if let warmUp {
      try require(warmUp.length >= 0, "warm-up", Double(warmUp.length), "0 or more")
      try require((0...1).contains(warmUp.startFactor), "warm-up's first factor", warmUp.startFactor, "0 to 1")
    }
    switch course {
    case .constant: break
    case .step(let every, let factor):
      try require(every >= 1, "step length", Double(every), "1 or more")
      try requireFactor(factor)
    case .exponential(let factor):
      try requireFactor(factor)
    case .cosine(let finalRate, let length):
      try require(length >= 1, "length", Double(length), "1 or more")
      try require(finalRate >= 0 && finalRate.isFinite, "final rate", finalRate, "0 or more")
    case .oneCycle(let cycle):
      try require(cycle.length >= 1, "length", Double(cycle.length), "1 or more")
      try require((0...1).contains(cycle.riseFraction), "rising part", cycle.riseFraction, "0 to 1")
      try require(cycle.startDivisor >= 1, "first divisor", cycle.startDivisor, "1 or more")
      try require(cycle.endDivisor >= 1, "last divisor", cycle.endDivisor, "1 or more")
    case .onPlateau(let plateau):
      try require(plateau.factor > 0 && plateau.factor < 1, "factor", plateau.factor, "above 0 and below 1")
      try require(plateau.patience >= 0, "patience", Double(plateau.patience), "0 or more")
      try require(plateau.threshold >= 0, "threshold", plateau.threshold, "0 or more")
      try require(plateau.cooldown >= 0, "cool-down", Double(plateau.cooldown), "0 or more")
      try require(plateau.minimumRate >= 0, "lowest rate", plateau.minimumRate, "0 or more")
    }
  }

  private func requireFactor(_ factor: Double) throws(LearningRateScheduleError) {
    try require(factor > 0 && factor.isFinite, "factor", factor, "a number above 0")
  }

  private func require(
    _ isRight: Bool, _ setting: String, _ value: Double, _ expectation: String
  ) throws(LearningRateScheduleError) {
    if !isRight { throw LearningRateScheduleError(setting: setting, value: value, expectation: expectation) }
  }
}
