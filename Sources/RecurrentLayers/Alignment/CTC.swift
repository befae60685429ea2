public import RecurrentTensor

/// Connectionist temporal classification (Graves et al., 2006): learns what sequences spell without being told where, and
/// reads it from them without a decoder.
///
/// At each of T steps one of V symbols is said, or the blank, –, which is one of the V: that makes a way, π. What it spells
/// is left of it once runs of one symbol are made one and then the blanks are taken out:
///
///     B(– 3 3 – 3 1 1 –) = 3 3 1
///
/// The probability of a target is that of all ways that spell it, each step by itself given the logits x, `[T, V]`:
///
///     P(target) = Σ over π with B(π) = target of Π over t of softmax(x[t])[π[t]]
///
/// A target of U symbols, R of them equal to the one before, needs at least U + R steps. With fewer no way spells it: its
/// loss is infinite, or 0 where that is asked for, and its gradient is 0 either way, never NaN.
///
/// | here | PyTorch |
/// |---|---|
/// | `CTC().losses(logits, targets)` | `ctc_loss(log_softmax(x), targets, lengths, target_lengths, reduction="none")` |
/// | `CTC().losses(logits, targets, zeroInfinity: true)` | the same with `zero_infinity=True` |
public struct CTC: Hashable, Sendable {
  /// The symbol that stands for none, –.
  public let blank: Int32

  /// Classification with the given symbol as blank.
  public init(blank: Int32 = 0) {
    precondition(blank >= 0, "the blank, \(blank), is not a symbol")
    self.blank = blank
  }

  /// -log P(target) of each sequence, in nats, `[N]`, exact over all ways.
  ///
  /// Any number of threads gives the same bits, and neither padding nor the other rows change those of a row.
  ///
  /// - Parameters:
  ///   - logits: x, `[T, N, V]`.
  ///   - targets: What the sequences spell, without blanks; a target may be empty.
  ///   - zeroInfinity: Whether the loss of a target that no way spells is 0 and not infinite.
  public func losses(_ logits: SequenceBatch, _ targets: TokenBatch, zeroInfinity: Bool = false) -> Tensor {
    logits.values.ctcLosses(
      targets: CTCTargets(targets, blank: blank), lengths: logits.lengths, impossible: zeroInfinity ? 0 : .infinity)
  }

  /// The fewest steps in which a target can be spelled: its symbols, and a blank between equal neighbours.
  public func stepsNeeded(for target: [Int32]) -> Int {
    target.count + zip(target, target.dropFirst()).count { $0 == $1 }
  }

  // MARK: Reading

  /// What the likeliest symbols of the steps spell ("best path decoding"): fast, and close to the likeliest target where
  /// the network is sure. Of equally likely symbols the first counts.
  ///
  /// - Parameter logits: x, `[T, N, V]`.
  /// - Returns: For each row the symbols with the steps that say them, and the probability of this one way.
  public func bestPath(_ logits: SequenceBatch) -> [CTCAlignment] {
    let scores = StepScores(logits)
    return (0..<logits.batchSize).map { row in
      var (way, total): ([Int32], Double) = ([], 0)
      for step in 0..<scores.length(of: row) {
        let probabilities = scores[step, row]
        let best = probabilities.indices.dropFirst().reduce(0) { probabilities[$1] > probabilities[$0] ? $1 : $0 }
        way.append(Int32(best))
        total += probabilities[best]
      }
      return CTCAlignment(spans: spans(of: way), logProbability: total)
    }
  }

  /// The likeliest targets ("prefix beam search": Hannun et al., 2014, without a language model): the probabilities of all
  /// ways that begin alike are added up, and after each step the best beginnings go on.
  ///
  /// Where the beam is as wide as there are beginnings the result is exact; else a probability may miss some of the ways.
  /// Of equally likely beginnings the one that comes first in the order of symbols goes on.
  ///
  /// - Parameters:
  ///   - logits: x, `[T, N, V]`.
  ///   - beamSize: How many beginnings go on after each step.
  ///   - count: How many targets are wanted of each row, at most as many as the beam has.
  /// - Returns: For each row the likeliest targets, the best first; fewer than wanted where there are not so many.
  public func beamSearch(_ logits: SequenceBatch, beamSize: Int = 16, count: Int = 1) -> [[CTCHypothesis]] {
    precondition(beamSize > 0 && (1...beamSize).contains(count), "\(count) targets from a beam of \(beamSize)")
    let scores = StepScores(logits)
    return (0..<logits.batchSize).map { row in
      var search = PrefixBeamSearch(blank: Int(blank), beamSize: beamSize)
      for step in 0..<scores.length(of: row) { search.advance(scores[step, row]) }
      return search.best(count)
    }
  }

  /// Where in each sequence its target is said: the likeliest of the ways that spell it ("forced alignment", by the
  /// algorithm of Viterbi, 1967).
  ///
  /// - Parameters:
  ///   - logits: x, `[T, N, V]`.
  ///   - targets: What the sequences spell, without blanks.
  /// - Returns: For each row the symbols of its target with the steps that say them, and the probability of this way; nil
  ///   where no way spells the target.
  public func align(_ logits: SequenceBatch, to targets: TokenBatch) -> [CTCAlignment?] {
    let found = logits.values.detached().ctcBest(targets: CTCTargets(targets, blank: blank), lengths: logits.lengths)
    let scores = found.scores.doubles
    return (0..<logits.batchSize).map { row in
      guard scores[row] > -.infinity else { return nil }
      let states = (0..<logits.stepCount).map { found.states[$0 * logits.batchSize + row] }.prefix { $0 >= 0 }
      return CTCAlignment(
        spans: runs(of: Array(states)).compactMap { state, steps in
          // Odd states are symbols, even ones the blanks between them.
          guard state % 2 == 1 else { return nil }
          return CTCAlignment.Span(symbol: targets.tokens[Int(state / 2) * logits.batchSize + row], steps: steps)
        }, logProbability: scores[row])
    }
  }

  /// What a way spells, and where.
  private func spans(of way: [Int32]) -> [CTCAlignment.Span] {
    runs(of: way).compactMap { $0.value == blank ? nil : CTCAlignment.Span(symbol: $0.value, steps: $0.steps) }
  }
}

/// The runs of one value, and where they stand.
private func runs(of values: [Int32]) -> [(value: Int32, steps: Range<Int>)] {
  var runs: [(value: Int32, steps: Range<Int>)] = []
  for (step, value) in values.enumerated() {
    if let last = runs.last, last.value == value {
      runs[runs.count - 1].steps = last.steps.lowerBound..<step + 1
    } else {
      runs.append((value, step..<step + 1))
    }
  }
  return runs
}

extension CTCTargets {
  init(_ targets: TokenBatch, blank: Int32) {
    self.init(
      symbols: targets.tokens, lengths: targets.lengths, longest: targets.stepCount, batchSize: targets.batchSize,
      blank: blank)
  }
}

/// The logarithms of the probabilities of the symbols at each step of a batch.
private struct StepScores {
  private let scores: Tensor
  private let lengths: [Int32]?

  init(_ logits: SequenceBatch) {
    scores = logSoftmax(logits.values.detached())
    lengths = logits.lengths
  }

  func length(of row: Int) -> Int { lengths.map { Int($0[row]) } ?? scores.shape[0] }

  /// `[V]`
  subscript(step: Int, row: Int) -> [Double] {
    let width = scores.shape[2]
    return scores.view([width], from: (step * scores.shape[1] + row) * width).doubles
  }
}
