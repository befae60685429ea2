import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

/// The training of a tagger: its sentences, its loss, and how it is judged.
public struct TaggingTraining: TaskTraining {
  /// What is trained.
  public typealias Model = TaggingNetwork

  /// The sentences.
  public let parts: TaggingParts
  /// The tagger with its first weights.
  public let initial: Tagger
  /// What is to be told of the data.
  let notes: [String]
  private let table: WordTable
  /// The words of each sentence by their places in the table.
  let words: [[Int]]
  private let labels: [[Int32]]
  /// How often each word of the vocabulary occurs.
  private let wordCounts: [Int]
  let batches: LengthBatches

  /// Reads the data of a configuration and makes a tagger for them.
  ///
  /// - Throws: `TaggingError`.
  public init(_ configuration: TaggingConfiguration) throws {
    try self.init(configuration, parts: TaggingParts(configuration))
  }

  /// Makes a tagger for sentences that were read before.
  ///
  /// - Throws: `TaggingError` where settings contradict each other.
  public init(_ configuration: TaggingConfiguration, parts: TaggingParts) throws(TaggingError) {
    if configuration.wordSize == 0, configuration.characters == .none { throw .noInputs }
    if let contradiction = configuration.architecture.contradiction { throw .contradiction(contradiction) }
    self.parts = parts
    let sentences = parts.train.sentences
    let scheme = SpanScheme.scheme(of: sentences.map(\.labels))
    let learned: [TaggedSentence] =
      if let scheme, let target = configuration.spans.scheme, target != scheme {
        sentences.map { TaggedSentence(words: $0.words, labels: target.converting($0.labels)) }
      } else {
        sentences
      }
    let (vocabularies, counts) = TaggingVocabularies.make(of: learned, configuration)
    var tagger = Tagger(configuration, vocabularies, scheme: scheme)
    let found = try configuration.vectors.map { path throws(TaggingError) in try tagger.takeVectors(from: path) }
    notes = [found].compactMap { $0 }
    initial = tagger
    wordCounts = counts
    var table = WordTable()
    words = learned.map { $0.words.map { table.place(of: $0, in: vocabularies) } }
    labels = learned.map { vocabularies.labelIDs($0.labels) }
    self.table = table
    batches = LengthBatches(lengths: words.map(\.count), batchSize: configuration.batchSize)
  }

  /// Words.
  public var itemName: String { "words" }

  /// Sentences of nearly equal length together.
  public func batchCount(inEpoch epoch: Int) -> Int { batches.count }

  /// As many as there are in a batch on average.
  public var examplesPerBatch: Int { words.count / max(batches.count, 1) }

  /// The mean loss of a word of a batch, or of some of its sentences, in nats; with a conditional random field, that of its sentence shared out.
  public func loss(of model: TaggingNetwork, on batch: BatchPosition, carry: inout NoCarry) -> BatchLoss {
    let numbers = batch.share(of: batches.numbers(ofBatch: batch.index, inEpoch: batch.epoch, key: batch.key))
    if numbers.isEmpty { return .empty }
    let targets = TokenBatch(numbers.map { labels[$0] })
    let logits = model(inputs(numbers, key: batch.noiseKey))
    let count = numbers.reduce(0) { $0 + words[$1].count }
    let mean =
      model.field.map { $0.losses(logits, targets).sum() / Float(count) } ?? crossEntropy(logits.values, targets)
    return BatchLoss(mean: mean, count: count)
  }

  /// A batch in which some words are unknown, as they will be in other texts.
  private func inputs(_ numbers: [Int], key: RandomKey) -> TaggingBatch {
    let configuration = initial.configuration
    let unknown = initial.vocabularies.words[Vocabulary.unknownSymbol]
    var starts = [0]
    for number in numbers { starts.append((starts.last ?? 0) + words[number].count) }
    return TaggingBatch(numbers.map { words[$0] }, table) { row, step, id in
      let chance = key.unit(at: starts[row] + step)
      let rate = wordCounts[Int(id)] == 1 ? configuration.unknownRate : 0
      return chance < max(rate, configuration.wordDropout) ? unknown : id
    }
  }

  /// How many labels of the validation part are right; empty where there is no such part.
  public func validate(_ model: TaggingNetwork) -> [Metric] {
    guard let validation = parts.validation else { return [] }
    var tagger = initial
    tagger.network = model
    return tagger.scores(on: validation.sentences).metrics
  }
}
