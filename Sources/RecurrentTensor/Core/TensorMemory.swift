import Synchronization

/// Counts the memory of tensors while something runs, to tell before a long run how much it will need.
///
/// Counting costs nothing unless it is asked for. What other threads do meanwhile is counted too.
package enum TensorMemory {
  /// What a computation has done to the memory of tensors.
  package struct Use: Hashable, Sendable {
    /// Bytes that were taken and not given back.
    package var kept: Int
    /// The most bytes that were taken at one time.
    package var peak: Int
  }

  private static let isCounting = Atomic<Bool>(false)
  private static let current = Atomic<Int>(0)
  private static let peak = Atomic<Int>(0)

  /// Runs `body` and tells what it has done to the memory of tensors. One computation at a time can be looked at.
  package static func counting<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> (result: Result, use: Use) {
    current.store(0, ordering: .relaxed)
    peak.store(0, ordering: .relaxed)
    isCounting.store(true, ordering: .relaxed)
    defer { isCounting.store(false, ordering: .relaxed) }
    let result = try body()
    return (
      result, Use(kept: max(0, current.load(ordering: .relaxed)), peak: peak.load(ordering: .relaxed))
    )
  }

  /// Takes note of bytes that were taken, or, as a negative number, given back.
  @inline(__always)
  static func note(_ byteCount: Int) {
    if isCounting.load(ordering: .relaxed) { count(byteCount) }
  }

  @inline(never)
  private static func count(_ byteCount: Int) {
    let now = current.wrappingAdd(byteCount, ordering: .relaxed).newValue
    if byteCount > 0 { _ = peak.max(now, ordering: .relaxed) }
  }
}
