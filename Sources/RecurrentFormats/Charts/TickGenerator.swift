#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A mark on an axis.
public struct Tick: Hashable, Sendable {
  /// The value that is marked.
  public let value: Double
  /// The text beside the mark.
  public let label: String
  /// A second line, such as the year below a month; nil where it is the same as at the mark before.
  public let context: String?

  init(value: Double, label: String, context: String? = nil) {
    self.value = value
    self.label = label
    self.context = context
  }
}

/// Chooses round values to mark on an axis of numbers.
public enum TickGenerator {
  /// Round values inside the domain of the scale, at most about `count`.
  /// - Parameter minimumStep: the least distance of two marks on a linear scale, 1 where only whole numbers have a meaning.
  public static func ticks(for scale: Scale, count: Int, minimumStep: Double = 0) -> [Tick] {
    switch scale.kind {
    case .linear: linear(scale.domain, count: count, minimumStep: minimumStep)
    case .logarithmic: logarithmic(scale.domain, count: count)
    }
  }

  /// The domain widened so that the ends stand on round values or little beyond one, for an axis of at most about `count` marks.
  /// Zero is taken in where the values are all of one sign and zero is near.
  public static func roundedDomain(_ domain: ClosedRange<Double>, kind: Scale.Kind, count: Int) -> ClosedRange<Double> {
    // A constant series gets room on both sides.
    let widened = Scale(kind, domain: domain, from: 0, to: 1).domain
    var (low, high) = (widened.lowerBound, widened.upperBound)
    guard kind == .linear else { return roundBelow(low)...roundAbove(high) }
    if low > 0, low < 0.4 * high { low = 0 }
    if high < 0, high > 0.4 * low { high = 0 }
    var step = roundStep(low...high, count: count)
    var rounded = rounded(low, high, step: step)
    // Rounding can make the domain so much longer that a larger step follows.
    let finalStep = roundStep(rounded, count: count)
    if finalStep != step {
      step = finalStep
      rounded = self.rounded(low, high, step: step)
    }
    return rounded
  }

  /// The ends moved out to multiples of `step`; an end that is just beyond one moves only a little.
  private static func rounded(_ low: Double, _ high: Double, step: Double) -> ClosedRange<Double> {
    let (slack, tolerance) = (0.2, 1e-9)
    let (lowSteps, highSteps) = (low / step, high / step)
    let missingBelow = lowSteps - (lowSteps + tolerance).rounded(.down)
    let missingAbove = (highSteps - tolerance).rounded(.up) - highSteps
    let roundLow = missingBelow > 1 - slack ? lowSteps - 0.1 : (lowSteps + tolerance).rounded(.down)
    let roundHigh = missingAbove > 1 - slack ? highSteps + 0.1 : (highSteps - tolerance).rounded(.up)
    // Near the ends of the range of Double there are no round values.
    let (newLow, newHigh) = (roundLow * step, roundHigh * step)
    return newLow.isFinite && newHigh.isFinite ? min(newLow, low)...max(newHigh, high) : low...high
  }

  /// The greatest of 1, 2 and 5 times a power of ten that is not above a value above zero.
  private static func roundBelow(_ value: Double) -> Double {
    let power = pow(10, log10(value).rounded(.down))
    return max([5, 2, 1].first { $0 * power <= value * (1 + 1e-9) }.map { $0 * power } ?? value, .leastNormalMagnitude)
  }

  /// The least of 1, 2 and 5 times a power of ten that is not below a value above zero.
  private static func roundAbove(_ value: Double) -> Double {
    let power = pow(10, log10(value).rounded(.down))
    let rounded = ([1, 2, 5, 10].first { $0 * power >= value * (1 - 1e-9) } ?? 10) * power
    return rounded.isFinite ? rounded : value
  }

  /// The least of 1, 2 and 5 times a power of ten with which at most `count` steps cover the domain.
  static func roundStep(_ domain: ClosedRange<Double>, count: Int) -> Double {
    let span = domain.upperBound / 2 - domain.lowerBound / 2
    let raw = max(span / Double(max(count, 1)) * 2, .leastNormalMagnitude)
    let power = pow(10, log10(raw).rounded(.down))
    // The tolerance keeps a step that fits up to rounding.
    let step = [1, 2, 5, 10].first { $0 * power >= raw * (1 - 1e-9) } ?? 10
    return step * power
  }

  private static func linear(_ domain: ClosedRange<Double>, count: Int, minimumStep: Double = 0) -> [Tick] {
    let step = max(roundStep(domain, count: count), minimumStep)
    let tolerance = 1e-9
    let first = (domain.lowerBound / step - tolerance).rounded(.up)
    let last = (domain.upperBound / step + tolerance).rounded(.down)
    // Steps below the resolution of the values have no numbers of their own.
    guard last - first >= 0, last - first <= 1000, abs(first) < 1e15, abs(last) < 1e15 else { return [] }
    let values = (Int(first)...Int(last)).map { Double($0) * step }
    return zip(values, labels(values, step: step)).map { Tick(value: $0, label: $1) }
  }

  /// Labels of one axis, all in the same way: plain, with thousands separated, or as powers of ten where that gets too long.
  private static func labels(_ values: [Double], step: Double) -> [String] {
    let largest = values.map { abs($0) }.max() ?? 0
    guard largest < 1e9, step >= 0.999e-6 else {
      // Enough digits to tell one step from the next.
      let decimals = min(14, max(2, Int(log10(largest / step).rounded(.up))))
      return values.map { ChartNumber.scientific($0, decimals: decimals) }
    }
    let decimals = max(0, Int(-log10(step * 1.000001).rounded(.down)))
    return values.map { ChartNumber.grouped($0, decimals: decimals) }
  }

  /// Powers of ten, thinned out where there are many; with 2 and 5 between where there are few; and round steps where the domain is
  /// within one decade.
  private static func logarithmic(_ domain: ClosedRange<Double>, count: Int) -> [Tick] {
    let (low, high) = (log10(domain.lowerBound), log10(domain.upperBound))
    guard high - low > 1 else { return linear(domain, count: count).filter { $0.value > 0 } }
    let every = max(1, Int(((high - low) / Double(max(count, 1))).rounded(.up)))
    let mantissas: [Double] = 3 * (high - low) <= Double(count + 3) ? [1, 2, 5] : [1]
    let first = Int((low / Double(every)).rounded(.down)) * every
    let isPlain = low >= -4.5 && high <= 6.5
    var ticks: [Tick] = []
    for exponent in stride(from: first, through: Int(high.rounded(.up)), by: every) {
      for mantissa in mantissas {
        let value = mantissa * pow(10, Double(exponent))
        guard value >= domain.lowerBound * (1 - 1e-9), value <= domain.upperBound * (1 + 1e-9) else { continue }
        let label = isPlain ? ChartNumber.grouped(value, decimals: max(0, -exponent)) : ChartNumber.scientific(value)
        ticks.append(Tick(value: value, label: label))
      }
    }
    return ticks
  }
}
