import CRecurrentKernels

/// A whole sequence through one recurrent layer, in one direction or in both, that keeps nothing but its outputs and the
/// states at the borders of segments of time. The way back runs each segment forward once more; its bits are those of
/// `RecurrentScan` and `BidirectionalScan`.
package struct RecomputedScan: DifferentiableOperation {
  /// What a scan gives: the outputs, `[T, N, H]` or those of both directions side by side, and for each direction the
  /// states after its last step; of a cell that has no cell state, the hidden state again.
  private typealias Result = (outputs: Tensor, lastHidden: [Tensor], lastCell: [Tensor])

  private let walks: [SegmentedWalk]
  private let x: TensorElements
  private let inputPlace: Place
  private let outputs: Storage
  /// Of all directions, `[direction, N, H]`: hidden states, then cell states.
  private let stateShape: Shape
  private let hasCell: Bool

  /// Runs `x`, `[T, N, I]`, through one direction; see `RecurrentScan`.
  ///
  /// - Returns: nil where there is nothing to save: outside a gradient scope, and where all steps fit into one segment.
  package static func apply(
    _ kind: RecurrentKind, _ x: Tensor, lengths: [Int32]?, isReversed: Bool, _ direction: BidirectionalScan.Direction,
    _ recomputation: Recomputation
  ) -> RecurrentScan.Result? {
    guard let result = apply(kind, x, lengths: lengths, [direction], areReversed: [isReversed], recomputation) else {
      return nil
    }
    return RecurrentScan.Result(
      outputs: result.outputs, lastHidden: result.lastHidden[0], lastCell: result.lastCell[0])
  }

  /// Runs `x`, `[T, N, I]`, through both directions; see `BidirectionalScan`. nil where there is nothing to save.
  package static func apply(
    _ kind: RecurrentKind, _ x: Tensor, lengths: [Int32]?, forward: BidirectionalScan.Direction,
    backward: BidirectionalScan.Direction, _ recomputation: Recomputation
  ) -> BidirectionalScan.Result? {
    guard
      let result = apply(kind, x, lengths: lengths, [forward, backward], areReversed: [false, true], recomputation)
    else { return nil }
    return BidirectionalScan.Result(
      outputs: result.outputs, lastHidden: (result.lastHidden[0], result.lastHidden[1]),
      lastCell: (result.lastCell[0], result.lastCell[1]))
  }

  private static func apply(
    _ kind: RecurrentKind, _ x: Tensor, lengths: [Int32]?, _ directions: [BidirectionalScan.Direction],
    areReversed: [Bool], _ recomputation: Recomputation
  ) -> Result? {
    guard recomputation != .never, let tape = commonTape(x, directions) else { return nil }
    for direction in directions {
      RecurrentScan.check(
        kind, x, lengths: lengths, weights: direction.weights, initialHidden: direction.initialHidden,
        initialCell: direction.initialCell)
    }
    let hiddenSize = directions[0].weights.hiddenSize
    let walks = zip(directions, areReversed).map { direction, isReversed in
      SegmentedWalk(
        ScanProblem(
          kind, x.shape, hiddenSize: hiddenSize, lengths: lengths, isReversed: isReversed,
          hiddenMask: direction.hiddenMask), direction, recomputation, on: tape)
    }
    if walks[0].segments.count < 2 { return nil }
    let type = x.elementType
    let width = walks.count * hiddenSize
    let hasCell = kind.cell == RK_LSTM
    let outputs = Tensor(uninitialized: x.shape.replacing(axis: 2, with: width), elementType: type, on: tape)
    let states = Tensor(
      uninitialized: [(hasCell ? 2 : 1) * walks.count, x.shape[1], hiddenSize], elementType: type, on: tape)
    let scan = RecomputedScan(
      walks: walks, x: x.elements, inputPlace: x.place, outputs: outputs.storage,
      stateShape: states.shape.removing(axis: 0), hasCell: hasCell)
    scan.runForward(lastStates: states, on: tape)
    return scan.result(outputs, states, at: tape.record(scan, outputCount: 1 + states.shape[0]))
  }

  private static func commonTape(_ x: Tensor, _ directions: [BidirectionalScan.Direction]) -> Tape? {
    var node: TapeNode?
    Tape.join(x.node, &node)
    for direction in directions {
      direction.weights.join(&node)
      Tape.join(direction.initialHidden.node, &node)
      Tape.join(direction.initialCell.node, &node)
    }
    return node?.tape
  }

  private func result(_ outputs: Tensor, _ states: Tensor, at node: TapeNode) -> Result {
    let all = (0..<states.shape[0]).map { number in
      var state = states.view(stateShape, from: number * stateCount)
      state.node = node.following(by: 1 + number)
      return state
    }
    var outputs = outputs
    outputs.node = node
    let hidden = Array(all[..<walks.count])
    return (outputs, hidden, hasCell ? Array(all[walks.count...]) : hidden)
  }

  private var stateCount: Int { stateShape.elementCount }
  private var hiddenSize: Int { stateShape[1] }
  private var segmentCount: Int { walks[0].segments.count }
  private var kernels: UnsafePointer<rk_kernels> { x.storage.kernels }
  private var elementStride: Int { x.storage.elementType.stride }

  /// Memory for each walk from one block, each beginning on a cache line.
  private func workspaces(
    _ problems: [rk_recurrent], on tape: Tape, size: (UnsafePointer<rk_recurrent>) -> Int64
  ) -> [UnsafeMutableRawPointer] {
    let sizes = problems.map { withUnsafePointer(to: $0) { (Int(size($0)) + 15) & ~15 } }
    let base = tape.scratch(count: sizes.reduce(0, +), elementType: x.storage.elementType)
    return sizes.indices.map { base + sizes[..<$0].reduce(0, +) * elementStride }
  }

  // MARK: Forward

  /// Segment after segment. What the way back needs of them is not kept, but for the states between them.
  private func runForward(lastStates: Tensor, on tape: Tape) {
    let packed = walks.map { $0.weights.packedForward($0.problem.kind.cell) }
    let stateBytes = stateCount * elementStride
    ScanProblem.withDescriptions(walks.map(\.problem)[...]) { problems in
      for segment in 0..<segmentCount {
        run(segment, problems, on: tape) { index, call in
          call.packed = UnsafeRawPointer(packed[index].base)
          call.y = outputs.base + index * hiddenSize * elementStride
          call.y_stride = Int64(walks.count * hiddenSize)
          let isLast = segment == segmentCount - 1
          let last = lastStates.mutablePointer + index * stateBytes
          call.h_last = isLast ? last : walks[index].border(0, after: segment)
          if !hasCell { return }
          call.c_last = isLast ? last + walks.count * stateBytes : walks[index].border(1, after: segment)
        }
      }
    }
    extendLifetime((packed, lastStates))
  }

  /// One segment of all walks; `complete` says where its results go.
  private func run(
    _ segment: Int, _ problems: [rk_recurrent], on tape: Tape, _ complete: (Int, inout rk_recurrent_forward) -> Void
  ) {
    let parts = zip(walks, problems).map { $0.cut($1, to: segment) }
    let workspaces = workspaces(parts, on: tape) { kernels.pointee.recurrent_forward_workspace($0, 1) }
    let calls = walks.indices.map { index in
      var call = rk_recurrent_forward(
        x: x.pointer, packed: x.pointer, h0: walks[index].state(0, before: segment),
        c0: hasCell ? walks[index].state(1, before: segment) : nil, y: outputs.base, y_stride: 0, h_last: nil,
        c_last: nil, saved: nil, workspace: workspaces[index])
      complete(index, &call)
      return call
    }
    kernels.pointee.recurrent_forward(Int64(calls.count), parts, calls)
  }

  // MARK: The way back

  package func pullback(_ adjoints: inout Adjoints) {
    let dy = adjoints.takeOutputElements(0)
    let dLast = (0..<(hasCell ? 2 : 1) * walks.count).map { adjoints.takeOutputElements(1 + $0) }
    if dy == nil && dLast.allSatisfy({ $0 == nil }) { return }
    let type = x.storage.elementType
    let tape = adjoints.tape
    let way = WayBack(
      dy: dy, dLast: dLast, dx: walks.map { _ in adjoints.room(for: inputPlace, type) },
      dHidden: walks.map { adjoints.room(for: $0.initialHiddenPlace, type) },
      dCell: walks.map { adjoints.room(for: $0.initialCellPlace, type) },
      between: tape.makeBlock(count: 2 * walks.count * stateCount, elementType: type),
      weights: walks.map { walk in
        [
          walk.weights.inputHidden.place, walk.weights.hiddenHidden.place, walk.weights.inputBias.place,
          walk.weights.hiddenBias.place,
        ].map { adjoints.pointer(for: $0) }
      })
    ScanProblem.withDescriptions(walks.map(\.problem)[...]) { runBack(way, $0, on: tape) }
    for index in walks.indices {
      if let gradient = way.dx[index] { adjoints.give(gradient, to: inputPlace) }
      if let gradient = way.dHidden[index] { adjoints.give(gradient, to: walks[index].initialHiddenPlace) }
      if let gradient = way.dCell[index] { adjoints.give(gradient, to: walks[index].initialCellPlace) }
    }
  }

  /// Where gradients come from and go to; of all that is an array there is one for each direction.
  private struct WayBack {
    let dy: TensorElements?
    let dLast: [TensorElements?]
    let dx: [Storage?]
    let dHidden: [Storage?]
    let dCell: [Storage?]
    /// The gradients of the states between two segments, hidden and cell states of each direction.
    let between: Storage
    /// Of the two matrices and the two biases.
    let weights: [[UnsafeMutableRawPointer?]]
  }

  private func runBack(_ way: WayBack, _ problems: [rk_recurrent], on tape: Tape) {
    let packed = walks.map { $0.weights.packedForward($0.problem.kind.cell) }
    let packedBackward = walks.map { $0.weights.packedBackward($0.problem.kind.cell) }
    let longest = walks.map(\.segments.longest).reduce(0, max)
    let recomputedOutputs = walks.map { _ in
      tape.makeBlock(count: longest * stateCount, elementType: x.storage.elementType)
    }
    let saved = zip(walks, problems).map { walk, problem in
      var widest = problem
      widest.end_step = Int64(walk.segments.longest)
      return tape.makeBlock(
        count: Int(kernels.pointee.recurrent_saved_size(&widest)), elementType: x.storage.elementType)
    }
    for segment in (0..<segmentCount).reversed() {
      run(segment, problems, on: tape) { index, call in
        // The outputs are there already; these are written beside them, and as if the segment began with step 0.
        let before = walks[index].segments.ranges[segment].lowerBound * stateCount
        call.packed = UnsafeRawPointer(packed[index].base)
        call.y = recomputedOutputs[index].base - before * elementStride
        call.y_stride = Int64(hiddenSize)
        call.saved = saved[index].base
      }
      runBack(segment, way, problems, packedBackward, saved, on: tape)
    }
    extendLifetime((packed, packedBackward, way, recomputedOutputs))
  }

  private func runBack(
    _ segment: Int, _ way: WayBack, _ problems: [rk_recurrent], _ packed: [Storage], _ saved: [Storage], on tape: Tape
  ) {
    let parts = zip(walks, problems).map { $0.cut($1, to: segment) }
    let workspaces = workspaces(parts, on: tape) { kernels.pointee.recurrent_backward_workspace($0) }
    let (isFirst, isLast) = (segment == 0, segment == segmentCount - 1)
    let column = hiddenSize * elementStride
    let width = Int64(walks.count * hiddenSize)
    let calls = walks.indices.map { index in
      let between = way.between.base + 2 * index * stateCount * elementStride
      let betweenCells = between + stateCount * elementStride
      let weights = way.weights[index]
      return rk_recurrent_backward(
        x: x.pointer, packed_backward: packed[index].base, h0: walks[index].state(0, before: segment),
        c0: hasCell ? walks[index].state(1, before: segment) : nil, y: outputs.base + index * column, y_stride: width,
        saved: saved[index].base, dy: way.dy.map { $0.pointer + index * column }, dy_stride: width,
        dh_last: isLast ? way.dLast[index]?.pointer : UnsafeRawPointer(between),
        dc_last: hasCell ? (isLast ? way.dLast[walks.count + index]?.pointer : UnsafeRawPointer(betweenCells)) : nil,
        dx: way.dx[index]?.base, dw_ih: weights[0], dw_hh: weights[1], db_ih: weights[2], db_hh: weights[3],
        dh0: isFirst ? way.dHidden[index]?.base : between, dc0: isFirst ? way.dCell[index]?.base : betweenCells,
        workspace: workspaces[index])
    }
    kernels.pointee.recurrent_backward(Int64(calls.count), parts, calls)
  }
}
