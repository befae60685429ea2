import CRecurrentKernels

/// A whole sequence through two cells of one kind, one from its start and one from each row's end, at the same time. The
/// outputs of the two stand side by side from the start: nothing is joined afterwards.
package struct BidirectionalScan: DifferentiableOperation {
  /// What one direction starts from.
  package struct Direction: Sendable {
    package var weights: RecurrentWeights
    package var initialHidden: OptionalTensor
    package var initialCell: OptionalTensor
    package var hiddenMask: OptionalTensor

    package init(
      weights: RecurrentWeights, initialHidden: OptionalTensor, initialCell: OptionalTensor, hiddenMask: OptionalTensor
    ) {
      self.weights = weights
      self.initialHidden = initialHidden
      self.initialCell = initialCell
      self.hiddenMask = hiddenMask
    }
  }

  /// The outputs of both directions, `[T, N, 2·H]`, forward first, and for each the states after its last step.
  package struct Result {
    package var outputs: Tensor
    package var lastHidden: (forward: Tensor, backward: Tensor)
    /// Of a cell that has none, the hidden state again.
    package var lastCell: (forward: Tensor, backward: Tensor)
  }

  /// What the way back needs of one direction.
  private struct Kept: Sendable {
    let problem: ScanProblem
    let weights: RecurrentWeights
    let initialHidden: TensorElements?
    let initialCell: TensorElements?
    let initialHiddenPlace: Place
    let initialCellPlace: Place
    let saved: Storage
  }

  private let forward: Kept
  private let backward: Kept
  private let x: TensorElements
  private let inputPlace: Place
  private let outputs: Storage

  /// Runs `x`, `[T, N, I]`, through both directions.
  package static func apply(
    _ kind: RecurrentKind, _ x: Tensor, lengths: [Int32]?, forward: Direction, backward: Direction
  ) -> Result {
    for direction in [forward, backward] {
      RecurrentScan.check(
        kind, x, lengths: lengths, weights: direction.weights, initialHidden: direction.initialHidden,
        initialCell: direction.initialCell)
    }
    let tape = commonTape(x, forward, backward)
    let type = x.elementType
    let hiddenSize = forward.weights.hiddenSize
    let outputs = Tensor(uninitialized: x.shape.replacing(axis: 2, with: 2 * hiddenSize), elementType: type, on: tape)
    let states = Tensor(
      uninitialized: [kind.cell == RK_LSTM ? 4 : 2, x.shape[1], hiddenSize], elementType: type, on: tape)
    let problems = [
      ScanProblem(
        kind, x.shape, hiddenSize: hiddenSize, lengths: lengths, isReversed: false, hiddenMask: forward.hiddenMask),
      ScanProblem(
        kind, x.shape, hiddenSize: hiddenSize, lengths: lengths, isReversed: true, hiddenMask: backward.hiddenMask),
    ]
    let saved = run(kind, x, problems, [forward, backward], outputs, states, on: tape)
    var node: TapeNode?
    if let tape {
      let kept = zip(zip(problems, [forward, backward]), saved).map {
        Kept(
          problem: $0.0, weights: $0.1.weights, initialHidden: $0.1.initialHidden.elements,
          initialCell: $0.1.initialCell.elements, initialHiddenPlace: $0.1.initialHidden.place,
          initialCellPlace: $0.1.initialCell.place, saved: $1)
      }
      node = tape.record(
        BidirectionalScan(
          forward: kept[0], backward: kept[1], x: x.elements, inputPlace: x.place, outputs: outputs.storage),
        outputCount: 5)
    }
    return result(kind, outputs, states, at: node)
  }

  private static func commonTape(_ x: Tensor, _ forward: Direction, _ backward: Direction) -> Tape? {
    var node: TapeNode?
    Tape.join(x.node, &node)
    for direction in [forward, backward] {
      direction.weights.join(&node)
      Tape.join(direction.initialHidden.node, &node)
      Tape.join(direction.initialCell.node, &node)
    }
    return node?.tape
  }

  /// Both directions in one call. Returns what each keeps for the way back, where there is one.
  private static func run(
    _ kind: RecurrentKind, _ x: Tensor, _ problems: [ScanProblem], _ directions: [Direction], _ outputs: Tensor,
    _ states: Tensor, on tape: Tape?
  ) -> [Storage] {
    let type = x.elementType
    let kernels = x.kernels
    let stride = type.stride
    let hiddenSize = directions[0].weights.hiddenSize
    let stateCount = x.shape[1] * hiddenSize
    let packed = directions.map { $0.weights.packedForward(kind.cell) }
    let saved: [Storage] = problems[0].withDescription { first in
      problems[1].withDescription { second in
        let descriptions = [first.pointee, second.pointee]
        let saved = descriptions.map { description in
          withUnsafePointer(to: description) { problem in
            tape?.makeBlock(count: Int(kernels.pointee.recurrent_saved_size(problem)), elementType: type)
          }
        }
        let workspaces = descriptions.map { description in
          withUnsafePointer(to: description) { problem in
            let size = Int(kernels.pointee.recurrent_forward_workspace(problem, tape == nil ? 0 : 1))
            return tape?.makeBlock(count: size, elementType: type) ?? Storage(capacity: size, elementType: type)
          }
        }
        let calls = directions.indices.map { index in
          let direction = directions[index]
          return rk_recurrent_forward(
            x: x.pointer, packed: packed[index].base, h0: direction.initialHidden.pointer,
            c0: direction.initialCell.pointer, y: outputs.mutablePointer + index * hiddenSize * stride,
            y_stride: Int64(2 * hiddenSize), h_last: states.mutablePointer + index * stateCount * stride,
            c_last: kind.cell == RK_LSTM ? states.mutablePointer + (2 + index) * stateCount * stride : nil,
            saved: saved[index]?.base, workspace: workspaces[index].base)
        }
        kernels.pointee.recurrent_forward(2, descriptions, calls)
        extendLifetime(workspaces)
        return saved.compactMap { $0 }
      }
    }
    extendLifetime(packed)
    return saved
  }

  private static func result(_ kind: RecurrentKind, _ outputs: Tensor, _ states: Tensor, at node: TapeNode?) -> Result {
    let shape = states.shape.removing(axis: 0)
    func state(_ index: Int) -> Tensor {
      var state = states.view(shape, from: index * shape.elementCount)
      state.node = node?.following(by: 1 + index)
      return state
    }
    var outputs = outputs
    outputs.node = node
    let hidden = (state(0), state(1))
    return Result(
      outputs: outputs, lastHidden: hidden, lastCell: kind.cell == RK_LSTM ? (state(2), state(3)) : hidden)
  }

  package func pullback(_ adjoints: inout Adjoints) {
    let dy = adjoints.takeOutputElements(0)
    let dStates = (1...4).map { adjoints.takeOutputElements($0) }
    if dy == nil && dStates.allSatisfy({ $0 == nil }) { return }
    let type = x.storage.elementType
    let kernels = x.storage.kernels
    let kept = [forward, backward]
    let dx = kept.map { _ in adjoints.room(for: inputPlace, type) }
    let dHidden = kept.map { adjoints.room(for: $0.initialHiddenPlace, type) }
    let dCell = kept.map { adjoints.room(for: $0.initialCellPlace, type) }
    let packed = kept.map { $0.weights.packedBackward($0.problem.kind.cell) }
    forward.problem.withDescription { first in
      backward.problem.withDescription { second in
        let descriptions = [first.pointee, second.pointee]
        var workspaces: [Storage] = []
        let calls = kept.indices.map { index in
          let one = kept[index]
          let hiddenSize = Int(descriptions[index].hidden_size)
          let size = withUnsafePointer(to: descriptions[index]) { kernels.pointee.recurrent_backward_workspace($0) }
          workspaces.append(adjoints.tape.makeBlock(count: Int(size), elementType: type))
          let weights = one.weights
          return rk_recurrent_backward(
            x: x.pointer, packed_backward: packed[index].base, h0: one.initialHidden?.pointer,
            c0: one.initialCell?.pointer, y: outputs.base + index * hiddenSize * type.stride,
            y_stride: Int64(2 * hiddenSize), saved: one.saved.base,
            dy: dy.map { $0.pointer + index * hiddenSize * type.stride }, dy_stride: Int64(2 * hiddenSize),
            dh_last: dStates[index]?.pointer, dc_last: dStates[2 + index]?.pointer, dx: dx[index]?.base,
            dw_ih: adjoints.pointer(for: weights.inputHidden.place),
            dw_hh: adjoints.pointer(for: weights.hiddenHidden.place),
            db_ih: adjoints.pointer(for: weights.inputBias.place),
            db_hh: adjoints.pointer(for: weights.hiddenBias.place), dh0: dHidden[index]?.base,
            dc0: dCell[index]?.base, workspace: workspaces[index].base)
        }
        kernels.pointee.recurrent_backward(2, descriptions, calls)
        extendLifetime(workspaces)
      }
    }
    extendLifetime((dy, dStates, packed))
    for index in kept.indices {
      if let gradient = dx[index] { adjoints.give(gradient, to: inputPlace) }
      if let gradient = dHidden[index] { adjoints.give(gradient, to: kept[index].initialHiddenPlace) }
      if let gradient = dCell[index] { adjoints.give(gradient, to: kept[index].initialCellPlace) }
    }
  }
}
