#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How the learning rate changes while a model is trained.
///
/// Positions count from 0 in whatever unit the caller counts: steps or epochs. Rates are those of the schedules in
/// `torch.optim.lr_scheduler` that have the same settings.
public struct LearningRateSchedule: Hashable, Sendable {
  /// The course of the rate after the warm-up.
  public enum Course: Hashable, Sendable {
    /// The first rate.
    case constant
    /// The first rate times `factor` for every `every` positions passed.
    case step(every: Int, factor: Double)
    /// The first rate times `factor` for every position passed.
    case exponential(factor: Double)
    /// Half a wave of a cosine down to `finalRate`, reached after `length` positions and kept (Loshchilov and Hutter,
    /// 2017).
    case cosine(finalRate: Double, length: Int)
    /// Up to the first rate and far down again; see `OneCycle`.
    case oneCycle(OneCycle)
    /// Down whenever a metric has not got better for a while; see `ReduceOnPlateau`.
    case onPlateau(ReduceOnPlateau)
  }

  /// A linear rise to the rate of the course, which begins when the warm-up ends.
  public struct WarmUp: Hashable, Sendable {
    /// How many positions it takes.
    public var length: Int
    /// The part of the rate that it begins with.
    public var startFactor: Double

    /// A rise from `startFactor` of the rate to the whole over `length` positions.
    public init(length: Int, startFactor: Double = 1 / 3) {
      self.length = length
      self.startFactor = startFactor
    }
  }

  /// The course of the rate after the warm-up.
  public var course: Course
  /// The rise before it, if any.
  public var warmUp: WarmUp?
  /// The positions after the rise that the first rate is kept before the course begins.
  public var hold: Int

  /// A schedule.
  public init(_ course: Course = .constant, warmUp: WarmUp? = nil, hold: Int = 0) {
    precondition(hold >= 0, "a rate that is kept for \(hold) positions")
    self.course = course
    self.warmUp = warmUp
    self.hold = hold
  }

  /// The rate at a position. On a plateau-driven course this is the rate that no metric has reduced yet.
  ///
  /// - Parameters:
  ///   - position: The steps, or epochs, done before.
  ///   - base: The rate at the end of the warm-up; of one cycle, the highest.
  public func rate(at position: Int, base: Double) -> Double {
    let start = warmUp?.length ?? 0
    guard let warmUp, position < start else {
      return courseRate(at: max(0, position - start - hold), base: base)
    }
    let progress = Double(position) / Double(warmUp.length)
    return courseRate(at: 0, base: base) * (warmUp.startFactor + (1 - warmUp.startFactor) * progress)
  }

  private func courseRate(at position: Int, base: Double) -> Double {
    switch course {
    case .constant, .onPlateau: base
    case .step(let every, let factor): base * pow(factor, Double(position / every))
    case .exponential(let factor): base * pow(factor, Double(position))
    case .cosine(let finalRate, let length):
      cosine(from: base, to: finalRate, at: Double(position) / Double(length))
    case .oneCycle(let cycle): cycle.rate(at: position, highest: base)
    }
  }
}

/// Half a wave of a cosine from `start` to `end`, at a part `progress` of the way; `end` beyond it.
func cosine(from start: Double, to end: Double, at progress: Double) -> Double {
  end + (start - end) / 2 * (1 + cos(Double.pi * min(1, progress)))
}

/// One rise and one longer fall of the learning rate (Smith and Topin, 2018).
public struct OneCycle: Hashable, Sendable {
  /// The positions of the whole cycle; afterwards the last rate is kept.
  public var length: Int
  /// The part of the cycle that rises.
  public var riseFraction: Double
  /// The highest rate divided by the first.
  public var startDivisor: Double
  /// The first rate divided by the last.
  public var endDivisor: Double

  /// One cycle with PyTorch's defaults.
  public init(length: Int, riseFraction: Double = 0.3, startDivisor: Double = 25, endDivisor: Double = 1e4) {
    self.length = length
    self.riseFraction = riseFraction
    self.startDivisor = startDivisor
    self.endDivisor = endDivisor
  }

  func rate(at position: Int, highest: Double) -> Double {
    let first = highest / startDivisor
    let last = Double(length - 1)
    let top = riseFraction * Double(length) - 1
    let position = Double(position)
    if position <= top { return cosine(from: first, to: highest, at: top > 0 ? position / top : 1) }
    return cosine(from: highest, to: first / endDivisor, at: last > top ? (position - top) / (last - top) : 1)
  }
}
