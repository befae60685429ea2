import RecurrentFormats
import RecurrentTasks

/// Sentences on their way through a tagger, some thousand words at a time.
final class TaggingInput {
  /// Sentences so far.
  private(set) var sentenceCount = 0
  /// Words so far.
  private(set) var wordCount = 0

  private let tagger: Tagger
  private let reader: AnnotationReader
  private let ranks: RankSession
  private var isReaderGone = false

  /// So many words for each rank.
  private static let wordsAtATime = 8192

  /// Opens what is to be tagged.
  ///
  /// - Parameters:
  ///   - tagger: The tagger.
  ///   - path: The file; nil is standard input.
  ///   - format: The name of its form; nil finds it.
  ///   - column: The name of the column of the labels; nil is that of the training, or the usual one where the form has no
  ///     such column.
  ///   - ranks: Those that tag together; all read the same file.
  init(_ tagger: Tagger, path: String?, format: String?, column: String?, over ranks: RankSession) throws {
    (self.tagger, self.ranks) = (tagger, ranks)
    let form = try format.map { name in
      guard let form = AnnotationFormat(rawValue: name) else {
        let names = AnnotationFormat.allCases.map(\.rawValue)
        throw UsageError(
          "--format '\(name.printable())' is none of \(names.joined(separator: ", "))"
            + Suggestion.clause(for: name, among: names))
      }
      return form
    }
    let given = try column.map { name in
      guard let column = LabelColumn(name) else {
        throw UsageError("--column '\(name.printable())' is neither upos, xpos, last nor a number from 2")
      }
      return column
    }
    // A pipe can be read once: the column of the training is kept only where the form that was found has it.
    reader = try AnnotationReader(
      path: path ?? standardInputPath, format: form, column: given ?? tagger.configuration.column,
      columnIsRequired: given != nil, wordLimit: tagger.configuration.maximumLength)
  }

  /// The form of the input.
  var format: AnnotationFormat { reader.format }

  /// A name of the form for people, where it was found and not given.
  var recognizedForm: String? {
    guard reader.isRecognized else { return nil }
    return switch reader.format {
    case .conllu: "CoNLL-U"
    case .columns: "one word a line"
    case .bars: "word|TAG"
    case .text: "plain sentences, one a line"
    }
  }

  /// Calls `body` with every sentence in order, and its labels; with comments and blank lines that no word follows too.
  func forEachTagged(_ body: (AnnotatedSentence, [String]) throws -> Void) throws {
    var waiting: [AnnotatedSentence] = []
    var words = 0
    while let sentence = try reader.next() {
      waiting.append(sentence)
      words += sentence.words.count
      if words < Self.wordsAtATime * ranks.size { continue }
      try tag(waiting, body)
      (waiting, words) = ([], 0)
    }
    try tag(waiting, body)
    if isReaderGone { throw ReaderGone() }
  }

  private func tag(_ sentences: [AnnotatedSentence], _ body: (AnnotatedSentence, [String]) throws -> Void) throws {
    if try ranks.agree(readerGone: isReaderGone) { throw ReaderGone() }
    let labels = try tagger.labels(of: sentences.map(\.words), over: ranks.communicator)
    do {
      for (sentence, labels) in zip(sentences, labels) {
        sentenceCount += sentence.words.isEmpty ? 0 : 1
        wordCount += sentence.words.count
        try body(sentence, labels)
      }
    } catch is ReaderGone where ranks.size > 1 {
      // The others do not know yet, and would wait for this rank.
      isReaderGone = true
    }
  }
}
