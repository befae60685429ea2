import Testing

/// A small generator of test data. Its real numbers have the precision of `Float`, so that tables of both element types
/// compute with the same inputs.
struct Numbers {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x2545_F491_4F6C_DD1D &+ 0x1234_5678_9ABC_DEF1 }

  /// SplitMix64 (Steele, Lea, Flood 2014).
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func real(_ low: Double = -1, _ high: Double = 1) -> Double {
    Double(Float(low + (high - low) * Double(next() >> 40) / 0x1p24))
  }

  mutating func reals(_ count: Int, _ low: Double = -1, _ high: Double = 1) -> [Double] {
    (0..<count).map { _ in real(low, high) }
  }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// Small integers as reals: their products and sums are exact, in any order.
  mutating func wholeReals(_ count: Int, limit: Int = 8) -> [Double] {
    (0..<count).map { _ in Double(integer(-limit...limit)) }
  }
}

/// Sizes on both sides of every vector width and tile.
let oddSizes = [0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 257]

/// Expects |actual - expected| <= absolute + relative |expected| everywhere, and the same infinities and NaNs.
func expectClose(
  _ actual: [Double], _ expected: [Double], absolute: Double = 0, relative: Double = 0,
  _ what: @autoclosure () -> String, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record("\(what()): \(actual.count) values, not \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  var worst = (index: -1, excess: 0.0)
  for i in 0..<actual.count {
    let a = actual[i]
    let b = expected[i]
    if a == b || (a.isNaN && b.isNaN) { continue }
    let error = abs(a - b)
    let excess = error.isFinite ? error - (absolute + relative * abs(b)) : .infinity
    if excess > worst.excess { worst = (i, excess) }
  }
  if worst.index >= 0 {
    let (a, b) = (actual[worst.index], expected[worst.index])
    Issue.record("\(what()): element \(worst.index) is \(a), not \(b)", sourceLocation: sourceLocation)
  }
}

/// Expects the same bits everywhere.
func expectSameBits(
  _ actual: Buffer, _ expected: Buffer, _ what: @autoclosure () -> String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  if actual.count == expected.count, actual.hasSameBits(from: 0, as: expected, from: 0, length: actual.count) { return }
  let (a, b) = (actual.bits, expected.bits)
  let index = zip(a, b).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? -1
  let count = zip(a, b).count { $0 != $1 }
  Issue.record("\(what()): \(count) of \(a.count) elements differ, first \(index)", sourceLocation: sourceLocation)
}

/// The gradient of a function by central differences over five points.
func centralDifferences(at point: [Double], _ function: ([Double]) -> Double) -> [Double] {
  let step = 1e-3
  return point.indices.map { i in
    func shifted(_ distance: Double) -> Double {
      var other = point
      other[i] += distance
      return function(other)
    }
    let near = shifted(step) - shifted(-step)
    let far = shifted(2 * step) - shifted(-2 * step)
    return (8 * near - far) / (12 * step)
  }
}
