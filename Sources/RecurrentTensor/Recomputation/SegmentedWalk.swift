import CRecurrentKernels

/// One direction of a layer that walks through time segment by segment: what it starts from, and the states that it keeps
/// at the borders.
struct SegmentedWalk: Sendable {
  let problem: ScanProblem
  let segments: TimeSegments
  let weights: RecurrentWeights
  let initialHiddenPlace: Place
  let initialCellPlace: Place
  private let initial: [TensorElements?]
  /// The states before all segments but the first: `[segment - 1, part, N, H]`.
  private let borders: Storage
  private let stateCount: Int

  init(
    _ problem: ScanProblem, _ direction: BidirectionalScan.Direction, _ recomputation: Recomputation, on tape: Tape
  ) {
    let parts = problem.kind.cell == RK_LSTM ? 2 : 1
    let type = direction.weights.inputHidden.elementType
    let segments = SegmentedWalk.segments(of: problem, Kernels.table(for: type), recomputation, parts)
    self.problem = problem
    self.segments = segments
    weights = direction.weights
    initialHiddenPlace = direction.initialHidden.place
    initialCellPlace = direction.initialCell.place
    initial = [direction.initialHidden.elements, direction.initialCell.elements]
    stateCount = problem.inputs[1] * problem.hiddenSize
    borders = tape.makeBlock(count: (segments.count - 1) * parts * stateCount, elementType: type)
  }

  private static func segments(
    of problem: ScanProblem, _ kernels: UnsafePointer<rk_kernels>, _ recomputation: Recomputation, _ parts: Int
  ) -> TimeSegments {
    let (steps, rows) = (problem.inputs[0], max(1, problem.inputs[1]))
    return problem.withDescription { description in
      let keptPerStep = Int(kernels.pointee.recurrent_saved_size(description)) / max(1, steps * rows)
      return TimeSegments(
        of: steps, lengths: problem.lengths, isReversed: problem.isReversed,
        segmentSteps: recomputation.segmentSteps(
          of: steps, keptPerStep: keptPerStep, stateSize: parts * problem.hiddenSize),
        chunkSteps: Int(kernels.pointee.recurrent_gradient_steps(description)))
    }
  }

  /// The problem of one segment, made from that of the whole.
  func cut(_ whole: rk_recurrent, to segment: Int) -> rk_recurrent {
    var part = whole
    part.first_step = Int64(segments.ranges[segment].lowerBound)
    part.end_step = Int64(segments.ranges[segment].upperBound)
    return part
  }

  /// The hidden state (part 0) or cell state (part 1) before a segment; nil for zeros.
  func state(_ part: Int, before segment: Int) -> UnsafeRawPointer? {
    segment == 0 ? initial[part]?.pointer : UnsafeRawPointer(border(part, after: segment - 1))
  }

  /// Where that after a segment is kept, unless the segment is the last.
  func border(_ part: Int, after segment: Int) -> UnsafeMutableRawPointer {
    let parts = problem.kind.cell == RK_LSTM ? 2 : 1
    return borders.base + (segment * parts + part) * stateCount * borders.elementType.stride
  }
}
