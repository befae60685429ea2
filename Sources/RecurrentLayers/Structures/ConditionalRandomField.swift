public import RecurrentTensor

/// Scores whole sequences of labels, so that neighbours agree: a linear-chain conditional random field (Lafferty, McCallum
/// and Pereira, 2001), as the head of a tagger (Huang, Xu and Yu, 2015; Lample et al., 2016).
///
/// Labels y of logits x score start[y₀] + Σ x[t][yₜ] + Σ transitions[yₜ₋₁][yₜ] + end[y_last]; their probability is the
/// exponential of that, divided by the sum over all labellings.
///
/// | here | `pytorch-crf` |
/// |---|---|
/// | `crf.losses(logits, labels)` | `-CRF(L)(logits, labels, mask, reduction="none")` |
/// | `crf.best(logits)` | `CRF(L).decode(logits, mask)` |
///
/// Parameters have the names and shapes of that package.
public struct ConditionalRandomField: Module {
  /// The score of each label (row) being followed by each (column), `[L, L]`.
  public var transitions: Parameter
  /// The score of beginning with a label, `[L]`.
  public var start: Parameter
  /// The score of ending with a label, `[L]`.
  public var end: Parameter

  /// A field over L labels, its scores drawn evenly from ±0.1.
  public init(labelCount: Int, key: RandomKey) {
    precondition(labelCount > 0, "a field needs at least one label")
    let key = key.folding(.initialization)
    func scores(_ shape: Shape, _ number: Int) -> Parameter {
      Parameter(Initializer.uniformWithin(0.1).values(shape, bound: 0.1, key: key.folding(number)))
    }
    transitions = scores([labelCount, labelCount], 0)
    start = scores([labelCount], 1)
    end = scores([labelCount], 2)
  }

  /// The number of labels, L.
  public var labelCount: Int { start.value.shape[0] }

  /// Visits the three kinds of scores.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("start_transitions", &start)
    visitor.visit("end_transitions", &end)
    visitor.visit("transitions", &transitions)
  }

  /// The negative log-likelihood of each sequence of labels, in nats, `[N]`; 0 for a sequence of length 0.
  ///
  /// - Parameters:
  ///   - logits: `[T, N, L]`.
  ///   - labels: The right label of every real step.
  public func losses(_ logits: SequenceBatch, _ labels: TokenBatch) -> Tensor {
    requireDimension(0, "steps", labels.stepCount, logits.values.shape, in: "ConditionalRandomField")
    requireDimension(1, "sequences", labels.batchSize, logits.values.shape, in: "ConditionalRandomField")
    return logits.values.linearChainLosses(
      targets: labels.tokens, transitions: transitions.value, start: start.value, end: end.value,
      lengths: logits.lengths)
  }

  /// The labels of the highest score of each sequence, as many as it has steps (Viterbi, 1967).
  ///
  /// - Parameters:
  ///   - logits: `[T, N, L]`.
  ///   - constraints: What labels may stand where; nil for any anywhere.
  public func best(_ logits: SequenceBatch, constraints: LabelConstraints? = nil) -> [[Int32]] {
    let penalties = constraints?.penalties(elementType: logits.values.elementType)
    precondition(penalties.map { $0.start.count == labelCount } ?? true, "the constraints are of other labels")
    let found = logits.values.linearChainBest(
      transitions: penalties.map { transitions.value + $0.transitions } ?? transitions.value,
      start: penalties.map { start.value + $0.start } ?? start.value,
      end: penalties.map { end.value + $0.end } ?? end.value, lengths: logits.lengths)
    return (0..<logits.batchSize).map { row in
      let length = logits.lengths.map { Int($0[row]) } ?? logits.stepCount
      return (0..<length).map { found.labels[$0 * logits.batchSize + row] }
    }
  }
}

/// Which labels may follow each other, begin and end a sequence: what makes every answer a well-formed one.
public struct LabelConstraints: Sendable {
  private let mayFollow: [[Bool]]
  private let mayBegin: [Bool]
  private let mayEnd: [Bool]

  /// Constraints on `count` labels.
  ///
  /// - Parameters:
  ///   - count: L.
  ///   - mayFollow: Whether the first label may be followed by the second.
  ///   - mayBegin: Whether a sequence may begin with a label.
  ///   - mayEnd: Whether a sequence may end with a label.
  public init(
    labelCount count: Int, mayFollow: (Int, Int) -> Bool, mayBegin: (Int) -> Bool = { _ in true },
    mayEnd: (Int) -> Bool = { _ in true }
  ) {
    self.mayFollow = (0..<count).map { first in (0..<count).map { mayFollow(first, $0) } }
    self.mayBegin = (0..<count).map(mayBegin)
    self.mayEnd = (0..<count).map(mayEnd)
  }

  /// The labels of the highest sum of logits that the constraints allow: what a softmax head answers with them.
  public func best(_ logits: SequenceBatch) -> [[Int32]] {
    var field = ConditionalRandomField(labelCount: mayBegin.count, key: RandomKey(seed: 0))
    field.transitions.value = Tensor(zeros: [labelCount, labelCount])
    field.start.value = Tensor(zeros: [labelCount])
    field.end.value = Tensor(zeros: [labelCount])
    return field.best(logits, constraints: self)
  }

  private var labelCount: Int { mayBegin.count }

  /// 0 for what is allowed and minus infinity for what is not.
  func penalties(elementType: ElementType) -> (transitions: Tensor, start: Tensor, end: Tensor) {
    func tensor(_ allowed: [Bool], _ shape: Shape) -> Tensor {
      Tensor(allowed.map { $0 ? 0 : -.infinity }, shape: shape).converted(to: elementType)
    }
    return (
      tensor(mayFollow.flatMap { $0 }, [labelCount, labelCount]), tensor(mayBegin, [labelCount]),
      tensor(mayEnd, [labelCount])
    )
  }
}
