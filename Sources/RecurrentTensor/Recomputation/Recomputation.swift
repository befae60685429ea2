/// How much of a recurrent layer's forward pass is kept for the way back: recomputation in time, also known as activation
/// checkpointing (Chen et al., 2016; for recurrent networks Gruslys et al., 2016).
///
/// With recomputation the layer keeps the states at the borders of segments of time only. The way back runs each segment
/// forward once more just before it needs it: a third more work, memory of the order of the square root of the number of
/// steps, and the same bits. Inputs, outputs and masks that are new at every step are kept as they are.
public enum Recomputation: Hashable, Sendable {
  /// Everything that the way back reads is kept.
  case never
  /// Segments of about the length that needs the least memory.
  case automatic
  /// Segments of so many steps, rounded up to a length that leaves the order of all sums as it is.
  case segments(ofSteps: Int)

  /// The steps of a segment, at least.
  ///
  /// - Parameters:
  ///   - steps: T.
  ///   - keptPerStep: Numbers that the way back reads of each step.
  ///   - stateSize: Numbers of the state.
  func segmentSteps(of steps: Int, keptPerStep: Int, stateSize: Int) -> Int {
    switch self {
    case .never: return max(1, steps)
    case .segments(let wanted):
      precondition(wanted > 0, "a segment has at least one step")
      return wanted
    case .automatic:
      // T / S states and S steps are kept at one time: the sum is least where both are equal.
      let least = (Double(steps) * Double(stateSize) / Double(max(1, keptPerStep))).squareRoot()
      return max(1, Int(least.rounded()))
    }
  }
}

/// Time cut into segments, in the order in which a layer walks through them.
struct TimeSegments: Sendable {
  let ranges: [Range<Int>]

  /// All steps as one segment.
  init(whole steps: Int) { ranges = [0..<steps] }

  /// Segments whose borders are those of the chunks of steps over which kernels sum the gradients of weights: counted from
  /// the end of the walk, which is the last real step of the longest row, or step 0 where the walk is reversed.
  ///
  /// - Parameters:
  ///   - steps: T.
  ///   - lengths: The real steps of each row. Steps that no row has are segments of their own.
  ///   - segmentSteps: How long segments are to be.
  ///   - chunkSteps: The steps of a chunk.
  init(of steps: Int, lengths: [Int32]?, isReversed: Bool, segmentSteps: Int, chunkSteps: Int) {
    let longest = lengths.map { $0.max().map(Int.init) ?? 0 } ?? steps
    let chunks = (min(segmentSteps, max(1, longest)) + chunkSteps - 1) / chunkSteps
    let size = chunks * chunkSteps
    let real = stride(from: longest, to: 0, by: -size).map { isReversed ? longest - $0 : max(0, $0 - size) }
    let padding = Array(stride(from: longest, to: steps, by: size))
    let starts = real.sorted() + padding
    let ranges = zip(starts, starts.dropFirst() + [steps]).map { $0..<$1 }
    self.ranges = ranges.isEmpty ? [0..<0] : isReversed ? ranges.reversed() : ranges
  }

  var count: Int { ranges.count }
  var longest: Int { ranges.reduce(0) { max($0, $1.count) } }
}
