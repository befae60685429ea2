import RecurrentLayers
import RecurrentTensor

/// The laws of one cell over one batch in one direction.
struct CellLaws<Cell: RecurrentCell> {
  let cell: Cell
  let batch: CellBatch
  let direction: Direction
  /// `[T, N, I]`, random also behind the rows' ends.
  let values: Tensor
  /// A random first state.
  let state: Cell.State

  init(_ cell: Cell, _ batch: CellBatch, _ direction: Direction) {
    self.cell = cell
    self.batch = batch
    self.direction = direction
    let key = RandomKey(seed: 17).folding(.data)
    values = Tensor(normal: [batch.stepCount, batch.batchSize, cell.inputSize], key: key.folding(0))
    state = Cell.State(
      components: cell.zeroState(like: values).components.enumerated().map { number, zero in
        Tensor(normal: zero.shape, deviation: 0.7, key: key.folding(number + 1))
      })
  }

  private var place: String { "\(direction), \(batch)" }

  private func scan(
    _ values: Tensor, lengths: [Int]?, from state: Cell.State?
  ) -> (outputs: SequenceBatch, state: Cell.State) {
    let (outputs, last) = cell.scan(SequenceBatch(values, lengths: lengths), from: state, direction: direction)
    return (outputs, last)
  }

  private func rows(_ values: Tensor, lengths: [Int]?, from state: Cell.State?) -> [RowBits] {
    let (outputs, last) = scan(values, lengths: lengths, from: state)
    return RowBits.rows(outputs.values, last)
  }

  /// The batch as it is.
  private var wholeRows: [RowBits] { rows(values, lengths: batch.lengths, from: state) }

  private var lengths: [Int] { (0..<batch.batchSize).map(batch.length(ofRow:)) }

  // MARK: Scan and step

  func checkScan(_ check: inout CellCheck) {
    let (outputs, last) = scan(values, lengths: batch.lengths, from: state)
    let stateShapes = last.components.map(\.shape)
    let hasShapes =
      outputs.values.shape == [batch.stepCount, batch.batchSize, cell.hiddenSize]
      && outputs.lengths.map { $0.map(Int.init) } == batch.lengths && stateShapes == state.components.map(\.shape)
      && last.hidden.shape == [batch.batchSize, cell.hiddenSize]
    check.expect(hasShapes, .shapes, "\(place): outputs \(outputs.values.shape), states \(stateShapes)")
    guard hasShapes else { return }

    let found = RowBits.rows(outputs.values, last)
    check.expect(found == foldedRows(), .scanIsTheFoldOfStep, place)
    let first = RowBits.states(state)
    for (row, length) in lengths.enumerated() {
      let place = "\(place), row \(row)"
      let padding = found[row].outputs[length...]
      check.expect(padding.allSatisfy { $0.allSatisfy { $0 == 0 } }, .outputsAtPaddingAreZero, place)
      if length == 0 {
        check.expect(found[row].state == first[row], .emptyRowsKeepTheirState, place)
      } else {
        let hidden = RowBits.split(last.hidden)[row]
        let final = found[row].outputs[direction == .forward ? length - 1 : 0]
        check.expect(hidden == final, .lastStateIsTheLastOutput, place)
      }
    }
  }

  /// Repeated `step`, the state of each row taken from it while the row lasts.
  private func foldedRows() -> [RowBits] {
    var states = RowBits.states(state)
    var outputs = [[[UInt32]]](
      repeating: Array(repeating: Array(repeating: 0, count: cell.hiddenSize), count: batch.stepCount),
      count: batch.batchSize)
    let times = Array(0..<batch.stepCount)
    for time in direction == .forward ? times : times.reversed() {
      let next = cell.step(values[time], from: RowBits.state(states, like: state))
      let nextStates = RowBits.states(next)
      let hidden = RowBits.split(next.hidden)
      for row in 0..<batch.batchSize where time < batch.length(ofRow: row) {
        states[row] = nextStates[row]
        outputs[row][time] = hidden[row]
      }
    }
    return zip(outputs, states).map { RowBits(outputs: $0, state: $1) }
  }

  // MARK: No state

  func checkZeroState(_ check: inout CellCheck) {
    let zero = rows(values, lengths: batch.lengths, from: cell.zeroState(like: values))
    check.expect(rows(values, lengths: batch.lengths, from: nil) == zero, .noStateIsTheZeroState, place)
    let gradientsOfNone = gradientBits(values) { _ in nil }
    let gradientsOfZero = gradientBits(values) { $0.cell.zeroState(like: $0.x.value) }
    check.expect(gradientsOfNone == gradientsOfZero, .noStateIsTheZeroState, "\(place), gradients")
  }

  // MARK: Padding

  func checkPadding(_ check: inout CellCheck) {
    let whole = wholeRows
    let longer = Tensor(
      concatenating: [values, Tensor(repeating: 3, shape: [2, batch.batchSize, cell.inputSize])], axis: 0)
    let longerRows = rows(longer, lengths: lengths, from: state).map { row in
      RowBits(outputs: Array(row.outputs.prefix(batch.stepCount)), state: row.state)
    }
    check.expect(longerRows == whole, .paddingChangesNothing, "\(place), two more steps")
    guard batch.lengths != nil else { return }

    let gradients = gradientBits(values) { $0.state }
    for filling in [Float(1e30), .infinity, .nan] {
      let refilled = values.filling(with: filling) { time, row in time >= batch.length(ofRow: row) }
      let place = "\(place), filled with \(filling)"
      let refilledRows = rows(refilled, lengths: batch.lengths, from: state)
      check.expect(refilledRows == whole, .paddingChangesNothing, place)
      let refilledGradients = gradientBits(refilled) { $0.state }
      check.expect(refilledGradients == gradients, .paddingChangesNothing, "\(place), gradients")
    }
    let upstreamAtPadding = gradientBits(values, upstreamAtPadding: 1e3) { $0.state }
    check.expect(upstreamAtPadding == gradients, .paddingChangesNothing, "\(place), gradients of padded outputs")
  }

  // MARK: Rows

  func checkRows(_ check: inout CellCheck) {
    let whole = wholeRows
    for row in 0..<batch.batchSize {
      let alone = rows(
        values.slice(axis: 1, row..<row + 1), lengths: batch.lengths.map { [$0[row]] },
        from: state.selecting(rows: [row]))
      check.expect(alone == [whole[row]], .rowsAreIndependent, "\(place), row \(row) alone")
    }
    for parity in 0..<min(2, batch.batchSize) {
      let spoiled = rows(
        values.filling(with: .nan) { _, row in row % 2 != parity }, lengths: batch.lengths,
        from: state.map { $0.fillingRows(with: .nan) { $0 % 2 != parity } })
      let isSame = whole.indices.allSatisfy { $0 % 2 != parity || spoiled[$0] == whole[$0] }
      check.expect(isSame, .rowsAreIndependent, "\(place), beside rows that are not numbers")
    }
  }

  // MARK: Carried state

  func checkCarriedState(_ check: inout CellCheck) {
    let whole = wholeRows
    for cut in 0...batch.stepCount {
      let early = values.slice(axis: 0, 0..<cut)
      let late = values.slice(axis: 0, cut..<batch.stepCount)
      let earlyLengths = batch.lengths?.map { min($0, cut) }
      let lateLengths = batch.lengths?.map { max($0 - cut, 0) }
      let parts: [Tensor]
      let last: Cell.State
      switch direction {
      case .forward:
        let (first, middle) = scan(early, lengths: earlyLengths, from: state)
        let second = scan(late, lengths: lateLengths, from: middle)
        parts = [first.values, second.outputs.values]
        last = second.state
      case .backward:
        let (first, middle) = scan(late, lengths: lateLengths, from: state)
        let second = scan(early, lengths: earlyLengths, from: middle)
        parts = [second.outputs.values, first.values]
        last = second.state
      }
      let joined = RowBits.rows(Tensor(concatenating: parts, axis: 0), last)
      check.expect(joined == whole, .carriedStateContinues, "\(place), cut at \(cut)")
    }
  }

  // MARK: Gradients

  func checkGradients(_ check: inout CellCheck, sample: Int) {
    guard batch.batchSize > 0 && sample > 0 else { return }
    let model = CellWithArguments(cell: cell, x: values, state: state)
    // Without a step only the first state matters, and a sample might miss it.
    let hasSteps = lengths.contains { $0 > 0 }
    let gradients = checkGradient(of: model, sample: hasSteps ? sample : .max, seed: 5) { model in
      loss(model, from: model.state, upstreamAtPadding: nil)
    }
    check.expectSlopes(gradients, place)
  }

  /// A sum of all outputs and last states, each number weighed differently.
  private func loss(
    _ model: CellWithArguments<Cell>, from state: Cell.State?, upstreamAtPadding: Float?
  ) -> Tensor {
    let inputs = SequenceBatch(model.x.value, lengths: batch.lengths)
    let (outputs, last) = model.cell.scan(inputs, from: state, direction: direction)
    var weights = Tensor(uniform: outputs.values.shape, from: 0.5, to: 1.5, key: RandomKey(seed: 3))
    if let upstreamAtPadding {
      weights = weights.filling(with: upstreamAtPadding) { time, row in time >= batch.length(ofRow: row) }
    }
    let sum = (outputs.values * weights.converted(to: outputs.values.elementType)).sum()
    return last.components.reduce(sum) { $0 + $1.weighedSum() }
  }

  /// The bits of the gradients to weights, inputs and first state.
  private func gradientBits(
    _ x: Tensor, upstreamAtPadding: Float? = nil, from state: (CellWithArguments<Cell>) -> Cell.State?
  ) -> [UInt32] {
    var model = CellWithArguments(cell: cell, x: x, state: self.state)
    let scope = GradientScope()
    _ = scope.evaluate(at: &model) { loss($0, from: state($0), upstreamAtPadding: upstreamAtPadding) }
    return scope.gradients.flat.scalars.map(\.bitPattern)
  }
}

/// A cell with its inputs and its first state as parameters, so that their gradients can be asked for.
struct CellWithArguments<Cell: RecurrentCell>: Module {
  var cell: Cell
  var x: Parameter
  private var parts: [Parameter]

  init(cell: Cell, x: Tensor, state: Cell.State) {
    self.cell = cell
    self.x = Parameter(x)
    parts = state.components.map { Parameter($0) }
  }

  var state: Cell.State { Cell.State(components: parts.map(\.value)) }

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("cell", &cell)
    visitor.visit("x", &x)
    for index in parts.indices {
      visitor.enter(.index(index))
      visitor.visit("state", &parts[index])
      visitor.leave()
    }
  }
}

/// What a run gave for one row of the batch, as bits, so that even signs of zero and payloads of NaN are compared.
struct RowBits: Equatable {
  /// `[T][H]`
  var outputs: [[UInt32]]
  /// One list for each part of the state.
  var state: [[UInt32]]

  static func rows<State: RecurrentState>(_ outputs: Tensor, _ state: State) -> [RowBits] {
    let (steps, rowCount, width) = (outputs.shape[0], outputs.shape[1], outputs.shape[2])
    let bits = outputs.scalars.map(\.bitPattern)
    let states = states(state)
    return (0..<rowCount).map { row in
      RowBits(
        outputs: (0..<steps).map { time in
          let start = (time * rowCount + row) * width
          return Array(bits[start..<start + width])
        }, state: states[row])
    }
  }

  /// The parts of a state, for each row.
  static func states<State: RecurrentState>(_ state: State) -> [[[UInt32]]] {
    let parts = state.components.map(split)
    return (0..<state.hidden.shape[0]).map { row in parts.map { $0[row] } }
  }

  /// The bits of each row of a tensor `[N, …]`.
  static func split(_ tensor: Tensor) -> [[UInt32]] {
    let bits = tensor.scalars.map(\.bitPattern)
    let width = tensor.shape.elementCount(of: 1..<tensor.shape.rank)
    return (0..<tensor.shape[0]).map { Array(bits[$0 * width..<($0 + 1) * width]) }
  }

  /// The state of some rows.
  static func state<State: RecurrentState>(_ rows: [[[UInt32]]], like state: State) -> State {
    State(
      components: state.components.enumerated().map { part, tensor in
        Tensor(rows.flatMap { $0[part].map(Float.init(bitPattern:)) }, shape: tensor.shape)
      })
  }
}

extension Tensor {
  /// Steps of `[T, N, C]` replaced by one number where `isReplaced(time, row)`.
  fileprivate func filling(with value: Float, where isReplaced: (_ time: Int, _ row: Int) -> Bool) -> Tensor {
    let flat = reshaped(to: [shape[0] * shape[1], shape[2]])
    return flat.fillingRows(with: value) { isReplaced($0 / shape[1], $0 % shape[1]) }.reshaped(to: shape)
  }

  /// Rows of `[N, …]` replaced by one number.
  fileprivate func fillingRows(with value: Float, where isReplaced: (Int) -> Bool) -> Tensor {
    var copy = self
    let width = shape.elementCount(of: 1..<shape.rank)
    copy.withMutableScalars { scalars in
      for row in 0..<shape[0] where isReplaced(row) {
        for place in row * width..<(row + 1) * width { scalars[place] = value }
      }
    }
    return copy
  }
}
