import RecurrentTensor

/// A network that writes down what a sequence says, symbol by symbol and without a decoder, learned from pairs of a sequence
/// and its symbols that nobody has aligned (connectionist temporal classification: Graves et al., 2006).
///
///     h = encoder(before(inputs)),  x = head(h)
///
/// where x are the logits of V symbols at each step, the blank among them; `CTC` says what they mean. The symbols come in
/// the order of the steps that say them, and there are at most as many as steps.
///
/// ```swift
/// let encoder = BidirectionalLayer(
///   forward: LSTMCell(inputSize: 32, hiddenSize: 64, key: key.folding(1)),
///   backward: LSTMCell(inputSize: 32, hiddenSize: 64, key: key.folding(2)))
/// var model = Transcriber(encoder, head: Linear(inputSize: 128, outputSize: 11, key: key.folding(3)))
/// let (loss, gradients) = valueWithGradient(at: model) { ctcLoss($0(frames), digits) }
/// let written = model.decode(frames)
/// ```
///
/// Long sequences of short steps, such as sound, are best read by an encoder with a `Pyramidal` layer or two.
public struct Transcriber<Encoder: SequenceLayer>: Module {
  /// What happens to the inputs before the recurrent layers.
  public var before: [any SequenceTransform]
  /// The layer or stack that reads.
  public var encoder: Encoder
  /// From the outputs of the encoder to the logits, `[V, H]`.
  public var head: Linear
  /// What the logits mean.
  public let ctc: CTC

  /// An encoder and what makes logits of its outputs.
  ///
  /// - Parameters:
  ///   - before: Layers without a state, for example a `Conv1d`.
  ///   - encoder: A recurrent layer or stack.
  ///   - head: From the encoder's outputs to V logits.
  ///   - blank: Which of the V symbols stands for none.
  public init(before: [any SequenceTransform] = [], _ encoder: Encoder, head: Linear, blank: Int32 = 0) {
    precondition(
      head.inputSize == encoder.outputSize, "the head needs as many inputs as the encoder has outputs")
    precondition(Int(blank) < head.outputSize, "the blank, \(blank), is not one of \(head.outputSize) symbols")
    self.before = before
    self.encoder = encoder
    self.head = head
    ctc = CTC(blank: blank)
  }

  /// The number of symbols, the blank among them, V.
  public var symbolCount: Int { head.outputSize }

  /// Visits what stands before, the encoder and the head.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("before", &before)
    visitor.visit("encoder", &encoder)
    visitor.visit("head", &head)
  }

  /// The logits of every step: `[T, N, C]` to `[T′, N, V]`, where T′ is T unless a layer joins steps.
  public func callAsFunction(_ inputs: SequenceBatch) -> SequenceBatch {
    head(encoder(before.reduce(inputs) { $1($0) }).outputs)
  }

  /// The logarithms of the probabilities of the symbols at every step, `[T′, N, V]`.
  public func logProbabilities(_ inputs: SequenceBatch) -> SequenceBatch {
    let logits = self(inputs)
    return logits.replacingValues(logSoftmax(logits.values))
  }

  /// What each row says, by the likeliest symbol of every step; see `CTC.bestPath`.
  public func decode(_ inputs: SequenceBatch) -> [[Int32]] { ctc.bestPath(self(inputs)).map(\.symbols) }

  /// What each row most likely says, the best first; see `CTC.beamSearch`.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, C]`.
  ///   - beamSize: How many beginnings go on after each step.
  ///   - count: How many are wanted of each row, at most as many as the beam has.
  public func decode(_ inputs: SequenceBatch, beamSize: Int, count: Int = 1) -> [[CTCHypothesis]] {
    ctc.beamSearch(self(inputs), beamSize: beamSize, count: count)
  }

  /// Which of the T′ steps say the symbols of a known target; nil where there are too few steps. See `CTC.align`.
  public func align(_ inputs: SequenceBatch, to targets: TokenBatch) -> [CTCAlignment?] {
    ctc.align(self(inputs), to: targets)
  }
}
