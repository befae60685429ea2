public import RecurrentFormats

/// A source and its target.
public struct SentencePair: Hashable, Sendable {
  /// What is read; where that is frames of numbers, how messages call it.
  public let source: String
  /// What is to be written.
  public let target: String

  /// A source and its target.
  public init(source: String, target: String) {
    self.source = source
    self.target = target
  }
}

/// What is translated.
public enum TranslationSources: Sendable {
  /// Texts.
  case texts([String])
  /// Sequences of frames of numbers, such as the spectra of speech.
  case frames(LabelledSeries)

  /// The number of sources.
  public var count: Int {
    switch self {
    case .texts(let texts): texts.count
    case .frames(let series): series.items.count
    }
  }
}

/// Pairs of a file or of two files whose lines belong together.
public struct ParallelCorpus: Sendable {
  /// What messages call it.
  public let file: String
  /// The pairs; no side of any is empty.
  public let pairs: [SentencePair]
  /// The frames of the sources, in the order of the pairs; nil where sources are texts.
  public let frames: LabelledSeries?
  /// Lines that were left out.
  public internal(set) var skipped = SkippedRows()

  /// Pairs from anywhere.
  public init(file: String, pairs: [SentencePair], frames: LabelledSeries? = nil) {
    precondition(frames.map { $0.items.count == pairs.count } ?? true, "one sequence of frames for each pair")
    self.file = file
    self.pairs = pairs
    self.frames = frames
  }

  /// What is translated.
  public var sources: TranslationSources { frames.map { .frames($0) } ?? .texts(pairs.map(\.source)) }

  /// Some of the pairs.
  func selecting(_ numbers: [Int]) -> ParallelCorpus {
    var chosen = frames
    chosen?.items = numbers.compactMap { frames?.items[$0] }
    return ParallelCorpus(file: file, pairs: numbers.map { pairs[$0] }, frames: chosen)
  }

  /// Reads an index of raw frames, with the targets in one of its columns.
  init(index path: String, frames: String, _ configuration: TranslationConfiguration) throws(TranslationError) {
    var series: LabelledSeries
    do throws(LabelledSeriesError) {
      series = try FrameIndex(label: configuration.targetColumn).read(
        path: path, frames: frames, configuration.frameFormat(of: frames))
    } catch {
      throw .signals(error)
    }
    var skipped = series.skipped
    series.items.removeAll { item in
      let isEmpty = item.steps.isEmpty || (item.label ?? "").allSatisfy(\.isWhitespace)
      if isEmpty { skipped.add("pairs with an empty side", at: item.place) }
      return isEmpty
    }
    if series.items.isEmpty { throw .noPairs(file: path) }
    let pairs = series.items.map { SentencePair(source: "\($0.place.file):\($0.place.line)", target: $0.label ?? "") }
    self.init(file: path, pairs: pairs, frames: series)
    self.skipped = skipped
  }

  /// Reads a table of pairs, `source<TAB>target`.
  public init(table path: String) throws(TranslationError) {
    let lines = try Self.lines(path)
    var pairs: [(Substring, Substring)] = []
    for (number, line) in lines.enumerated() {
      let fields = line.utf8.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map {
        Substring($0)
      }
      // A blank line is no wrong pair but none.
      if fields.count == 1, fields[0].allSatisfy(\.isWhitespace) {
        pairs.append(("", ""))
        continue
      }
      guard fields.count == 2 else {
        let column = fields.prefix(2).reduce(0) { $0 + $1.count + 1 }
        throw .notAPair(
          TextLocation(file: path, line: number + 1, column: fields.count == 1 ? 1 : column), tabs: fields.count - 1)
      }
      pairs.append((fields[0], fields[1]))
    }
    try self.init(path, pairs)
  }

  /// Reads two files whose lines belong together.
  public init(source: String, target: String) throws(TranslationError) {
    let sources = try Self.lines(source)
    let targets = try Self.lines(target)
    guard sources.count == targets.count else {
      throw .lineCounts(
        source: source, sourceLines: sources.count, target: target, targetLines: targets.count)
    }
    try self.init(source, Array(zip(sources, targets)))
  }

  private init(_ file: String, _ lines: [(source: Substring, target: Substring)]) throws(TranslationError) {
    var pairs: [SentencePair] = []
    var skipped = SkippedRows()
    for (number, line) in lines.enumerated() {
      if line.source.allSatisfy(\.isWhitespace) || line.target.allSatisfy(\.isWhitespace) {
        skipped.add(
          "pairs with an empty side", at: TextLocation(file: file, line: number + 1, column: 1))
      } else {
        pairs.append(
          SentencePair(source: line.source.withoutOuterSpace, target: line.target.withoutOuterSpace))
      }
    }
    if pairs.isEmpty { throw .noPairs(file: file) }
    self.init(file: file, pairs: pairs)
    self.skipped = skipped
  }

  private static func lines(_ path: String) throws(TranslationError) -> [Substring] {
    do throws(TextFileError) { return try TextFile.lines(ofFile: path) } catch { throw .text(error) }
  }
}

extension Substring {
  /// The text without white space before and behind it, which says nothing and would make symbols of its own.
  var withoutOuterSpace: String {
    var rest = self
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
