/// Multiplies the learning rate by a factor whenever a metric has not got better for a while.
public struct ReduceOnPlateau: Hashable, Sendable {
  /// Which way a metric gets better.
  public enum Mode: String, CaseIterable, Hashable, Sendable, Codable {
    /// Less is better, as of a loss.
    case minimum
    /// More is better, as of an accuracy.
    case maximum
  }

  /// Which way the metric gets better.
  public var mode: Mode
  /// What the rate is multiplied by, above 0 and below 1.
  public var factor: Double
  /// How many judgements in a row may be no better before the rate falls.
  public var patience: Int
  /// By how much of itself the best metric must be beaten.
  public var threshold: Double
  /// For how many judgements after a fall none is counted as bad.
  public var cooldown: Int
  /// The rate never falls below this.
  public var minimumRate: Double

  /// Settings, by default PyTorch's.
  public init(
    mode: Mode = .minimum, factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0,
    minimumRate: Double = 0
  ) {
    self.mode = mode
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.cooldown = cooldown
    self.minimumRate = minimumRate
  }

  /// What must be remembered from one judgement to the next; part of a checkpoint.
  public struct State: Hashable, Sendable, Codable {
    /// The rate in effect, before any warm-up.
    public var rate: Double
    /// The best metric so far; nil before the first.
    public var best: Double?
    /// Judgements in a row that were no better.
    public var badCount: Int
    /// Judgements to come that are not counted as bad.
    public var cooldownLeft: Int

    /// A state; by default the one before the first judgement.
    public init(rate: Double, best: Double? = nil, badCount: Int = 0, cooldownLeft: Int = 0) {
      self.rate = rate
      self.best = best
      self.badCount = badCount
      self.cooldownLeft = cooldownLeft
    }
  }

  /// Takes a judgement into account. A metric that is not a number is no better than any.
  func observe(_ metric: Double, _ state: inout State) {
    if isBetter(metric, than: state.best) {
      state.best = metric
      state.badCount = 0
    } else {
      state.badCount += 1
    }
    if state.cooldownLeft > 0 {
      state.cooldownLeft -= 1
      state.badCount = 0
    }
    if state.badCount > patience {
      state.cooldownLeft = cooldown
      state.badCount = 0
      let reduced = max(state.rate * factor, minimumRate)
      // PyTorch leaves out steps that are too small to matter.
      if state.rate - reduced > 1e-8 { state.rate = reduced }
    }
  }

  private func isBetter(_ metric: Double, than best: Double?) -> Bool {
    guard let best else { return !metric.isNaN }
    // Of the size of the best, so that a negative metric is judged the same way.
    let margin = threshold * abs(best)
    return mode == .minimum ? metric < best - margin : metric > best + margin
  }
}
