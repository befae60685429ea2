public import RecurrentFormats
public import RecurrentTraining

/// Why a tagger cannot be trained or used as asked for.
public enum TaggingError: Error, Sendable, Equatable {
  /// The text cannot be read.
  case annotations(AnnotationError)
  /// No data were named.
  case noData
  /// A share of the training part that leaves one of both parts empty, or that is neither a share nor a file.
  case validationShare(String, sentences: Int)
  /// Neither words nor characters are looked at.
  case noInputs
  /// The data to judge a model on must be named.
  case noTestData
  /// A vocabulary beside the weights of a model cannot be used.
  case vocabulary(TokenizerError)
  /// Pre-trained vectors cannot be read.
  case vectors(WordVectorsError)
  /// Pre-trained vectors have another size than the settings say.
  case vectorSize(file: String, found: Int, expected: Int)
  /// A setting that does not go with another one.
  case contradiction(String)
}

extension TaggingError: DescribedFailure {
  /// One line: what, where, and how to mend it.
  public var description: String {
    switch self {
    case .annotations(let error): error.description
    case .noData: "there is nothing to learn from; name a file of tagged sentences with --data FILE"
    case .validationShare(let share, let sentences):
      "validation '\(share.printable())' of \(sentences) \(sentences == 1 ? "sentence" : "sentences") leaves a part empty; "
        + "name a file, a share between 0 and 1 such as 0.1, or null"
    case .noInputs:
      "word_size 0 and characters none leave nothing to tag words by; give word_size a number above 0, or choose characters "
        + "lstm or convolution"
    case .noTestData: "the model was trained without a test file; name tagged sentences with --data FILE"
    case .vocabulary(let error): error.description
    case .vectors(let error): error.description
    case .vectorSize(let file, let found, let expected):
      "\(file.printable(limit: 400)): vectors of \(found) numbers, and word_size is \(expected); set word_size to \(found)"
    case .contradiction(let problem): "\(problem); change one of the two settings"
    }
  }

  /// Bad data, or settings that do not go together.
  public var exitStatus: ExitStatus {
    switch self {
    case .annotations(let error): error.exitStatus
    case .noData, .noInputs, .noTestData, .validationShare, .vectorSize, .contradiction: .usage
    case .vectors(.input(.file(let error))): error.exitStatus
    case .vocabulary, .vectors: .badData
    }
  }
}

extension AnnotationError: DescribedFailure {
  /// Whether the text is not there, is wrong, or has other columns than asked for.
  public var exitStatus: ExitStatus {
    switch self {
    case .input(.file(let error)): error.exitStatus
    case .noSuchColumn: .usage
    default: .badData
    }
  }
}
