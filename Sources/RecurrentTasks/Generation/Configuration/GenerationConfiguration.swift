public import RecurrentFormats
public import RecurrentTraining

/// Everything that can be set about training a language model. Each setting exists once, here.
public struct GenerationConfiguration: TaskConfiguration {
  // MARK: Data

  /// The text, or the records: a path, plain or gzip-compressed.
  public var data = ""
  /// The validation part: a share of the end, or a file; nil for none.
  public var validation: String? = "0.05"
  /// The test part: a share of the end, or a file; nil for none.
  public var test: String? = "0.05"
  /// What the symbols are.
  public var level = Tokenizer.Level.character
  /// How often a symbol must occur to be in the vocabulary.
  public var minimumCount = 1
  /// The most symbols of the vocabulary.
  public var vocabularyLimit: Int?
  /// Whether the end of a line is a word.
  public var endOfLine = true
  /// The line that separates records; nil for blank lines.
  public var separator: String?
  /// What records are.
  public var form = RecordForm.text

  // MARK: Arrangement

  /// How the text is laid out for training.
  public var arrangement = TextArrangement.stream
  /// Steps of a window.
  public var length = 100
  /// Rows of a batch.
  public var batchSize = 32
  /// Batches of an epoch, where windows begin anywhere; nil for as many as the text has windows.
  public var stepsPerEpoch: Int?

  // MARK: Conditions

  /// The members of records that texts depend on.
  public var conditions: [String] = []
  /// When they reach the network.
  public var conditioning = Conditioning.every
  /// What makes a generated text one that obeys them.
  public var obey = ObeyRule.text

  // MARK: Model

  /// The size of the vector of a symbol.
  public var embedding = 64
  /// The share of the vectors' numbers that training drops.
  public var embeddingDropout: Float = 0
  /// Whether the vectors of symbols also make the logits.
  public var isTied = false
  /// The recurrent layers.
  public var architecture: RecurrentArchitecture = {
    var architecture = RecurrentArchitecture()
    architecture.hidden = [256]
    return architecture
  }()
  /// The weight of the penalty on large outputs.
  public var activationPenalty: Float = 0
  /// The weight of the penalty on outputs that change fast.
  public var changePenalty: Float = 0

  // MARK: Training

  /// How the model is trained.
  public var training: TrainingConfiguration = {
    var training = TrainingConfiguration()
    training.epochs = 10
    training.optimizer.learningRate = 0.002
    training.clipNorm = 1
    return training
  }()

  /// Characters, one LSTM layer of 256.
  public init() {}
}

extension GenerationConfiguration {
  /// Settings that do not go together.
  func validate() throws(GenerationError) {
    if level == .bytePair {
      throw .settings(
        "level bpe makes one space of every end of line, which a text is written with", mend: "choose word or char")
    }
    if let contradiction = architecture.contradiction {
      throw .settings(contradiction, mend: "leave one of them out")
    }
    if architecture.isBidirectional {
      throw .settings("a bidirectional layer would read what it is to say", mend: "leave bidirectional out")
    }
    if isTied, embedding != architecture.outputSize {
      throw .settings(
        "tied uses the vectors of symbols for the logits, and those have \(embedding) numbers while the last layer has "
          + "\(architecture.outputSize)", mend: "make embedding and the last of hidden equal")
    }
    if !conditions.isEmpty, arrangement != .records {
      throw .settings("conditions belong to records", mend: "add --arrangement records")
    }
    if Set(conditions).count != conditions.count || conditions.contains("text") {
      throw .settings("conditions names a member twice, or the text itself", mend: "name other members of the records")
    }
    if stepsPerEpoch != nil, arrangement != .windows {
      throw .settings("steps_per_epoch belongs to windows that begin anywhere", mend: "add --arrangement windows")
    }
    if form == .abc, arrangement != .records {
      throw .settings("form abc belongs to records", mend: "add --arrangement records")
    }
    if separator != nil, arrangement != .records {
      throw .settings("separator belongs to records", mend: "add --arrangement records")
    }
  }

  /// Whether the text is made of records.
  public var hasRecords: Bool { arrangement == .records }
}
