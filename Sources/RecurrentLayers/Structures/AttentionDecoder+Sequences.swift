public import RecurrentTensor

/// What a decoder with attention wrote, and where it looked.
public struct AttendedSequence: Sendable {
  /// `[U, N, D]`, 0 at padding.
  public var outputs: SequenceBatch
  /// The weight of each of the encoder's outputs at each step, `[U, N, T]`, 0 at padding of either side.
  public var weights: Tensor
}

extension AttentionDecoder: SequenceDecoder {
  /// All steps under a teacher: each is fed the target of the step before.
  public func callAsFunction(_ encoding: Encoding<some LayerState>, targets: Feed.Targets) -> SequenceBatch {
    attending(to: encoding, targets: targets).outputs
  }

  /// Steps that are fed what the step before gave, `[stepCount, N, D]`.
  public func generate(from encoding: Encoding<some LayerState>, stepCount: Int) -> Tensor {
    attending(to: encoding, stepCount: stepCount).outputs.values
  }

  /// All steps under a teacher, and where each looked.
  public func attending(to encoding: Encoding<some LayerState>, targets: Feed.Targets) -> AttendedSequence {
    let fed = feed.delayed(targets, like: encoding.context)
    let memory = attention.prepare(encoding.outputs)
    let first = firstState(encoding)
    let (attentional, weights) = order == .afterStep ? fused(fed, memory, first) : stepwise(fed, memory, first)
    let mask = fed.mask(elementType: weights.elementType)
    return AttendedSequence(
      outputs: TimeDistributed(readout)(fed.replacingValues(attentional)),
      weights: mask.map { weights * $0 } ?? weights)
  }

  /// Steps that are fed what the step before gave, and where each looked.
  ///
  /// - Parameters:
  ///   - encoding: What was read.
  ///   - stepCount: The number of steps, U.
  public func attending(to encoding: Encoding<some LayerState>, stepCount: Int) -> AttendedSequence {
    attending(to: encoding, stepCount: stepCount) { _ in false }
  }

  func attending(
    to encoding: Encoding<some LayerState>, stepCount: Int, until isOver: (Tensor) -> Bool
  ) -> AttendedSequence {
    precondition(stepCount > 0, "a sequence has at least one step")
    let memory = attention.prepare(encoding.outputs)
    var state = firstState(encoding)
    var fed = feed.first(like: encoding.context)
    var outputs: [Tensor] = []
    var weights: [Tensor] = []
    for _ in 0..<stepCount {
      let (output, looked, next) = step(fed: fed, memory: memory, from: state)
      outputs.append(output)
      weights.append(looked)
      if isOver(output) { break }
      fed = feed.next(after: output)
      state = next
    }
    return AttendedSequence(outputs: SequenceBatch(Tensor(stacking: outputs)), weights: Tensor(stacking: weights))
  }

  /// All steps up to the readout, one after the other: each needs what attention gave before.
  private func stepwise(
    _ fed: SequenceBatch, _ memory: AttentionMemory, _ first: State
  ) -> (attentional: Tensor, weights: Tensor) {
    var state = first
    var attentional: [Tensor] = []
    var weights: [Tensor] = []
    for time in 0..<fed.stepCount {
      let (vector, looked, next) = advance(fed.step(time), memory, state)
      attentional.append(vector)
      weights.append(looked)
      state = next
    }
    guard !weights.isEmpty else { return fused(fed, memory, first) }
    return (Tensor(stacking: attentional), Tensor(stacking: weights))
  }
}

extension AttentionDecoder: SymbolDecoder where Feed == TokenFeed {
  /// The likeliest symbols, one after the other; see `SymbolDecoder`.
  public func generate(from encoding: Encoding<some LayerState>, limit: Int, end: Int32?) -> [[Int32]] {
    attendedSymbols(from: encoding, limit: limit, end: end).symbols
  }

  /// The likeliest symbols, one after the other, and where the decoder looked for each.
  ///
  /// - Parameters:
  ///   - encoding: What was read.
  ///   - limit: The most symbols of a sequence.
  ///   - end: The symbol that ends a sequence, left out of it; nil where all are as long as the limit.
  /// - Returns: One sequence for each row, and the weights of all steps, `[U, N, T]`, those behind the end of a row too.
  public func attendedSymbols(
    from encoding: Encoding<some LayerState>, limit: Int, end: Int32?
  ) -> (symbols: [[Int32]], weights: Tensor) {
    var writer = GreedyWriter(rowCount: encoding.context.shape[0], end: end)
    let weights = attending(to: encoding, stepCount: limit) { writer.write($0) }.weights
    return (writer.sequences, weights)
  }
}

/// The likeliest symbols of each row, up to its end.
struct GreedyWriter {
  private(set) var sequences: [[Int32]]
  private var isRunning: [Bool]
  private let end: Int32?

  init(rowCount: Int, end: Int32?) {
    sequences = [[Int32]](repeating: [], count: rowCount)
    isRunning = [Bool](repeating: true, count: rowCount)
    self.end = end
  }

  /// Writes the next symbols, given the logits of a step, `[N, V]`, and says whether all rows are at their ends.
  mutating func write(_ logits: Tensor) -> Bool {
    for (row, symbol) in logits.likeliest.enumerated() where isRunning[row] {
      isRunning[row] = symbol != end
      if isRunning[row] { sequences[row].append(symbol) }
    }
    return !isRunning.contains(true)
  }
}

extension SequenceBatch {
  /// One step of all rows, `[1, N, C]`; rows that are over have none.
  fileprivate func step(_ time: Int) -> SequenceBatch {
    let values = values.slice(axis: 0, time..<time + 1)
    guard let lengths, lengths.contains(where: { $0 <= time }) else { return SequenceBatch(values) }
    return SequenceBatch(values, lengths: lengths.map { time < $0 ? 1 : 0 })
  }
}
