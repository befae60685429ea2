public import RecurrentDistribution
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// A translation of a source.
public struct Translation: Sendable {
  /// The text.
  public let text: String
  /// Its symbols, as they are shown to people.
  public let symbols: [String]
  /// The sum of the logarithms of the symbols' probabilities, that of the end among them.
  public let logProbability: Double
  /// What translations are compared by.
  public let score: Double
  /// Why it ends.
  public let ending: GenerationEnding
  /// Where attention looked, a row for each symbol and one for the end, a number for each symbol of the source and its end;
  /// empty unless asked for.
  public let attention: [[Float]]
}

/// What was made of a source.
public struct TranslatedSource: Sendable {
  /// The symbols of the source, its end among them, as they are shown to people.
  public let symbols: [String]
  /// How many of them the model does not know.
  public let unknownCount: Int
  /// The best translations, the best one first; none of an empty source.
  public let translations: [Translation]
}

extension Translator {
  /// How many steps of sources are decoded at a time.
  private static let stepsAtATime = 1024

  /// Translates texts; see `translate(_:_:batchSize:onBatch:)` for sources of any kind.
  public func translate(
    _ texts: [String], _ settings: DecodingSettings = DecodingSettings()
  ) throws(TranslationError) -> [TranslatedSource] { try translate(.texts(texts), settings) }

  /// Translates sources, each by itself: what stands beside a source never changes its translation.
  ///
  /// - Parameters:
  ///   - sources: Texts, or sequences of frames; one without a step has no translation.
  ///   - settings: How to search.
  ///   - batchSize: The most sources that are decoded at a time; nil for as many as have some thousand steps.
  ///   - onBatch: Told how many sources more are done.
  /// - Throws: `TranslationError` where the settings do not go with the model.
  public func translate(
    _ sources: TranslationSources, _ settings: DecodingSettings = DecodingSettings(), batchSize: Int? = nil,
    onBatch: (Int) -> Void = { _ in }
  ) throws(TranslationError) -> [TranslatedSource] {
    try check(settings)
    try check(sources)
    return translate(sources, settings, batchSize: batchSize) { batches, compute in
      batches.indices.map { number in
        defer { onBatch(batches[number].count) }
        return compute(number)
      }
    }
  }

  /// The same, the sources divided among ranks: all ranks give the same sources and get all translations, which do not depend
  /// on the number of ranks.
  ///
  /// - Parameters:
  ///   - sources: Texts, or sequences of frames; one without a step has no translation.
  ///   - settings: How to search.
  ///   - batchSize: The most sources that are decoded at a time; nil for as many as have some thousand steps.
  ///   - communicator: The ranks that translate together.
  ///   - onBatch: Told how many sources more are done, those of the other ranks by estimate.
  /// - Throws: `TranslationError` as for one process; `CommunicationError`, also where the ranks have other sources.
  public func translate(
    _ sources: TranslationSources, _ settings: DecodingSettings = DecodingSettings(), batchSize: Int? = nil,
    over communicator: any Communicator, onBatch: (Int) -> Void = { _ in }
  ) throws -> [TranslatedSource] {
    try communicator.requireSameWork(settings: "\(settings)") { sources.digest(into: &$0) }
    return try divided(sources, settings, batchSize: batchSize, over: communicator, onBatch: onBatch)
  }

  /// The same, of sources that all ranks are known to have.
  func divided(
    _ sources: TranslationSources, _ settings: DecodingSettings, batchSize: Int? = nil,
    over communicator: any Communicator, onBatch: (Int) -> Void = { _ in }
  ) throws -> [TranslatedSource] {
    try check(settings)
    try check(sources)
    return try translate(sources, settings, batchSize: batchSize) { batches, compute in
      try communicator.sharing(batches.count) { number in
        defer { onBatch(batches[communicator.piecesDone(with: number, of: batches.count)].reduce(0) { $0 + $1.count }) }
        return compute(number)
      }
    }
  }

  /// - Parameter batchwise: Has the batches of these sources written.
  private func translate<Failure: Error>(
    _ sources: TranslationSources, _ settings: DecodingSettings, batchSize: Int?,
    _ batchwise: ([[Int]], (Int) -> [[DecodedSequence]]) throws(Failure) -> [[[DecodedSequence]]]
  ) throws(Failure) -> [TranslatedSource] {
    let encoded = EncodedSources(sources, self)
    let lengths = encoded.lengths
    var translated = sourcesBefore(encoded)
    let batches = LengthBatches(
      lengths: encoded.contentLengths, batchSize: batchSize ?? .max, limit: Self.stepsAtATime
    ).inOrderWithoutEmpty
    let all = try batchwise(batches) { number in
      let batch = batches[number]
      return write(encoded.batch(batch), batch.map { (number: $0, length: lengths[$0]) }, settings)
    }
    for (batch, found) in zip(batches, all) {
      for (number, sequences) in zip(batch, found) {
        translated[number] = TranslatedSource(
          symbols: translated[number].symbols, unknownCount: translated[number].unknownCount,
          translations: sequences.map { translation($0, of: sources, number, settings) })
      }
    }
    return translated
  }

  /// The sequences that are written for the sources of a batch.
  private func write(
    _ sources: SourceBatch, _ described: [(number: Int, length: Int)], _ settings: DecodingSettings
  ) -> [[DecodedSequence]] {
    guard let decoder = network.decoder else { return aligned(sources, settings) }
    let writer = TranslationWriter(decoder, of: self)
    return writer.decode(
      decoder.memory(of: network.encoder(sources)),
      of: described.map {
        DecodingSource(length: $0.length, limit: settings.limit(forLength: $0.length), number: $0.number)
      }, settings)
  }

  private func check(_ sources: TranslationSources) throws(TranslationError) {
    switch sources {
    case .texts where tokenizers.source == nil:
      throw .unsupported("the model reads frames of numbers, and texts are given", mend: "name an index of frames")
    case .frames(let series) where series.channels.count != frameEncoding?.channels.count:
      throw .unsupported(
        "frames of \(series.channels.count) numbers are given, and the model reads "
          + (frameEncoding.map { "frames of \($0.channels.count)" } ?? "texts"), mend: "give it what it was trained on")
    default: break
    }
  }

  private func check(_ settings: DecodingSettings) throws(TranslationError) {
    if network.decoder == nil, settings.sampling != nil || settings.noRepeatNgram != nil {
      throw .unsupported(
        "the model has no decoder that could draw symbols or look at those before",
        mend: "leave --temperature, --top-k, --top-p and --no-repeat-ngram out")
    }
    let hasAttention = network.decoder?.attention != nil
    if !hasAttention, settings.needsAttention || settings.coveragePenalty > 0 {
      throw .unsupported(
        "the model has no attention that could tell where it looks",
        mend: "leave the picture of attention, the replacement of unknown words and the coverage penalty out")
    }
    if settings.replacesUnknown, tokenizers.source?.level != .word || tokenizers.target.level != .word {
      throw .unsupported(
        "unknown words can be replaced where symbols are words, and those of the model are not",
        mend: "leave the replacement out")
    }
  }

  // MARK: Text

  /// The sources as they are shown, without translations.
  private func sourcesBefore(_ encoded: EncodedSources) -> [TranslatedSource] {
    guard case .symbols(let sequences) = encoded, let vocabulary = tokenizers.source?.vocabulary else {
      return encoded.lengths.map { length in
        TranslatedSource(symbols: (0..<length).map { String($0 + 1) }, unknownCount: 0, translations: [])
      }
    }
    return sequences.map { sequence in
      TranslatedSource(
        symbols: sequence.map { vocabulary.symbols[Int($0)] },
        unknownCount: sequence.count { $0 == vocabulary.unknown },
        translations: [])
    }
  }

  private func translation(
    _ sequence: DecodedSequence, of sources: TranslationSources, _ number: Int, _ settings: DecodingSettings
  ) -> Translation {
    var symbols = sequence.symbols.map { tokenizers.target.vocabulary.symbols[Int($0)] }
    var text = tokenizers.target.decode(sequence.symbols)
    if settings.replacesUnknown, let unknown = tokenizers.target.vocabulary.unknown, case .texts(let texts) = sources {
      let words = texts[number].unicodeScalars.split(whereSeparator: \.properties.isWhitespace).map { String($0) }
      for (place, symbol) in sequence.symbols.enumerated() where symbol == unknown {
        // The end of the source is no word.
        let weights = sequence.attention[place].prefix(words.count)
        if let most = weights.indices.max(by: { weights[$0] < weights[$1] }) { symbols[place] = words[most] }
      }
      text = symbols.joined(separator: " ")
    }
    return Translation(
      text: text, symbols: symbols, logProbability: sequence.logProbability, score: sequence.score,
      ending: sequence.ending, attention: settings.keepsAttention ? sequence.attention : [])
  }
}

extension TranslationSources {
  /// Adds all texts, or all frames.
  func digest(into hash: inout SHA256) {
    switch self {
    case .texts(let texts): for text in texts { hash.update(text: text) }
    case .frames(let series):
      for item in series.items {
        hash.update(numbers: [item.steps.lowerBound, item.steps.upperBound])
      }
      hash.update(numbers: series.values)
    }
  }
}
