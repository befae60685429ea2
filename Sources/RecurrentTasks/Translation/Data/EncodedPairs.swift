import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// Sources as the network reads them.
enum EncodedSources: Sendable {
  /// Symbols, each sequence with its end.
  case symbols([[Int32]])
  /// Frames, and how they are scaled.
  case frames(LabelledSeries, SignalEncoding)

  init(_ sources: TranslationSources, _ translator: Translator) {
    switch sources {
    case .texts(let texts): self = .symbols(texts.map { translator.tokenizers.encode(source: $0) })
    case .frames(let series):
      self = .frames(series, translator.frameEncoding ?? SignalEncoding(channels: series.channels, fineScale: nil))
    }
  }

  /// The steps of each source.
  var lengths: [Int] {
    switch self {
    case .symbols(let sequences): sequences.map(\.count)
    case .frames(let series, _): series.items.map(\.steps.count)
    }
  }

  /// The steps of each source that say something: an end alone says nothing.
  var contentLengths: [Int] {
    if case .symbols(let sequences) = self { return sequences.map { $0.count - 1 } }
    return lengths
  }

  /// Some sources as a batch.
  func batch(_ numbers: [Int]) -> SourceBatch {
    switch self {
    case .symbols(let sequences): return .symbols(TokenBatch(numbers.map { sequences[$0] }))
    case .frames(let series, let encoding):
      let items = numbers.map { series.items[$0] }
      let (steps, width, channels) = (items.map(\.steps.count).max() ?? 0, encoding.featureCount, series.channels.count)
      var features = [Float](repeating: 0, count: steps * items.count * width)
      for (row, item) in items.enumerated() {
        encoding.write(
          series.values[item.steps.lowerBound * channels..<item.steps.upperBound * channels], scaledBy: nil,
          to: &features, first: row * width, stride: items.count * width)
      }
      return .frames(
        SequenceBatch(
          Tensor(features, shape: [steps, items.count, width]),
          lengths: items.allSatisfy { $0.steps.count == steps } ? nil : items.map(\.steps.count)))
    }
  }

  /// Some of the sources.
  func selecting(_ numbers: [Int]) -> EncodedSources {
    switch self {
    case .symbols(let sequences): return .symbols(numbers.map { sequences[$0] })
    case .frames(var series, let encoding):
      series.items = numbers.map { series.items[$0] }
      return .frames(series, encoding)
    }
  }
}

/// Pairs as the network reads and writes them.
struct EncodedPairs: Sendable {
  let sources: EncodedSources
  let targets: [[Int32]]
  private let start: Int32
  private let end: Int32

  init(_ corpus: ParallelCorpus, _ translator: Translator) {
    sources = EncodedSources(corpus.sources, translator)
    targets = corpus.pairs.map { translator.tokenizers.target.encode($0.target) }
    (start, end) = (translator.tokenizers.start, translator.tokenizers.end)
  }

  private init(_ pairs: EncodedPairs, _ numbers: [Int]) {
    sources = pairs.sources.selecting(numbers)
    targets = numbers.map { pairs.targets[$0] }
    (start, end) = (pairs.start, pairs.end)
  }

  var count: Int { targets.count }

  /// The pairs of which no side has more steps.
  func keeping(atMost limit: Int) -> EncodedPairs {
    let lengths = sources.contentLengths
    return EncodedPairs(self, targets.indices.filter { lengths[$0] <= limit && targets[$0].count <= limit })
  }

  /// The pairs whose sources have a step for each symbol, and one of nothing between equal ones.
  func keepingAlignable(_ alignment: CTC) -> EncodedPairs {
    let lengths = sources.lengths
    return EncodedPairs(self, targets.indices.filter { alignment.stepsNeeded(for: targets[$0]) <= lengths[$0] })
  }

  /// Some pairs as a batch under a teacher.
  func batch(_ numbers: [Int]) -> PairBatch {
    let targets = numbers.map { self.targets[$0] }
    return PairBatch(
      sources: sources.batch(numbers), targets: targets, fed: TokenBatch(targets.map { [start] + $0 }),
      labels: TokenBatch(targets.map { $0 + [end] }))
  }
}

/// A batch under a teacher.
struct PairBatch {
  let sources: SourceBatch
  /// The symbols of the targets, without their ends.
  let targets: [[Int32]]
  /// The symbols that steps are fed, `[U, N]`.
  let fed: TokenBatch
  /// The symbols that steps are to say, in the order of the real steps.
  let labels: [Int32]
  /// The numbers of the real steps among the rows of `[U · N, A]`.
  let realSteps: [Int32]

  init(sources: SourceBatch, targets: [[Int32]], fed: TokenBatch, labels: TokenBatch) {
    self.sources = sources
    self.targets = targets
    self.fed = fed
    realSteps = labels.tokens.indices.filter { labels.tokens[$0] >= 0 }.map { Int32($0) }
    self.labels = labels.tokens.filter { $0 >= 0 }
  }
}
