import RecurrentFormats
import RecurrentTensor
import RecurrentTraining

/// The pairs of each part of the data.
public struct TranslationParts: Sendable {
  /// The pairs to learn from.
  public let train: ParallelCorpus
  /// The pairs that training is judged by.
  public let validation: ParallelCorpus?
  /// The pairs that the result is reported on.
  public let test: ParallelCorpus?

  /// Parts from anywhere.
  public init(train: ParallelCorpus, validation: ParallelCorpus? = nil, test: ParallelCorpus? = nil) {
    self.train = train
    self.validation = validation
    self.test = test
  }

  /// Reads the parts that a configuration names.
  public init(_ configuration: TranslationConfiguration) throws(TranslationError) {
    if configuration.problem == .dates {
      self = WrittenDates.parts(seed: UInt64(configuration.training.seed))
      return
    }
    guard
      let all = try Self.corpus(
        "data", table: configuration.data, configuration.source, configuration.target)
    else { throw .noData }
    test = try Self.test(of: configuration)
    let hasFiles = configuration.validationSource != nil || configuration.validationTarget != nil
    guard let named = configuration.validation, !hasFiles, let share = Double(named) else {
      train = all
      let isShare = configuration.validation.flatMap { Double($0) } != nil
      validation = try Self.corpus(
        "validation", table: isShare ? nil : configuration.validation, configuration.validationSource,
        configuration.validationTarget)
      return
    }
    (train, validation) = try Self.dividing(all, share: share, named, seed: UInt64(configuration.training.seed))
  }

  /// The pairs to report on that a configuration names; nil where it names none.
  static func test(of configuration: TranslationConfiguration) throws(TranslationError) -> ParallelCorpus? {
    if configuration.problem == .dates {
      return WrittenDates.parts(seed: UInt64(configuration.training.seed)).test
    }
    return try corpus("test", table: configuration.test, configuration.testSource, configuration.testTarget)
  }

  /// A table, or two files; nil where none of these is named.
  private static func corpus(
    _ part: String, table: String?, _ source: String?, _ target: String?
  ) throws(TranslationError) -> ParallelCorpus? {
    switch (table, source, target) {
    case (nil, nil, nil): return nil
    case (let table?, nil, nil): return try ParallelCorpus(table: table)
    case (nil, let source?, let target?): return try ParallelCorpus(source: source, target: target)
    default: throw .part(part)
    }
  }

  /// Holds a random share of the pairs out.
  private static func dividing(
    _ all: ParallelCorpus, share: Double, _ text: String, seed: UInt64
  ) throws(TranslationError) -> (ParallelCorpus, ParallelCorpus) {
    let count = all.pairs.count
    guard share > 0, share < 1, case let held = Int(share * Double(count)), held > 0, held < count else {
      throw .share(text, pairs: count)
    }
    let out = Set(RandomKey(seed: seed).folding(.data).permutation(of: count).prefix(held))
    var train = ParallelCorpus(
      file: all.file, pairs: all.pairs.indices.filter { !out.contains($0) }.map { all.pairs[$0] })
    train.skipped = all.skipped
    return (train, ParallelCorpus(file: all.file, pairs: out.sorted().map { all.pairs[$0] }))
  }

  /// The parts that there are, with their names.
  var all: [(part: Part, corpus: ParallelCorpus)] {
    [(Part.train, train)] + [(Part.validation, validation), (.test, test)].compactMap { part, corpus in
      corpus.map { (part, $0) }
    }
  }

  /// What was left out of the files.
  var notes: [String] { all.flatMap { $0.corpus.skipped.notes } }
}
