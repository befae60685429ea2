import CRecurrentKernels

/// The negative log-likelihood of sequences of symbols that nobody has aligned with the steps (connectionist temporal
/// classification: Graves et al., 2006), fused with the softmax: the forward algorithm over all alignments, and on the way
/// back the probabilities of the symbols at each step, given the target.
struct CTCOperation: DifferentiableOperation {
  let logits: Tensor
  let targets: CTCTargets
  let lengths: [Int32]?
  /// The normalisers of the softmax, and what the sums over all ways to each state were before a step's own logits.
  let saved: Tensor

  func pullback(_ adjoints: inout Adjoints) {
    guard let dlosses = adjoints.takeOutput() else { return }
    let shape = logits.shape
    let workspace = adjoints.tape.scratch(
      count: targets.workspaceCount(symbols: shape[2]), elementType: logits.elementType)
    adjoints.accumulate(into: logits) { kernels, dlogits in
      kernels.pointee.ctc_loss_backward(
        Int64(shape[0]), Int64(shape[1]), Int64(shape[2]), Int64(targets.longest), targets.blank, lengths,
        targets.lengths, logits.pointer, targets.symbols, saved.pointer, dlosses.pointer, dlogits, workspace)
    }
  }
}

/// The symbols that a batch of sequences is to spell, and the one that stands for none.
package struct CTCTargets: Sendable {
  /// The symbols, the N of the first place first; those behind an end are not read.
  package let symbols: [Int32]
  /// The number of symbols of each sequence; nil when all have `longest`.
  package let lengths: [Int32]?
  /// The number of symbols of the longest sequence, U.
  package let longest: Int
  /// The number of sequences, N.
  package let batchSize: Int
  /// The symbol that stands for none.
  package let blank: Int32

  /// Traps unless the symbols are those of `batchSize` sequences, and none of them is the blank.
  package init(symbols: [Int32], lengths: [Int32]?, longest: Int, batchSize: Int, blank: Int32) {
    precondition(
      symbols.count == longest * batchSize, "\(symbols.count) symbols for \(batchSize) targets of \(longest)")
    if let lengths {
      precondition(
        lengths.count == batchSize && lengths.allSatisfy { $0 >= 0 && $0 <= longest },
        "the lengths are not those of \(batchSize) targets of up to \(longest) symbols")
    }
    for (place, symbol) in symbols.enumerated() {
      let isReal = lengths.map { place / batchSize < Int($0[place % batchSize]) } ?? true
      precondition(!isReal || (symbol >= 0 && symbol != blank), "a target holds the blank, \(blank), or padding")
    }
    self.symbols = symbols
    self.lengths = lengths
    self.longest = longest
    self.batchSize = batchSize
    self.blank = blank
  }

  fileprivate func workspaceCount(symbols: Int) -> Int { Swift.max(1, batchSize) * (8 * longest + 20 + symbols) }

  /// The largest symbol that is read.
  fileprivate var largest: Int32 {
    symbols.enumerated().reduce(blank) { largest, symbol in
      let isReal = lengths.map { symbol.offset / batchSize < Int($0[symbol.offset % batchSize]) } ?? true
      return isReal ? Swift.max(largest, symbol.element) : largest
    }
  }
}

extension Tensor {
  /// The negative log-likelihood of the target of each sequence under connectionist temporal classification, in nats:
  /// logits `[T, N, V]` give `[N]`.
  ///
  /// - Parameters:
  ///   - targets: The symbols of each sequence, below V.
  ///   - lengths: The real steps of each sequence; nil when all have T.
  ///   - impossible: The loss of a target that cannot be spelled; its gradient is 0 in any case.
  package func ctcLosses(targets: CTCTargets, lengths: [Int32]? = nil, impossible: Double = .infinity) -> Tensor {
    requireTargets(targets, lengths, in: "ctcLosses")
    let tape = Tape.common(self)
    var losses = Tensor(uninitialized: [shape[1]], elementType: elementType, on: tape)
    let saved = Tensor(
      uninitialized: [shape[1], shape[0], 2 * targets.longest + 5], elementType: elementType, on: tape)
    let workspace = Tensor(
      uninitialized: [targets.workspaceCount(symbols: shape[2])], elementType: elementType, on: tape)
    kernels.pointee.ctc_loss(
      Int64(shape[0]), Int64(shape[1]), Int64(shape[2]), Int64(targets.longest), targets.blank, lengths,
      targets.lengths, pointer, targets.symbols, impossible, losses.mutablePointer, saved.mutablePointer,
      workspace.mutablePointer)
    extendLifetime(workspace)
    losses.node = tape?.record(CTCOperation(logits: self, targets: targets, lengths: lengths, saved: saved))
    return losses
  }

  /// The likeliest alignment of each sequence with its target (the algorithm of Viterbi, 1967): of logits `[T, N, V]`, for
  /// each step, the N of the first step first, 2u + 1 where symbol number u of the target is said and 2u where the blank
  /// before it is; -1 behind an end, and everywhere where the target cannot be spelled. Also the logarithms of the
  /// probabilities of the alignments, `[N]`.
  package func ctcBest(targets: CTCTargets, lengths: [Int32]? = nil) -> (states: [Int32], scores: Tensor) {
    requireTargets(targets, lengths, in: "ctcBest")
    let (steps, batch) = (shape[0], shape[1])
    let scores = Tensor(uninitialized: [batch], elementType: elementType)
    let workspace = Tensor(uninitialized: [targets.workspaceCount(symbols: shape[2])], elementType: elementType)
    var from = [Int32](repeating: 0, count: Swift.max(1, batch * steps * (2 * targets.longest + 1)))
    var best = [Int32](repeating: 0, count: Swift.max(1, steps * batch))
    kernels.pointee.ctc_best(
      Int64(steps), Int64(batch), Int64(shape[2]), Int64(targets.longest), targets.blank, lengths, targets.lengths,
      pointer, targets.symbols, &best, scores.mutablePointer, &from, workspace.mutablePointer)
    extendLifetime(workspace)
    return (Array(best.prefix(steps * batch)), scores)
  }

  /// Traps unless these are logits for the targets.
  private func requireTargets(_ targets: CTCTargets, _ lengths: [Int32]?, in operation: StaticString) {
    requireRank(3, shape, in: operation)
    requireDimension(1, "sequences", targets.batchSize, shape, in: operation)
    precondition(
      targets.blank >= 0 && Int(targets.largest) < shape[2],
      "a target or the blank is not one of the \(shape[2]) symbols")
    if let lengths {
      precondition(
        lengths.count == shape[1] && lengths.allSatisfy { $0 >= 0 && $0 <= shape[0] },
        "the lengths are not those of \(shape[1]) sequences of up to \(shape[0]) steps")
    }
  }
}
