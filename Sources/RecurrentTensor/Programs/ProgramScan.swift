import CRecurrentKernels

/// A whole sequence through a cell that is a program, in one direction: one record on the tape, one loop over time in C.
package struct ProgramScan: DifferentiableOperation {
  private let problem: ProgramProblem
  private let x: TensorElements
  private let inputs: Place
  private let weights: ProgramWeights
  private let vectorBlock: Storage?
  private let stepValues: [Tensor]
  private let stepRecords: Storage?
  private let initial: [Place]
  private let segments: TimeSegments
  /// What the way back reads of all steps, or, where that is made again, the states at the borders of segments.
  private let kept: Kept

  private enum Kept: Sendable {
    case everything(Storage)
    /// The initial state, and for every border the parts of the state, `[N, width]` each.
    case borders(initial: [TensorElements?], [[Tensor]])
  }

  /// All outputs, `[T, N, H]`, and the parts of the state after each row's last real step, `[N, width]`.
  package struct Result {
    package var outputs: Tensor
    package var last: [Tensor]
    /// Of each batch normalisation, by time: the means over the rows and one divided by the deviations, `[T, width]`.
    package var batchStatistics: [(means: Tensor, inverseDeviations: Tensor)] = []
  }

  /// Runs `x`, `[T, N, I]`, through the cell.
  ///
  /// - Parameters:
  ///   - lengths: The real steps of each row, each in `0...T`; nil means that all are real. Outputs at other steps are 0.
  ///   - isReversed: Whether each row runs from its own last real step down to its first.
  ///   - initial: The parts of the state before the first step, `[N, width]`; those that are nil or missing are exactly
  ///     zero.
  ///   - stepValues: What the equations call step values: `[T, N, width]`, `[N, width]` for all steps, and one row for
  ///     all rows where N is 1. Constants: no gradient flows to them.
  ///   - recomputation: What is kept for the way back, and what made again.
  package static func apply(
    _ program: CellProgram, _ x: Tensor, lengths: [Int32]?, isReversed: Bool, weights: ProgramWeights,
    initial: [Tensor?], stepValues: [Tensor] = [], recomputation: Recomputation = .never
  ) -> Result {
    requireRank(3, x.shape, in: "recurrent layer")
    weights.check(program, x)
    precondition(
      initial.count <= program.stateWidths.count
        && zip(initial, program.stateWidths).allSatisfy { $0 == nil || $0?.shape == [x.shape[1], $1] },
      "the state is that of another cell or batch")
    let initial = initial + Array(repeating: nil, count: program.stateWidths.count - initial.count)
    precondition(stepValues.count == program.stepValueWidths.count, "the step values are those of another cell")
    let tape = Tape.common(of: [x] + weights.all + initial.compactMap { $0 })
    let type = x.elementType
    let problem = ProgramProblem(program, x.shape, lengths: lengths, isReversed: isReversed)
    let segments =
      tape == nil ? TimeSegments(whole: x.shape[0]) : problem.segments(x.kernels, recomputation)
    var outputs = Tensor(
      uninitialized: x.shape.replacing(axis: 2, with: problem.outputWidth), elementType: type, on: tape)
    func makeStates() -> [Tensor] {
      program.stateWidths.map { Tensor(uninitialized: [x.shape[1], $0], elementType: type, on: tape) }
    }
    let run = ProgramRun(
      problem: problem, x: x.elements, weights: weights, vectorBlock: weights.vectorBlock(program, on: tape),
      stepValues: stepValues, stepRecords: makeStepRecords(program, x, tape))
    var before = initial.map { $0?.pointer }
    var states: [[Tensor]] = []
    var everything: Storage?
    for range in segments.ranges {
      let after = makeStates()
      if let tape, segments.count == 1 { everything = problem.roomForKept(range, x.kernels, type, on: tape) }
      run.forward(range, from: before, to: outputs.mutablePointer, last: after.map(\.mutablePointer), everything)
      before = after.map { $0.pointer }
      states.append(after)
    }
    var last = states.popLast() ?? makeStates()
    extendLifetime((states, initial))
    let statistics = run.stepRecords.map { batchStatistics(program, $0, steps: x.shape[0]) } ?? []
    guard let tape else { return Result(outputs: outputs, last: last, batchStatistics: statistics) }
    let node = tape.record(
      ProgramScan(
        problem: problem, x: x.elements, inputs: x.place, weights: weights, vectorBlock: run.vectorBlock,
        stepValues: stepValues, stepRecords: run.stepRecords, initial: initial.map { Place($0) }, segments: segments,
        kept: everything.map { .everything($0) } ?? .borders(initial: initial.map { $0?.elements }, states)),
      outputCount: 1 + last.count)
    outputs.node = node
    for part in last.indices { last[part].node = node.following(by: 1 + part) }
    return Result(outputs: outputs, last: last, batchStatistics: statistics)
  }

  private static func makeStepRecords(_ program: CellProgram, _ x: Tensor, _ tape: Tape?) -> Storage? {
    if program.stepRecordSize == 0 { return nil }
    let count = x.shape[0] * program.stepRecordSize
    let records =
      tape?.makeBlock(count: count, elementType: x.elementType) ?? Storage(capacity: count, elementType: x.elementType)
    // Steps that no row reaches are not written.
    x.kernels.pointee.fill(Int64(count), 0, records.base)
    return records
  }

  /// What the records say, in tensors of their own: the way back writes in the records.
  private static func batchStatistics(
    _ program: CellProgram, _ records: Storage, steps: Int
  ) -> [(means: Tensor, inverseDeviations: Tensor)] {
    let all = Tensor(shape: [steps, program.stepRecordSize], storage: records)
    return program.batchStatistics.map { place in
      let end = place.offset + place.width
      return (all.slice(axis: 1, place.offset..<end), all.slice(axis: 1, end..<end + place.width))
    }
  }

  package func pullback(_ adjoints: inout Adjoints) {
    let dy = adjoints.takeOutputElements(0)
    let dLast = initial.indices.map { adjoints.takeOutputElements(1 + $0) }
    if dy == nil && dLast.allSatisfy({ $0 == nil }) { return }
    let type = x.storage.elementType
    let dx = adjoints.room(for: inputs, type)
    let dInitial = initial.map { adjoints.room(for: $0, type) }
    let dVectors = vectorGradients(&adjoints)
    var call = ProgramRun.Gradients(
      dy: dy?.pointer, dx: dx?.base, weights: weights, vectors: dVectors?.mutablePointer, &adjoints)
    let run = ProgramRun(
      problem: problem, x: x, weights: weights, vectorBlock: vectorBlock, stepValues: stepValues,
      stepRecords: stepRecords)
    switch kept {
    case .everything(let kept):
      call.last = dLast.map { $0?.pointer }
      call.initial = dInitial.map { $0?.base }
      run.backward(segments.ranges[0], kept, call, on: adjoints.tape)
    case .borders(let initial, let borders):
      runBack(run, initial, borders, &call, dLast, dInitial, on: adjoints.tape)
    }
    extendLifetime((dy, dLast))
    if let dx { adjoints.give(dx, to: inputs) }
    for (gradient, place) in zip(dInitial, initial) {
      if let gradient { adjoints.give(gradient, to: place) }
    }
    guard let dVectors else { return }
    for (vector, place) in zip(weights.vectors, problem.program.parameters) {
      adjoints.add(dVectors.view([place.width], from: place.offset), to: vector.place)
    }
  }

  /// Segment after segment, last one first: forward once more, then back.
  private func runBack(
    _ run: ProgramRun, _ initial: [TensorElements?], _ borders: [[Tensor]], _ call: inout ProgramRun.Gradients,
    _ dLast: [TensorElements?], _ dInitial: [Storage?], on tape: Tape
  ) {
    let (type, kernels) = (x.storage.elementType, x.storage.kernels)
    let rows = inputs.shape[1]
    let widest = 0..<segments.longest
    let kept = problem.roomForKept(widest, kernels, type, on: tape)
    let outputs = tape.makeBlock(count: widest.count * rows * problem.outputWidth, elementType: type)
    let between = problem.program.stateWidths.map { tape.makeBlock(count: rows * $0, elementType: type) }
    for (number, range) in segments.ranges.enumerated().reversed() {
      // The outputs are there already; these are written beside them, and as if the segment began with step 0.
      let begin = range.lowerBound * rows * problem.outputWidth * type.stride
      run.forward(
        range, from: number == 0 ? initial.map { $0?.pointer } : borders[number - 1].map { $0.pointer },
        to: outputs.base - begin, last: [], kept)
      let isLast = number == segments.count - 1
      call.last = isLast ? dLast.map { $0?.pointer } : between.map { UnsafeRawPointer($0.base) }
      call.initial = number == 0 ? dInitial.map { $0?.base } : between.map(\.base)
      run.backward(range, kept, call, on: tape)
    }
    extendLifetime((outputs, between))
  }

  /// Zeros for the gradients of the vectors side by side; nil where nobody wants them.
  private func vectorGradients(_ adjoints: inout Adjoints) -> Tensor? {
    guard let last = problem.program.parameters.last, weights.vectors.contains(where: { $0.place.isWanted }) else {
      return nil
    }
    return Tensor(
      repeating: 0, shape: [last.offset + last.width], elementType: x.storage.elementType, on: adjoints.tape)
  }
}
