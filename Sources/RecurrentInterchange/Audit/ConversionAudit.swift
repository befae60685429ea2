/// What became of every tensor in a conversion: nothing is taken over, changed, made up or left behind without an entry.
public struct ConversionAudit: Hashable, Sendable {
  /// What was done to a tensor on its way.
  public enum Action: Hashable, Sendable {
    /// Rows of gates, axes or directions stand in another order.
    case permuted
    /// Its numbers are part of a tensor, or parts of it became tensors of their own.
    case split
    /// Several were joined to one.
    case joined
    /// Several were added, such as the two biases of a gate.
    case summed
    /// Some of its numbers changed their sign: a gate became its complement.
    case negated
    /// The element type changed; the name of the one before.
    case converted(from: String)
    /// Nothing was given: zeros, or what else stands for nothing, such as a missing bias.
    case filled
  }

  /// Where an entry ended.
  public enum Verdict: Hashable, Sendable {
    /// The tensor was taken over, as it is where no action is named.
    case taken([Action])
    /// A tensor of the input that the result has no place for.
    case unused
    /// A tensor of the result that the input does not have.
    case missing
    /// A tensor whose shape is not the one that the result needs.
    case wrongShape(expected: [Int])
    /// A tensor that is known to carry nothing of the model, such as a counter; why.
    case skipped(String)
  }

  /// What became of one tensor.
  public struct Entry: Hashable, Sendable {
    /// The names in the input; none for a tensor that was made up. For one that is missing, the name that it should have, where
    /// that is known.
    public let sources: [String]
    /// The name in the result; nil where there is none.
    public let target: String?
    /// The shape in the result, or in the input where there is no result.
    public let shape: [Int]
    /// What became of it.
    public let verdict: Verdict

    /// Makes an entry from its parts.
    public init(sources: [String], target: String?, shape: [Int], verdict: Verdict) {
      self.sources = sources
      self.target = target
      self.shape = shape
      self.verdict = verdict
    }

    /// Whether the conversion explains this tensor.
    public var isExplained: Bool {
      switch verdict {
      case .taken, .skipped: true
      case .unused, .missing, .wrongShape: false
      }
    }
  }

  /// One entry for each tensor of the result, and for each of the input that is in no result, in the order of the result.
  public private(set) var entries: [Entry] = []

  /// An audit without entries.
  public init() {}

  /// Notes what became of a tensor.
  public mutating func note(_ entry: Entry) { entries.append(entry) }

  /// Notes a tensor that was taken over.
  ///
  /// - Parameters:
  ///   - sources: The names in the input.
  ///   - target: The name in the result.
  ///   - shape: The shape in the result.
  ///   - actions: What was done to it; nothing for a tensor that was taken as it is.
  public mutating func took(_ sources: [String], as target: String, shape: [Int], _ actions: [Action] = []) {
    note(Entry(sources: sources, target: target, shape: shape, verdict: .taken(actions)))
  }

  /// The entries that keep the conversion from being whole.
  public var unexplained: [Entry] { entries.filter { !$0.isExplained } }
}
