import RecurrentFormats
import RecurrentTensor

/// The text of a configuration: read, divided, and turned into symbols.
struct GenerationData: Sendable {
  /// What ends a record, and stands before its first symbol.
  static let endSymbol = "<end>"
  /// The word that the end of a line is.
  static let endOfLineSymbol = "<eos>"

  let tokenizer: Tokenizer
  let schema: ConditionSchema?
  let parts: [Part: TextPart]
  /// What a reader of the figures should know.
  let notes: [String]

  /// Reads the data.
  static func read(_ configuration: GenerationConfiguration) throws -> GenerationData {
    try configuration.validate()
    guard !configuration.data.isEmpty else {
      throw GenerationError.settings("no text is named", mend: "add --data FILE")
    }
    return try configuration.hasRecords ? readRecords(configuration) : readRunning(configuration)
  }

  private static func readRunning(_ configuration: GenerationConfiguration) throws -> GenerationData {
    let text = try readText(configuration.data)
    let sizes = try PartSizes(configuration)
    var texts = (configuration.level == .word ? text.cut(byLines: sizes) : text.cut(byCharacters: sizes))
      .mapValues { String($0) }
    for (part, path) in sizes.files { texts[part] = try readText(path) }
    let training = texts[.train] ?? ""
    let tokenizer = makeTokenizer(configuration, SymbolCounts(training, level: configuration.level))
    let parts = texts.mapValues { TextPart(running: tokenizer.encode($0)) }
    let needed = configuration.arrangement == .windows ? configuration.length + 1 : 2
    try check(parts, tokenizer, configuration, needed: needed)
    return GenerationData(
      tokenizer: tokenizer, schema: nil, parts: parts, notes: unknownNotes(parts, tokenizer))
  }

  private static func readRecords(_ configuration: GenerationConfiguration) throws -> GenerationData {
    func read(_ path: String) throws -> [TextRecord] {
      try TextRecord.records(
        ofFile: path, separator: configuration.separator, conditions: configuration.conditions)
    }
    let records = try read(configuration.data)
    let sizes = try PartSizes(configuration)
    var texts = sizes.cut(count: records.count).mapValues { Array(records[$0]) }
    for (part, path) in sizes.files { texts[part] = try read(path) }
    var notes: [String] = []
    if configuration.form == .abc, let tunes = texts[.train] {
      let kept = tunes.filter { ABCTune($0.text).problem == nil }
      if kept.count < tunes.count {
        notes.append("train: \(tunes.count - kept.count) of \(tunes.count) tunes are not well formed and were left out")
      }
      texts[.train] = kept
    }
    let training = texts[.train] ?? []
    guard !training.isEmpty else { throw GenerationError.tooShort(part: "training", symbols: 0, needed: 2) }
    var counts = SymbolCounts()
    for record in training { counts.add(record.text, level: configuration.level) }
    let tokenizer = makeTokenizer(configuration, counts)
    let schema =
      configuration.conditions.isEmpty
      ? nil : try ConditionSchema(of: training, names: configuration.conditions, file: configuration.data)
    var parts: [Part: TextPart] = [:]
    for (part, records) in texts {
      parts[part] = try TextPart(records, tokenizer, schema, file: sizes.files[part] ?? configuration.data)
    }
    try check(parts, tokenizer, configuration, needed: 2)
    return GenerationData(
      tokenizer: tokenizer, schema: schema, parts: parts, notes: notes + unknownNotes(parts, tokenizer))
  }

  /// The vocabulary of the training part.
  private static func makeTokenizer(_ configuration: GenerationConfiguration, _ counts: SymbolCounts) -> Tokenizer {
    let hasLineEnds = configuration.level == .word && configuration.endOfLine
    let specials =
      [Vocabulary.unknownSymbol] + (hasLineEnds ? [endOfLineSymbol] : [])
      + (configuration.hasRecords ? [endSymbol] : [])
    let vocabulary = Vocabulary(
      counting: counts, specials: specials, minimumCount: configuration.minimumCount,
      limit: configuration.vocabularyLimit)
    return Tokenizer(
      vocabulary: vocabulary, level: configuration.level, endOfLine: hasLineEnds ? endOfLineSymbol : nil)
  }

  private static func check(
    _ parts: [Part: TextPart], _ tokenizer: Tokenizer, _ configuration: GenerationConfiguration, needed: Int
  ) throws(GenerationError) {
    let training = parts[.train] ?? TextPart()
    let symbols = Set(training.running).union(training.records.lazy.flatMap { $0 })
    for part in Part.allCases {
      guard let found = parts[part] else { continue }
      let needed = part == .train ? needed : 2
      guard found.count + 1 >= needed else {
        throw .tooShort(part: part == .train ? "training" : part.rawValue, symbols: found.count + 1, needed: needed)
      }
    }
    guard symbols.count >= 2 else { throw .oneSymbol(file: configuration.data) }
  }

  /// How much of a part the model does not know.
  private static func unknownNotes(
    _ parts: [Part: TextPart], _ tokenizer: Tokenizer
  ) -> [String] {
    Part.allCases.compactMap { part in
      guard let found = parts[part], let unknown = tokenizer.vocabulary.unknown, tokenizer.level == .character else {
        return nil
      }
      let count =
        found.running.count { $0 == unknown } + found.records.reduce(0) { $0 + $1.count { $0 == unknown } }
      guard count > 0 else { return nil }
      return "\(part.rawValue): \(count) of \(found.count) symbols are not in the vocabulary and count as <unk>"
    }
  }
}

extension TextPart {
  /// The symbols of records.
  init(_ records: [TextRecord], _ tokenizer: Tokenizer, _ schema: ConditionSchema?, file: String) throws {
    self.records = records.map { tokenizer.encode($0.text) }
    texts = records
    guard let schema else { return }
    var table: [Float] = []
    for record in records {
      do throws(ConditionProblem) {
        table += try schema.values(record.conditions)
      } catch {
        throw GenerationError.record(file: file, line: record.line, problem: error.text)
      }
    }
    conditions = Tensor(table, shape: [records.count, schema.size])
  }
}
