import CRecurrentKernels

/// The negative log-likelihood of labels under a linear-chain conditional random field (Lafferty, McCallum and Pereira,
/// 2001): the forward algorithm, and on the way back the probabilities of labels and of pairs of neighbours.
struct LinearChainOperation: DifferentiableOperation {
  let logits: Tensor
  let transitions: Tensor
  let start: Place
  let end: Tensor
  let targets: [Int32]
  let lengths: [Int32]?
  /// What the sums over all ways to each label were before the label's own logit, `[T, N, L]`.
  let saved: Tensor

  func pullback(_ adjoints: inout Adjoints) {
    guard let dlosses = adjoints.takeOutput() else { return }
    let (labels, batch) = (logits.shape[2], logits.shape[1])
    let workspace = adjoints.tape.scratch(
      count: Swift.max(1, batch) * (labels + 5) * labels, elementType: logits.elementType)
    logits.kernels.pointee.linear_chain_loss_backward(
      Int64(logits.shape[0]), Int64(batch), Int64(labels), lengths, logits.pointer, transitions.pointer, end.pointer,
      targets, saved.pointer, dlosses.pointer, adjoints.pointer(for: logits), adjoints.pointer(for: transitions),
      adjoints.pointer(for: start), adjoints.pointer(for: end), workspace)
  }
}

extension Tensor {
  /// The negative log-likelihood of the labels of each sequence under a linear-chain conditional random field, in nats:
  /// logits `[T, N, L]` give `[N]`.
  ///
  /// - Parameters:
  ///   - targets: The right label of each step, the N of the first step first; those behind an end are not read.
  ///   - transitions: The score of each label (row) being followed by each (column), `[L, L]`.
  ///   - start: The score of beginning with a label, `[L]`.
  ///   - end: The score of ending with a label, `[L]`.
  ///   - lengths: The real steps of each sequence; nil when all have T. A sequence of length 0 has the loss 0.
  package func linearChainLosses(
    targets: [Int32], transitions: Tensor, start: Tensor, end: Tensor, lengths: [Int32]? = nil
  ) -> Tensor {
    let labels = requireChain(transitions, start, end, lengths, in: "linearChainLosses")
    let (steps, batch) = (shape[0], shape[1])
    precondition(targets.count == steps * batch, "\(targets.count) targets for \(steps * batch) steps")
    for (place, target) in targets.enumerated() {
      let isReal = lengths.map { place / Swift.max(1, batch) < Int($0[place % batch]) } ?? true
      precondition(!isReal || (target >= 0 && target < labels), "a target is not one of the \(labels) labels")
    }
    let tape = Tape.common(of: [self, transitions, start, end])
    var losses = Tensor(uninitialized: [batch], elementType: elementType, on: tape)
    let saved = Tensor(uninitialized: shape, elementType: elementType, on: tape)
    let workspace = Tensor(uninitialized: [Swift.max(1, batch), labels], elementType: elementType, on: tape)
    kernels.pointee.linear_chain_loss(
      Int64(steps), Int64(batch), Int64(labels), lengths, pointer, transitions.pointer, start.pointer, end.pointer,
      targets, losses.mutablePointer, saved.mutablePointer, workspace.mutablePointer)
    extendLifetime(workspace)
    losses.node = tape?.record(
      LinearChainOperation(
        logits: self, transitions: transitions, start: start.place, end: end, targets: targets, lengths: lengths,
        saved: saved))
    return losses
  }

  /// The labels of the highest score of each sequence under a linear-chain conditional random field (Viterbi, 1967): of
  /// logits `[T, N, L]` the labels of the first step first, -1 behind an end, and the scores, `[N]`.
  ///
  /// Scores of minus infinity forbid a transition, a first or a last label. Of equal scores the first label wins.
  package func linearChainBest(
    transitions: Tensor, start: Tensor, end: Tensor, lengths: [Int32]? = nil
  ) -> (labels: [Int32], scores: Tensor) {
    let labels = requireChain(transitions, start, end, lengths, in: "linearChainBest")
    let (steps, batch) = (shape[0], shape[1])
    let scores = Tensor(uninitialized: [batch], elementType: elementType)
    let workspace = Tensor(uninitialized: [Swift.max(1, batch), 2 * labels], elementType: elementType)
    var from = [Int32](repeating: 0, count: Swift.max(1, count))
    var best = [Int32](repeating: 0, count: Swift.max(1, steps * batch))
    kernels.pointee.linear_chain_best(
      Int64(steps), Int64(batch), Int64(labels), lengths, pointer, transitions.pointer, start.pointer, end.pointer,
      &best, scores.mutablePointer, &from, workspace.mutablePointer)
    extendLifetime(workspace)
    return (Array(best.prefix(steps * batch)), scores)
  }

  /// Traps unless this and the parameters fit together; gives L.
  private func requireChain(
    _ transitions: Tensor, _ start: Tensor, _ end: Tensor, _ lengths: [Int32]?, in operation: StaticString
  ) -> Int {
    requireRank(3, shape, in: operation)
    requireRank(2, transitions.shape, in: operation)
    let labels = shape[2]
    precondition(labels > 0, "a chain needs at least one label")
    for axis in 0...1 { requireDimension(axis, "labels", labels, transitions.shape, in: operation) }
    for vector in [start, end] {
      requireRank(1, vector.shape, in: operation)
      requireDimension(0, "labels", labels, vector.shape, in: operation)
      requireElementType(self, vector)
    }
    requireElementType(self, transitions)
    if let lengths {
      precondition(
        lengths.count == shape[1] && lengths.allSatisfy { $0 >= 0 && $0 <= shape[0] },
        "the lengths are not those of \(shape[1]) sequences of up to \(shape[0]) steps")
    }
    return labels
  }
}
