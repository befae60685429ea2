import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// The training of a translator: its pairs, its loss, and how it is judged.
public struct TranslationTraining: TaskTraining {
  /// What is trained.
  public typealias Model = TranslationNetwork

  /// The pairs of each part.
  public let parts: TranslationParts
  /// The translator with its first weights.
  public let initial: Translator
  /// What is to be told of the data.
  let notes: [String]
  let pairs: EncodedPairs
  let batches: LengthBatches

  private var configuration: TranslationConfiguration { initial.configuration }

  /// Reads the data of a configuration and makes a translator for them.
  ///
  /// - Throws: `TranslationError`.
  public init(_ configuration: TranslationConfiguration) throws {
    if let contradiction = configuration.contradiction { throw TranslationError.contradiction(contradiction) }
    try self.init(configuration, parts: TranslationParts(configuration))
  }

  /// Makes a translator for pairs that were read before.
  ///
  /// - Throws: `TranslationError` where settings contradict each other, or no pair is short enough.
  public init(_ configuration: TranslationConfiguration, parts: TranslationParts) throws(TranslationError) {
    if let contradiction = configuration.contradiction { throw .contradiction(contradiction) }
    self.parts = parts
    let tokenizers = TranslationTokenizers.make(configuration, of: parts.train)
    for tokenizer in [tokenizers.source, tokenizers.target].compactMap(\.self) {
      guard tokenizer.vocabulary.count >= TranslationTokenizers.specials.count + 2 else {
        throw .oneSymbol(file: parts.train.file)
      }
    }
    initial = Translator(configuration, tokenizers, parts.train.frames.map { SignalEncoding(fitting: $0) })
    let all = EncodedPairs(parts.train, initial)
    let short = all.keeping(atMost: configuration.maximumLength)
    pairs = configuration.writer == .ctc ? short.keepingAlignable(initial.alignment) : short
    guard pairs.count > 0 else { throw .noPairs(file: parts.train.file) }
    func note(_ left: Int, _ verb: (String, String), _ problem: String) -> [String] {
      if left == 0 { return [] }
      return [
        "train: \(left) \(left == 1 ? "pair \(verb.0)" : "pairs \(verb.1)") \(problem) and \(left == 1 ? "was" : "were") left out"
      ]
    }
    notes =
      parts.notes
      + note(
        all.count - short.count, ("has", "have"),
        "more than maximum_length \(configuration.maximumLength) symbols on a side")
      + note(short.count - pairs.count, ("has", "have"), "more symbols to say than steps to say them at")
    batches = LengthBatches(
      lengths: pairs.sources.lengths, others: pairs.targets.map { $0.count + 1 }, batchSize: configuration.batchSize,
      limit: configuration.batchTokens)
  }

  /// Symbols of targets.
  public var itemName: String { "tokens" }

  /// Pairs whose sources are equally long, as a rule.
  public func batchCount(inEpoch epoch: Int) -> Int { batches.count }

  /// As many as there are in a batch on average.
  public var examplesPerBatch: Int { pairs.count / max(batches.count, 1) }

  /// The mean loss of a symbol of the targets of a batch, or of some of its pairs, in nats; without a decoder that of their
  /// alignments.
  public func loss(of model: TranslationNetwork, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
    let all = batches.numbers(ofBatch: batch.index, inEpoch: batch.epoch, key: batch.key)
    let numbers = batch.share(of: all)
    if numbers.isEmpty { return .empty }
    let pairs = pairs.batch(numbers)
    guard let decoder = model.decoder else { return alignmentLoss(of: model, on: pairs) }
    let (logits, overlap) = decoder.logits(
      pairs, decoder.memory(of: model.encoder(pairs.sources)), sampling: sampling(batch))
    var loss = crossEntropy(logits, pairs.labels, labelSmoothing: configuration.labelSmoothing)
    if let overlap, configuration.coverageLoss > 0 {
      let coverage = overlap * Float(configuration.coverageLoss)
      loss = loss + coverage * (batch.share.isWhole ? 1 : coverageFactor(of: numbers, among: all))
    }
    return BatchLoss(mean: loss, count: pairs.labels.count)
  }

  /// Overlaps are means over the steps of a batch, padding included, while pairs weigh by their symbols.
  private func coverageFactor(of numbers: [Int], among all: [Int]) -> Float {
    func sizes(_ numbers: [Int]) -> PenaltyShare.Sizes {
      let lengths = numbers.map { pairs.targets[$0].count + 1 }
      return (weight: lengths.reduce(0, +), items: (lengths.max() ?? 0) * numbers.count)
    }
    return PenaltyShare.factor(of: sizes(numbers), among: sizes(all))
  }

  private func alignmentLoss(of model: TranslationNetwork, on pairs: PairBatch) -> BatchLoss {
    let count = pairs.targets.reduce(0) { $0 + $1.count }
    let losses = initial.alignmentLosses(of: pairs, by: model)
    return BatchLoss(mean: losses.sum() / Float(max(count, 1)), count: count)
  }

  /// What decides on the symbols that steps are fed; nil under full teacher forcing.
  private func sampling(_ batch: BatchPosition) -> SampledFeeding? {
    let last = max(configuration.training.epochs - 1, 1)
    let share = configuration.samplingShare * Double(min(batch.epoch, last)) / Double(last)
    guard configuration.scheduledSampling != .none, share > 0 else { return nil }
    return SampledFeeding(
      share: share, isPerSequence: configuration.scheduledSampling == .perSequence,
      key: batch.noiseKey)
  }

  /// The figures on the validation part, the one that the best epoch is chosen by first; empty where there is no such part.
  public func validate(_ model: TranslationNetwork) throws -> [Metric] {
    guard let validation = parts.validation else { return [] }
    var translator = initial
    translator.network = model
    return try translator.quickMetrics(on: validation)
  }
}
