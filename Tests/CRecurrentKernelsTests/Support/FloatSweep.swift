import CRecurrentKernels
import Foundation

/// Every so many-th float of a range of magnitudes, in chunks, with the exact value of a function there.
struct FloatSweep {
  /// One float in 257 in the ordinary tests; every one where RECURRENT_LONG_TESTS is set.
  static let ordinaryStride: UInt32 = ProcessInfo.processInfo.environment["RECURRENT_LONG_TESTS"] == nil ? 257 : 1

  private static let capacity = 1 << 15

  /// Arguments, as floats, of the current chunk; all but `count` of them are padding.
  let x = Buffer(RK_FLOAT32, count: capacity)
  private(set) var count = 0

  private let oracle = rk_kernels_reference(RK_FLOAT64).pointee
  private let exactArguments = Buffer(RK_FLOAT64, count: capacity)
  private let exact = Buffer(RK_FLOAT64, count: capacity)
  private let perUnit = Buffer(RK_FLOAT64, count: capacity)
  private let errors = Buffer(RK_FLOAT64, count: capacity)

  /// Calls `body` for chunk after chunk of the floats from `low` to `high`, with the given sign.
  mutating func forEachChunk(
    from low: Float, to high: Float, negative: Bool, of op: rk_unary, _ body: (FloatSweep) -> Void
  ) {
    let sign: UInt32 = negative ? 0x8000_0000 : 0
    let step = Self.ordinaryStride
    let floats = x.pointer.assumingMemoryBound(to: UInt32.self)
    let doubles = exactArguments.pointer.assumingMemoryBound(to: Double.self)
    var next = low.bitPattern
    while next <= high.bitPattern {
      count = 0
      while count < Self.capacity, next <= high.bitPattern {
        floats[count] = next | sign
        doubles[count] = Double(Float(bitPattern: next | sign))
        count += 1
        next += step
      }
      oracle.unary(op, 0, Int64(count), exactArguments.pointer, exact.pointer)
      findUnits()
      body(self)
    }
  }

  /// 1 / ulp of each exact value as a float; values below the normal numbers count with the smallest normal one, since
  /// they may be flushed to zero.
  private func findUnits() {
    let values = exact.pointer.assumingMemoryBound(to: UInt64.self)
    let units = perUnit.pointer.assumingMemoryBound(to: UInt64.self)
    for i in 0..<count {
      let exponent = (values[i] >> 52) & 0x7FF
      // The exponent of 2^(23 - e), and of 1 / 2^-126 for results that may be flushed.
      units[i] = (exponent > 897 ? 2046 + 23 - exponent : 1023 + 126) << 52
    }
  }

  /// The largest error of a chunk of results, absolute or in units of the last place.
  func worstError(of y: Buffer, inUnits: Bool) -> Double {
    let floats = y.pointer.assumingMemoryBound(to: Float.self)
    let results = errors.pointer.assumingMemoryBound(to: Double.self)
    for i in 0..<count { results[i] = Double(floats[i]) }
    let n = Int64(count)
    var worst = 0.0
    withUnsafePointer(to: rk_walk([count], [1], [1])) { walk in
      oracle.binary(RK_SUBTRACT, walk, errors.pointer, exact.pointer, errors.pointer)
      if inUnits { oracle.binary(RK_MULTIPLY, walk, errors.pointer, perUnit.pointer, errors.pointer) }
      oracle.unary(RK_ABS, 0, n, errors.pointer, errors.pointer)
      oracle.reduce(RK_MAX, 1, n, 1, errors.pointer, &worst)
    }
    return worst
  }
}
