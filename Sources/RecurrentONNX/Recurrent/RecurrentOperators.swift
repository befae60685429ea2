import RecurrentLayers
import RecurrentTensor

// RNN, GRU and LSTM, each over a whole batch of sequences.

extension ONNXOperator {
  static let recurrent: [ONNXOperator] = [
    sequence(.rnn, inputs: 3...6, outputs: 0...2), sequence(.gru, inputs: 3...6, outputs: 0...2),
    sequence(.lstm, inputs: 3...8, outputs: 0...3),
  ]

  private static func sequence(
    _ kind: RecurrentSettings.Kind, inputs: ClosedRange<Int>, outputs: ClosedRange<Int>
  ) -> ONNXOperator {
    ONNXOperator(kind.rawValue, inputs: inputs, outputs: outputs) { reader throws(ONNXError) in
      let settings = try RecurrentSettings(kind, &reader)
      let runner = settings.makeRunner()
      return { call throws(ONNXError) in try RecurrentCall(settings, call).run(runner) }
    }
  }
}

/// One run of a recurrent node: D directions of G gates of H units over N rows of T steps.
struct RecurrentCall {
  private let settings: RecurrentSettings
  private let call: NodeCall
  /// X, `[T, N, I]`.
  private let x: Tensor
  private let weights: NodeWeights
  /// nil where all rows have T steps.
  private let lengths: [Int32]?
  private let states: [[Tensor]]?

  init(_ settings: RecurrentSettings, _ call: NodeCall) throws(ONNXError) {
    self.settings = settings
    self.call = call
    let given = try call.tensor(0, rank: 3, settings.isBatchMajor ? "[N, T, I]" : "[T, N, I]")
    guard given.count > 0 else { throw call.error("\(call.name(0)) of shape \(given.shape) is empty") }
    x = settings.isBatchMajor ? given.permuted([1, 0, 2]) : given
    weights = try RecurrentCall.weights(settings, call, inputSize: x.shape[2])
    lengths = try RecurrentCall.lengths(call, steps: x.shape[0], rows: x.shape[1])
    states = try RecurrentCall.states(settings, call, rows: x.shape[1], units: weights.recurrent.shape[2])
  }

  private static func weights(
    _ settings: RecurrentSettings, _ call: NodeCall, inputSize: Int
  ) throws(ONNXError) -> NodeWeights {
    let input = try call.tensor(1, rank: 3, "[D, G·H, I]")
    let recurrent = try call.tensor(2, rank: 3, "[D, G·H, H]")
    let units = recurrent.shape[2]
    let (count, gates) = (settings.directions.count, settings.kind.gateCount)
    if let declared = settings.hiddenSize, declared != units {
      throw call.error("hidden_size is \(declared), but \(call.name(2)) of shape \(recurrent.shape) has \(units) units")
    }
    guard units > 0, inputSize > 0 else { throw call.error("a layer of \(units) units over \(inputSize) features") }
    let rows = gates * units
    try call.requireShape(1, input, [count, rows, inputSize], "[D, G·H, I]")
    try call.requireShape(2, recurrent, [count, rows, units], "[D, G·H, H]")
    let bias = try call.optionalTensor(3)
    if let bias { try call.requireShape(3, bias, [count, 2 * rows], "[D, 2·G·H]") }
    let peepholes = settings.hasPeepholes ? try call.tensor(7) : nil
    if let peepholes { try call.requireShape(7, peepholes, [count, 3 * units], "[D, 3·H]") }
    return NodeWeights(input: input, recurrent: recurrent, bias: bias, peepholes: peepholes)
  }

  private static func lengths(_ call: NodeCall, steps: Int, rows: Int) throws(ONNXError) -> [Int32]? {
    guard call.has(4) else { return nil }
    let lengths = try call.list(4)
    guard lengths.count == rows else {
      throw call.error("\(call.name(4)) has \(lengths.count) lengths for \(rows) rows")
    }
    guard let wrong = lengths.first(where: { $0 < 0 || $0 > steps }) else {
      return lengths.allSatisfy { $0 == steps } ? nil : lengths.map { Int32($0) }
    }
    throw call.error("\(call.name(4)) has the length \(wrong), which is not between 0 and \(steps) steps")
  }

  private static func states(
    _ settings: RecurrentSettings, _ call: NodeCall, rows: Int, units: Int
  ) throws(ONNXError) -> [[Tensor]]? {
    let positions = settings.kind == .lstm ? [5, 6] : [5]
    guard positions.contains(where: call.has) else { return nil }
    let count = settings.directions.count
    var parts: [Tensor] = []
    for position in positions {
      guard var state = try call.optionalTensor(position) else {
        parts.append(call.zeros([count, rows, units]))
        continue
      }
      if settings.isBatchMajor {
        try call.requireShape(position, state, [rows, count, units], "[N, D, H]")
        state = state.permuted([1, 0, 2])
      } else {
        try call.requireShape(position, state, [count, rows, units], "[D, N, H]")
      }
      parts.append(state)
    }
    return (0..<count).map { direction in parts.map { $0[direction] } }
  }

  /// Y, Y_h and, of an LSTM, Y_c; nil where nobody wants them.
  func run(_ runner: any SequenceRunner) -> [ONNXValue?] {
    let (outputs, last) = runner.run(weights, SequenceBatch(x, sharing: lengths), from: states)
    var results: [ONNXValue?] = [call.node.hasOutput(0) ? .tensor(arranged(outputs)) : nil]
    for part in last[0].indices {
      results.append(call.node.hasOutput(1 + part) ? .tensor(arranged(last.map { $0[part] })) : nil)
    }
    return results
  }

  /// `[T, N, D·H]` as `[T, D, N, H]` or, with the batch first, `[N, T, D, H]`.
  private func arranged(_ outputs: Tensor) -> Tensor {
    let (steps, rows, units) = (x.shape[0], x.shape[1], weights.recurrent.shape[2])
    let count = settings.directions.count
    if settings.isBatchMajor { return outputs.reshaped(to: [steps, rows, count, units]).permuted([1, 0, 2, 3]) }
    if count == 1 { return outputs.reshaped(to: [steps, 1, rows, units]) }
    return outputs.reshaped(to: [steps, rows, count, units]).permuted([0, 2, 1, 3])
  }

  /// The states of all directions, `[N, H]` each, as `[D, N, H]` or, with the batch first, `[N, D, H]`.
  private func arranged(_ last: [Tensor]) -> Tensor {
    var states = Tensor(stacking: last)
    if let lengths, lengths.contains(0) {
      // ONNX Runtime's rule: a row without steps has a state of zeros, whatever it began with.
      let rows = lengths.count
      let reached = (0..<last.count * rows).map { lengths[$0 % rows] > 0 ? Int32($0) : -1 }
      states = states.reshaped(to: [reached.count, states.shape[2]]).rows(at: reached).reshaped(to: states.shape)
    }
    return settings.isBatchMajor ? states.permuted([1, 0, 2]) : states
  }
}
