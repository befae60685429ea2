import RecurrentLayers
import RecurrentTensor
import Synchronization

/// What runs a batch through all directions of a recurrent node.
protocol SequenceRunner: Sendable {
  /// - Parameters:
  ///   - weights: `W`, `R` and, where there are any, `B` and `P` of all directions.
  ///   - inputs: `[T, N, I]`.
  ///   - states: For each direction the parts of its first state, `[N, H]` each; nil for zeros.
  /// - Returns: The outputs of the directions side by side, `[T, N, D·H]`, and for each direction the parts of its last state.
  func run(
    _ weights: NodeWeights, _ inputs: SequenceBatch, from states: [[Tensor]]?
  ) -> (outputs: Tensor, last: [[Tensor]])
}

/// The weights of a recurrent node, for D directions of G gates of H units.
struct NodeWeights {
  /// W, `[D, G·H, I]`.
  let input: Tensor
  /// R, `[D, G·H, H]`.
  let recurrent: Tensor
  /// B, `[D, 2·G·H]`.
  let bias: Tensor?
  /// P, `[D, 3·H]`.
  let peepholes: Tensor?

  /// The contents and shapes of all weights, where none of them is computed under a gradient.
  var identity: NodeWeightsIdentity? {
    let all = [input, recurrent] + [bias, peepholes].compactMap { $0 }
    guard all.allSatisfy({ $0.node == nil }) else { return nil }
    return NodeWeightsIdentity(
      source: .init(input, recurrent, OptionalTensor(bias), OptionalTensor(peepholes), kind: 0),
      shapes: all.map(\.shape))
  }

  /// Those of one direction.
  func direction(_ number: Int) -> OneWayWeights {
    let rows = recurrent.shape[1]
    let bias = bias?[number]
    return OneWayWeights(
      input: input[number], recurrent: recurrent[number],
      biases: bias.map { ($0.slice(axis: 0, 0..<rows), $0.slice(axis: 0, rows..<2 * rows)) },
      peepholes: peepholes?[number])
  }
}

/// Says whether the weights of a node are the same as before.
struct NodeWeightsIdentity: Hashable {
  let source: PackedWeights.Source
  let shapes: [Shape]
}

/// Runs cells of one kind, one for each direction.
///
/// ONNX has gates in another order than the library's cells, so weights are arranged anew; where they are the same as in the
/// call before, the cells and what they have packed are used again.
final class NodeCellRunner<Cell: NodeCell>: SequenceRunner {
  private struct State {
    var sizes: (input: Int, hidden: Int)?
    /// Cells of the right sizes.
    var templates: [Cell] = []
    var identity: NodeWeightsIdentity?
    /// Cells with the weights of `identity`.
    var cells: [Cell] = []
  }

  private let directions: [Direction]
  private let make: @Sendable (_ inputSize: Int, _ hiddenSize: Int, _ direction: Int) -> Cell
  private let state = Mutex(State())

  init(
    _ directions: [Direction],
    make: @escaping @Sendable (_ inputSize: Int, _ hiddenSize: Int, _ direction: Int) -> Cell
  ) {
    self.directions = directions
    self.make = make
  }

  private func cells(_ weights: NodeWeights) -> [Cell] {
    state.withLock { state in
      let identity = weights.identity
      if let identity, identity == state.identity { return state.cells }
      let sizes = (input: weights.input.shape[2], hidden: weights.recurrent.shape[2])
      if state.sizes.map({ $0 != sizes }) ?? true {
        state.templates = directions.indices.map { make(sizes.input, sizes.hidden, $0) }
        state.sizes = sizes
      }
      let cells = state.templates.enumerated().map { number, template in
        var cell = template
        cell.take(weights.direction(number))
        return cell
      }
      if identity != nil { (state.identity, state.cells) = (identity, cells) }
      return cells
    }
  }

  func run(
    _ weights: NodeWeights, _ inputs: SequenceBatch, from states: [[Tensor]]?
  ) -> (outputs: Tensor, last: [[Tensor]]) {
    let cells = cells(weights)
    let first = states?.map { Cell.State(components: $0) }
    guard cells.count == 2 else {
      let (outputs, last) = cells[0].scan(inputs, from: first?[0], direction: directions[0])
      return (outputs.values, [last.components])
    }
    let plain = StepModifiers()
    let result = Cell.scanBothWays(
      cells[0], cells[1], inputs, from: (first?[0], first?[1]), modifiers: (plain, plain))
    return (result.outputs.values, [result.forward.components, result.backward.components])
  }
}

extension RecurrentSettings {
  /// What runs the cells that these settings ask for.
  func makeRunner() -> any SequenceRunner {
    let key = RandomKey(seed: 0)
    let bias: RecurrentBias = hasBias ? .double : .none
    switch kind {
    case .lstm where isPlain:
      return NodeCellRunner(directions) { input, hidden, _ in
        LSTMCell(inputSize: input, hiddenSize: hidden, bias: bias, initialization: .unset, key: key)
      }
    case .lstm:
      return NodeCellRunner(directions) { input, hidden, direction in
        ONNXLSTMCell(inputSize: input, hiddenSize: hidden, self, functions: functions[direction])
      }
    case .gru where isPlain:
      return NodeCellRunner(directions) { input, hidden, _ in
        GRUCell(
          inputSize: input, hiddenSize: hidden, variant: reset, bias: bias, initialization: .unset, key: key)
      }
    case .gru:
      return NodeCellRunner(directions) { input, hidden, direction in
        var variant = GRUVariant()
        variant.reset = reset
        variant.gateClip = clip
        variant.gateActivation = functions[direction][0]
        variant.candidateActivation = functions[direction][1]
        return GRUVariantCell(
          inputSize: input, hiddenSize: hidden, variant: variant, hasBias: hasBias, initialization: .unset, key: key)
      }
    case .rnn:
      if isPlain, Set(functions).count == 1, let activation = ElmanCell.Activation(functions[0][0]) {
        return NodeCellRunner(directions) { input, hidden, _ in
          ElmanCell(
            inputSize: input, hiddenSize: hidden, activation: activation, bias: bias, initialization: .unset, key: key)
        }
      }
      return NodeCellRunner(directions) { input, hidden, direction in
        ClippedElmanCell(
          inputSize: input, hiddenSize: hidden, activation: functions[direction][0], clip: clip, hasBias: hasBias)
      }
    }
  }
}

extension ElmanCell.Activation {
  /// The function of the fused cell, where it has it.
  fileprivate init?(_ function: CellActivation) {
    switch function {
    case .tanh: self = .tanh
    case .relu: self = .relu
    case .sigmoid: self = .sigmoid
    default: return nil
    }
  }
}
