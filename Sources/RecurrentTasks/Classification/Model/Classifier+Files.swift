public import RecurrentDistribution
public import RecurrentFormats
import RecurrentTraining

extension Classifier: EvaluableModel {
  /// Judges the classifier on a file, or on the test part of the training.
  ///
  /// - Parameters:
  ///   - path: A file like that of training; nil reads the test part again.
  ///   - picture: Where to draw the confusion matrix; nil for no picture.
  ///   - communicator: The ranks that judge the classifier together, each on some of the sequences.
  public func evaluate(
    on path: String?, drawing picture: String?, over communicator: any Communicator,
    onProgress: (_ done: Int, _ total: Int) -> Void
  ) throws -> TaskFindings {
    let raw = try path.map { path throws(ClassificationError) in try labelled(path) } ?? testPart()
    let (examples, cutCount) = try encode(raw)
    let part = ClassificationData.PartData(examples: examples, answers: try target.answers(raw))
    try communicator.requireSameWork { hash in
      hash.update(numbers: examples.lengths)
      examples.digest(into: &hash)
      part.answers.digest(into: &hash)
    }
    let (row, baseline, evaluation) = findings(
      try self.evaluation(of: part, over: communicator), of: part, name: Part.test.rawValue, usual: nil)
    var findings = TaskFindings()
    findings.metrics = [row]
    if let baseline { findings.baselines = [baseline] }
    findings.notes = raw.skipped.notes
    if cutCount > 0, let limit = configuration.maximumLength {
      findings.notes.append("\(cutCount) of \(raw.count) sequences were cut to their first \(limit) steps")
    }
    guard case .labels(let metrics) = evaluation else {
      if picture != nil {
        throw ClassificationError.settings(problem: "a regression has no confusion matrix", mend: "leave --plot out")
      }
      return findings
    }
    findings.tables = [table(metrics, title: "labels")]
    findings.details = details(metrics)
    if let picture {
      if communicator.rank == 0 { try chart(metrics, title: "True and predicted labels").write(to: picture) }
      findings.pictures = [TaskFindings.Picture("chart", at: picture)]
    }
    return findings
  }

  private func labelled(_ path: String) throws(ClassificationError) -> RawExamples {
    let reader = try ExampleReader(configuration)
    let frames = configuration.testFrames ?? configuration.frames
    return try reader.prepared(try reader.read(path, frames: frames), file: path)
  }

  private func testPart() throws(ClassificationError) -> RawExamples {
    guard let examples = try RawParts.read(configuration).parts[.test] else {
      throw .settings(problem: "the model was trained without a test part", mend: "name a file with --data")
    }
    return examples
  }

  // MARK: Without labels

  /// What a classifier says of one sequence of a file.
  public struct Answer: Hashable, Sendable {
    /// Where the sequence stands.
    public let place: TextLocation
    /// What is said of it; nil for a line without any word.
    public let prediction: Prediction?
  }

  /// Classifies the texts of a file, one on each line, plain or gzip-compressed.
  ///
  /// - Parameter path: The file; `/dev/stdin` is standard input.
  /// - Returns: An answer for each line.
  public func classify(linesOf path: String) throws(ClassificationError) -> [Answer] {
    let lines = try lines(of: path)
    return answers(try classify(texts: lines, file: path), file: path)
  }

  /// The same, the lines divided among ranks, all of which read the file.
  ///
  /// - Parameters:
  ///   - path: The file, at the same place on all hosts.
  ///   - communicator: The ranks that classify together.
  /// - Throws: `ClassificationError` as for one process; `CommunicationError`, also where the ranks read other texts.
  public func classify(linesOf path: String, over communicator: any Communicator) throws -> [Answer] {
    let lines = try lines(of: path)
    return answers(try classify(texts: lines, file: path, over: communicator), file: path)
  }

  private func lines(of path: String) throws(ClassificationError) -> [String] {
    guard takesTexts else { throw .otherInputs(file: path, problem: "texts, and the model takes signals") }
    return try ClassificationError.wrapping { () throws(TextFileError) in try TextFile.lines(ofFile: path) }
      .map(String.init)
  }

  private func answers(_ predictions: [Prediction?], file: String) -> [Answer] {
    predictions.enumerated().map { index, prediction in
      Answer(place: TextLocation(file: file, line: index + 1, column: 1), prediction: prediction)
    }
  }

  /// Classifies the signals of a file like that of training, whose labels are passed over.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - frames: The raw frames that it is an index of; nil takes those of training.
  /// - Returns: An answer for each sequence, or for each window where the model was trained on windows, and what was left
  ///   out.
  public func classify(
    signalsOf path: String, frames: String? = nil
  ) throws(ClassificationError) -> (answers: [Answer], notes: [String]) {
    let (raw, examples) = try signals(of: path, frames: frames)
    return (answers(predictions(for: examples), raw), raw.skipped.notes)
  }

  /// The same, the signals divided among ranks, all of which read the file.
  ///
  /// - Parameters:
  ///   - path: The file, at the same place on all hosts.
  ///   - frames: The raw frames that it is an index of; nil takes those of training.
  ///   - communicator: The ranks that classify together.
  /// - Throws: `ClassificationError` as for one process; `CommunicationError`, also where the ranks read other signals.
  public func classify(
    signalsOf path: String, frames: String? = nil, over communicator: any Communicator
  ) throws -> (answers: [Answer], notes: [String]) {
    let (raw, examples) = try signals(of: path, frames: frames)
    try communicator.requireSameWork { hash in
      hash.update(numbers: examples.lengths)
      examples.digest(into: &hash)
    }
    return (answers(try predictions(for: examples) { try communicator.sharing($0, $1) }, raw), raw.skipped.notes)
  }

  private func signals(
    of path: String, frames: String?
  ) throws(ClassificationError) -> (raw: RawExamples, examples: ExampleSet) {
    guard !takesTexts else { throw .otherInputs(file: path, problem: "signals, and the model takes texts") }
    let reader = try ExampleReader(configuration, features: inputs.channels)
    let own = configuration.testFrames ?? configuration.frames
    let raw = try reader.prepared(try reader.read(path, frames: frames ?? own, hasLabels: false), file: path)
    return (raw, try encode(raw).examples)
  }

  private func answers(_ predictions: [Prediction], _ raw: RawExamples) -> [Answer] {
    zip(raw.items, predictions).map { Answer(place: $0.place, prediction: $1) }
  }
}

extension Answers {
  /// Adds the right answers.
  fileprivate func digest(into hash: inout SHA256) {
    switch self {
    case .classes(let classes): hash.update(numbers: classes)
    case .numbers(let numbers): hash.update(numbers: numbers)
    }
  }
}

extension InputEncoding {
  /// The names of the channels of signals.
  fileprivate var channels: [String] {
    if case .signal(let encoding) = self { return encoding.channels }
    return []
  }
}
