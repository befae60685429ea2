import Foundation
public import RecurrentTensor

/// The Mackey-Glass series (Mackey and Glass, "Oscillation and chaos in physiological control systems", Science, 1977):
///
///     dx/dt = a x(t − τ) / (1 + x(t − τ)ⁿ) − b x(t)
///
/// Chaotic from a delay of 17 on. The delayed value is held for the length of a step, as most of the literature does.
public struct MackeyGlass: Hashable, Sendable {
  /// How a step is computed.
  public enum Integration: String, Hashable, Sendable, Codable, CaseIterable {
    /// As ReservoirPy does, so that the same history gives the same series. Its method is not quite that of Runge and
    /// Kutta: the third and fourth stage go twice as far, and the production is not multiplied by the time step.
    case reservoirPy
    /// The Runge-Kutta method of fourth order.
    case rungeKutta
  }

  /// The delay τ.
  public var delay: Double
  /// a
  public var production: Double
  /// b
  public var decay: Double
  /// n
  public var exponent: Double
  /// The time from one value to the next.
  public var timeStep: Double
  /// The first value of the series.
  public var start: Double
  /// How a step is computed.
  public var integration: Integration

  /// The equation with the constants of the literature.
  public init(
    delay: Double = 17, production: Double = 0.2, decay: Double = 0.1, exponent: Double = 10, timeStep: Double = 1,
    start: Double = 1.2, integration: Integration = .reservoirPy
  ) {
    precondition(delay >= 0 && timeStep > 0 && delay / timeStep < 1e9, "a delay or time step out of range")
    self.delay = delay
    self.production = production
    self.decay = decay
    self.exponent = exponent
    self.timeStep = timeStep
    self.start = start
    self.integration = integration
  }

  /// The number of values before the first that the equation refers to.
  public var historyLength: Int { Int((delay / timeStep).rounded(.down)) }

  /// A series that begins after a random history near `start`.
  ///
  /// - Parameters:
  ///   - count: The number of values, T.
  ///   - key: What the history, evenly within 0.1 of `start`, is drawn from.
  public func series(_ count: Int, key: RandomKey) -> [Double] {
    let key = key.folding(.data)
    return series(count, after: (0..<historyLength).map { start + 0.2 * (key.unit(at: $0) - 0.5) })
  }

  /// The series after a given history.
  ///
  /// - Parameters:
  ///   - count: The number of values, T. The first is `start`.
  ///   - history: The values before, the newest last; at least `historyLength`.
  public func series(_ count: Int, after history: [Double]) -> [Double] {
    precondition(count >= 0 && history.count >= historyLength, "a history of \(history.count) for \(historyLength)")
    var values = Array(history.suffix(historyLength))
    values.reserveCapacity(historyLength + count)
    var value = start
    for index in 0..<count {
      values.append(value)
      value = next(after: value, delayed: delay > 0 ? values[index] : 0)
    }
    return Array(values.suffix(count))
  }

  private func next(after value: Double, delayed: Double) -> Double {
    let production = production * delayed / (1 + pow(delayed, exponent))
    let change = -decay * timeStep
    switch integration {
    case .rungeKutta:
      func slope(_ x: Double) -> Double { timeStep * production + change * x }
      let k1 = slope(value)
      let k2 = slope(value + k1 / 2)
      let k3 = slope(value + k2 / 2)
      let k4 = slope(value + k3)
      return value + (k1 + 2 * k2 + 2 * k3 + k4) / 6
    case .reservoirPy:
      let k1 = change * value + production
      let k2 = 2 * k1 + change * k1
      let k3 = 2 * k1 + change * k2
      let k4 = k1 + change * k3
      return value + (k1 + k2 + k3 + k4) / 6
    }
  }
}
