import RecurrentFormats
import RecurrentTensor
import RecurrentTraining

/// The examples of a configuration: read, divided into parts and encoded.
struct ClassificationData: Sendable {
  /// The examples of one part.
  struct PartData: Sendable {
    let examples: ExampleSet
    let answers: Answers
  }

  /// How inputs become numbers.
  let inputs: InputEncoding
  /// What is answered.
  let target: TargetEncoding
  /// The parts that have examples.
  private(set) var parts: [Part: PartData] = [:]
  /// What a reader of the figures should know: what the files were taken for, and what was left out.
  private(set) var notes: [String] = []

  /// Reads the files of a configuration.
  init(_ configuration: ClassificationConfiguration) throws(ClassificationError) {
    try configuration.check()
    let (raw, notes) = try RawParts.read(configuration)
    guard let training = raw[.train] else { throw .noData }
    try configuration.check(takesTexts: training.channels == nil)
    self.notes = notes
    inputs = InputEncoding(fitting: training, configuration)
    target = try TargetEncoding(
      fitting: training, configuration.target, order: try LabelNames(configuration.labels).order)
    for part in Part.allCases {
      guard let examples = raw[part] else { continue }
      let (encoded, cutCount) = try inputs.encode(
        examples, maximumLength: configuration.maximumLength, rule: configuration.lengthRule)
      if cutCount > 0, let limit = configuration.maximumLength {
        self.notes.append(
          "\(part.rawValue): \(cutCount) of \(examples.count) sequences were cut to their first \(limit) steps "
            + "(maximum_length)")
      }
      parts[part] = PartData(examples: encoded, answers: try target.answers(examples))
    }
  }
}

extension TargetEncoding {
  /// The right answers of examples.
  func answers(_ examples: RawExamples) throws(ClassificationError) -> Answers {
    switch self {
    case .labels: .classes(try classes(examples))
    case .number: .numbers(try TargetEncoding.numbers(examples))
    }
  }
}

/// The raw examples of all parts.
enum RawParts {
  /// Reads and divides the files of a configuration.
  static func read(
    _ configuration: ClassificationConfiguration
  ) throws(ClassificationError) -> (parts: [Part: RawExamples], notes: [String]) {
    guard let first = configuration.data.first else { throw .noData }
    let validation = try source(configuration.validation, "validation")
    let test = try source(configuration.test, "test")
    let columns = [test, validation].compactMap { $0?.column }
    let reader = try ExampleReader(configuration, attributes: columns)
    var all = try reader.read(first, frames: configuration.frames)
    for path in configuration.data.dropFirst() {
      all = try all.appending(try reader.read(path, frames: configuration.frames))
    }

    var notes = ["\(configuration.data.joined(separator: ", ").printable(limit: 400)): \(all.recognition)"]
    notes += all.skipped.notes
    all.skipped = SkippedRows()
    var parts = try divided(all, configuration, validation: validation, test: test, columns: columns)

    let others = try ExampleReader(configuration)
    for (part, source, frames) in [
      (Part.validation, validation, configuration.validationFrames), (.test, test, configuration.testFrames),
    ] {
      guard case .file(let path) = source else { continue }
      let examples = try others.read(path, frames: frames ?? configuration.frames)
      parts[part] = examples
    }
    for (part, examples) in parts {
      parts[part] = try reader.prepared(examples, file: examples.items.first?.place.file ?? first)
    }
    for part in Part.allCases { notes += parts[part]?.skipped.notes ?? [] }
    return (parts, notes)
  }

  private static func source(_ text: String?, _ setting: String) throws(ClassificationError) -> PartSource? {
    guard let text else { return nil }
    return try PartSource(text, setting: setting) { (try? FileSource(path: $0)) != nil }
  }

  /// The parts that are drawn from the training data.
  private static func divided(
    _ all: RawExamples, _ configuration: ClassificationConfiguration, validation: PartSource?, test: PartSource?,
    columns: [String]
  ) throws(ClassificationError) -> [Part: RawExamples] {
    let key = RandomKey(seed: UInt64(configuration.training.seed)).folding(.data)
    var rest = Array(0..<all.count)
    var parts: [Part: RawExamples] = [:]
    for (number, (part, source)) in [(Part.test, test), (.validation, validation)].enumerated() {
      guard let source,
        case let taken = source.selection(
          of: rest, total: all.count, in: all, column: source.column.flatMap { columns.firstIndex(of: $0) },
          key: key.folding(number)), !source.isFile
      else { continue }
      guard !taken.isEmpty else { throw .emptyPart(part.rawValue, setting: part.rawValue) }
      let isTaken = Set(taken)
      rest.removeAll { isTaken.contains($0) }
      parts[part] = all.selecting(taken)
    }
    if configuration.trainFraction < 1 {
      // A longer share holds every shorter one, so that curves over shares compare like with like.
      let count = max(1, Int((configuration.trainFraction * Double(rest.count)).rounded()))
      rest = key.folding(2).permutation(of: rest.count).prefix(count).map { rest[$0] }.sorted()
    }
    guard !rest.isEmpty else { throw .emptyPart("training", setting: "validation or test") }
    let training = all.selecting(rest)
    parts[.train] = configuration.isDistinct ? training.droppingRepeated() : training
    return parts
  }
}

extension PartSource {
  fileprivate var isFile: Bool {
    if case .file = self { return true }
    return false
  }
}
