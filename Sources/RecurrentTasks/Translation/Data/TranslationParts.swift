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
    if configuration.data == WrittenDates.path {
      let others = [
        configuration.source, configuration.target, configuration.validationSource, configuration.validationTarget,
        configuration.test, configuration.testSource, configuration.testTarget, configuration.frames,
      ]
      if others.contains(where: { $0 != nil }) {
        throw .contradiction("data \(WrittenDates.path) has all its parts built in, and a file is named beside it")
      }
      self = WrittenDates.parts(seed: UInt64(configuration.training.seed))
      return
    }
    guard
      let all = try Self.corpus(
        "data", configuration, table: configuration.data, configuration.source, configuration.target)
    else { throw .noData }
    test = try Self.test(of: configuration)
    let hasFiles = configuration.validationSource != nil || configuration.validationTarget != nil
    guard let named = configuration.validation, !hasFiles, let share = Double(named) else {
      train = all
      let isShare = configuration.validation.flatMap { Double($0) } != nil
      validation = try Self.corpus(
        "validation", configuration, table: isShare ? nil : configuration.validation, configuration.validationSource,
        configuration.validationTarget, frames: configuration.validationFrames)
      return
    }
    (train, validation) = try Self.dividing(all, share: share, named, seed: UInt64(configuration.training.seed))
  }

  /// The pairs to report on that a configuration names; nil where it names none.
  static func test(of configuration: TranslationConfiguration) throws(TranslationError) -> ParallelCorpus? {
    if configuration.data == WrittenDates.path {
      return WrittenDates.parts(seed: UInt64(configuration.training.seed)).test
    }
    return try corpus(
      "test", configuration, table: configuration.test, configuration.testSource, configuration.testTarget,
      frames: configuration.testFrames)
  }

  /// The pairs of a table, or of an index of frames where a model reads frames.
  static func corpus(
    _ table: String, _ configuration: TranslationConfiguration
  ) throws(TranslationError) -> ParallelCorpus {
    guard let frames = configuration.testFrames ?? configuration.frames else { return try ParallelCorpus(table: table) }
    return try ParallelCorpus(index: table, frames: frames, configuration)
  }

  /// A table, two files, or an index of frames; nil where none of these is named.
  private static func corpus(
    _ part: String, _ configuration: TranslationConfiguration, table: String?, _ source: String?, _ target: String?,
    frames: String? = nil
  ) throws(TranslationError) -> ParallelCorpus? {
    if let frames = frames ?? configuration.frames, table != nil || source != nil || target != nil {
      guard let table, source == nil, target == nil else { throw .part(part) }
      return try ParallelCorpus(index: table, frames: frames, configuration)
    }
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
    var train = all.selecting(all.pairs.indices.filter { !out.contains($0) })
    train.skipped = all.skipped
    return (train, all.selecting(out.sorted()))
  }

  /// The parts that there are, with their names.
  var all: [(part: Part, corpus: ParallelCorpus)] {
    [(Part.train, train)]
      + [(Part.validation, validation), (.test, test)].compactMap { part, corpus in
        corpus.map { (part, $0) }
      }
  }

  /// What was left out of the files.
  var notes: [String] { all.flatMap { $0.corpus.skipped.notes } }
}

extension TranslationConfiguration {
  /// How the numbers of a file of frames are written.
  func frameFormat(of file: String) throws(LabelledSeriesError) -> FrameFormat {
    guard let element = frameType ?? FrameElement(fileName: file) else {
      throw .unusable(
        file: file, problem: "the name does not say how numbers are written", mend: "set frame_type, such as i16le")
    }
    guard let channels = frameChannels else {
      throw .unusable(file: file, problem: "the numbers of a frame are not known", mend: "set frame_channels")
    }
    return FrameFormat(element, channelCount: channels)
  }
}
