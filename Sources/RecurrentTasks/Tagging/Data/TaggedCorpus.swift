public import RecurrentFormats

/// A sentence with the right label of each word.
public struct TaggedSentence: Hashable, Sendable {
  /// The words.
  public let words: [String]
  /// Their labels, as many.
  public let labels: [String]

  /// A sentence of words with a label each.
  public init(words: [String], labels: [String]) {
    precondition(words.count == labels.count, "\(labels.count) labels for \(words.count) words")
    self.words = words
    self.labels = labels
  }
}

/// The sentences of a file.
public struct TaggedCorpus: Sendable {
  /// The path.
  public let file: String
  /// The form in which it is written.
  public let format: AnnotationFormat
  /// The sentences; none is empty.
  public let sentences: [TaggedSentence]

  /// Sentences from anywhere.
  ///
  /// - Parameters:
  ///   - file: What messages call them.
  ///   - format: The form in which they are written.
  ///   - sentences: The sentences; those without words are left out.
  public init(file: String, format: AnnotationFormat, sentences: [TaggedSentence]) {
    self.file = file
    self.format = format
    self.sentences = sentences.filter { !$0.words.isEmpty }
  }

  /// Reads a file in which every word has a label. Comments and blank lines that no word follows are no sentences.
  public init(
    path: String, format: AnnotationFormat? = nil, column: LabelColumn = .usual,
    wordLimit: Int = AnnotationReader.defaultWordLimit
  ) throws(TaggingError) {
    do throws(AnnotationError) {
      let reader = try AnnotationReader(path: path, format: format, column: column, wordLimit: wordLimit)
      var sentences: [TaggedSentence] = []
      while let sentence = try reader.next() {
        if sentence.words.isEmpty { continue }
        // Of text without labels the first word would be blamed for what is wrong with the whole.
        if reader.format == .text { throw AnnotationError.unlabelled(file: path) }
        try sentence.requireLabels(file: path)
        sentences.append(TaggedSentence(words: sentence.words, labels: sentence.labels))
      }
      if sentences.isEmpty { throw AnnotationError.empty(file: path) }
      self.init(file: path, format: reader.format, sentences: sentences)
    } catch {
      throw .annotations(error)
    }
  }

  /// The number of words.
  public var wordCount: Int { sentences.reduce(0) { $0 + $1.words.count } }

  /// The same file with some of its sentences.
  func selecting(_ numbers: [Int]) -> TaggedCorpus {
    TaggedCorpus(file: file, format: format, sentences: numbers.map { sentences[$0] })
  }
}

extension AnnotatedSentence {
  /// Throws unless every word has a label.
  func requireLabels(file: String) throws(AnnotationError) {
    guard let index = labels.firstIndex(of: "") else { return }
    throw .missingLabel(TextLocation(file: file, line: lines[index], column: 1), word: words[index])
  }
}
