public import RecurrentDistribution
import RecurrentFormats
import RecurrentTraining

extension Tagger {
  /// How many labels of some sentences this tagger gets right.
  public func scores(on sentences: [TaggedSentence]) -> TaggingScores {
    scores(of: labels(of: sentences.map(\.words)), on: sentences)
  }

  /// The same, the sentences divided among ranks.
  func scores(on sentences: [TaggedSentence], over communicator: any Communicator) throws -> TaggingScores {
    let found = try labels(of: sentences.map(\.words)) { try communicator.sharing($0, $1) }
    return scores(of: found, on: sentences)
  }

  /// How many labels of some sentences a rule gets right.
  func scores(of found: [[String]], on sentences: [TaggedSentence]) -> TaggingScores {
    var scores = TaggingScores(
      knownWords: vocabularies.knownWords, knownLabels: knownLabels, countsSpans: scheme != nil)
    for (sentence, labels) in zip(sentences, found) { scores.add(sentence, found: labels) }
    return scores
  }

  /// The labels of the training part, in the scheme of the data.
  private var knownLabels: Set<String> {
    let labels = vocabularies.labels.symbols
    guard let scheme, learnedScheme != scheme else { return Set(labels) }
    // Converted labels: every position of every kind may come back.
    let kinds = Set(labels.compactMap { SpanLabel($0)?.kind })
    let positions: [SpanLabel.Position] = scheme == .bioes ? [.begin, .inside, .end, .single] : [.begin, .inside]
    return Set([LabelSpan.outside] + kinds.flatMap { kind in positions.map { SpanLabel($0, kind).text } })
  }
}

extension Tagger: EvaluableModel {
  /// Counts right labels in a file like that of training; nil is the test part of the training.
  public func evaluate(
    on data: String?, drawing picture: String?, over communicator: any Communicator,
    onProgress: (_ done: Int, _ total: Int) -> Void
  ) throws -> TaskFindings {
    guard let path = data ?? configuration.test else { throw TaggingError.noTestData }
    if picture != nil { throw TaggingError.contradiction("a tagger has no picture to draw, but one is asked for") }
    let corpus = try TaggedCorpus(
      path: path, format: data == nil ? configuration.format.annotationFormat : nil, column: configuration.column,
      wordLimit: configuration.maximumLength)
    try communicator.requireSameWork { hash in for sentence in corpus.sentences { hash.update(words: sentence.words) } }
    let scores = try scores(on: corpus.sentences, over: communicator)
    var findings = TaskFindings()
    findings.metrics.append(TaskFindings.Row(.test, scores.metrics))
    findings.add(scores, of: corpus)
    return findings
  }
}

extension TaskFindings {
  /// Adds the tables of labels and spans, and notes on labels that cannot be right.
  mutating func add(_ scores: TaggingScores, of corpus: TaggedCorpus) {
    tables.append(Table("labels of \(corpus.file.printable())", TextTable(scores.labels)))
    details["labels"] = .object(JSONObject(scores.labels))
    if let spans = scores.spans {
      tables.append(Table("spans", TextTable(spans.kinds)))
      details["spans"] = .object(JSONObject(spans.kinds))
    }
    details["words"] = .integer(scores.all.words)
    details["unknown_words"] = .integer(scores.unknown.words)
    note(scores, of: corpus)
  }

  /// Adds a note on labels that the training part does not have.
  mutating func note(_ scores: TaggingScores, of corpus: TaggedCorpus) {
    if scores.unseenLabels.isEmpty { return }
    let count = scores.unseenLabels.values.reduce(0, +)
    notes.append(
      "\(corpus.file.printable()): \(count) \(count == 1 ? "word has a label" : "words have labels") that training has not "
        + "seen, so they count as wrong: \(scores.unseenLabels.keys.sorted().printableList(limit: 10))")
  }
}

extension TextTable {
  /// Precision, recall and F1 of each label or kind of span, the most frequent first.
  fileprivate init(_ counts: [String: SpanScores.Counts]) {
    self.init(["", "precision", "recall", "F1", "in the data", "found"])
    let order = counts.sorted { ($1.value.expected, $0.key) < ($0.value.expected, $1.key) }
    for (name, count) in order {
      let shares = [count.precision, count.recall, count.f1].map { NumberText.significant($0) }
      append([name.printable()] + shares + [String(count.expected), String(count.found)])
    }
  }
}

extension JSONObject {
  /// Precision, recall and F1 of each label or kind of span.
  fileprivate init(_ counts: [String: SpanScores.Counts]) {
    self.init()
    for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
      self[name] = [
        "precision": .number(count.precision), "recall": .number(count.recall), "f1": .number(count.f1),
        "expected": .integer(count.expected), "found": .integer(count.found),
      ]
    }
  }
}
