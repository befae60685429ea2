public import RecurrentFormats
import RecurrentTraining

extension Classifier: EvaluableModel {
  /// Judges the classifier on a file, or on the test part of the training.
  ///
  /// - Parameters:
  ///   - path: A file like that of training; nil reads the test part again.
  ///   - picture: Where to draw the confusion matrix; nil for no picture.
  public func evaluate(
    on path: String?, drawing picture: String?, onProgress: (_ done: Int, _ total: Int) -> Void
  ) throws -> TaskFindings {
    let raw = try path.map { path throws(ClassificationError) in try labelled(path) } ?? testPart()
    let (examples, cutCount) = try encode(raw)
    let part = ClassificationData.PartData(examples: examples, answers: try target.answers(raw))
    let (row, baseline, evaluation) = findings(of: part, name: Part.test.rawValue, usual: nil)
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
      try chart(metrics, title: "True and predicted labels").write(to: picture)
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
    guard takesTexts else { throw .otherInputs(file: path, problem: "texts, and the model takes signals") }
    let lines = try ClassificationError.wrapping { () throws(TextFileError) in try TextFile.lines(ofFile: path) }
    let predictions = try classify(texts: lines.map(String.init), file: path)
    return predictions.enumerated().map { index, prediction in
      Answer(place: TextLocation(file: path, line: index + 1, column: 1), prediction: prediction)
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
    guard !takesTexts else { throw .otherInputs(file: path, problem: "signals, and the model takes texts") }
    let reader = try ExampleReader(configuration, features: inputs.channels)
    let own = configuration.testFrames ?? configuration.frames
    let raw = try reader.prepared(try reader.read(path, frames: frames ?? own, hasLabels: false), file: path)
    let (examples, _) = try encode(raw)
    let answers = zip(raw.items, predictions(for: examples)).map { Answer(place: $0.place, prediction: $1) }
    return (answers, raw.skipped.notes)
  }
}

extension InputEncoding {
  /// The names of the channels of signals.
  fileprivate var channels: [String] {
    if case .signal(let encoding) = self { return encoding.channels }
    return []
  }
}
