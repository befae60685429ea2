public import RecurrentFormats
public import RecurrentLayers
public import RecurrentTraining

/// Everything that can be set about training a translator. Each setting exists once, here.
public struct TranslationConfiguration: TaskConfiguration {
  // MARK: Data

  /// Pairs to learn from: a table `source<TAB>target`, an index of frames, or `builtin:dates`, see `WrittenDates`.
  public var data: String?
  /// The sources, one a line, where they stand in a file of their own.
  public var source: String?
  /// The targets, one a line, as many.
  public var target: String?
  /// Pairs that training is judged by: a table, or the share of the data that is held out for it; nil for none.
  public var validation: String? = "0.05"
  /// The sources of that part in a file of their own.
  public var validationSource: String?
  /// The targets of that part.
  public var validationTarget: String?
  /// Pairs that the result is reported on; nil for none.
  public var test: String?
  /// The sources of that part in a file of their own.
  public var testSource: String?
  /// The targets of that part.
  public var testTarget: String?
  /// Raw frames of numbers that the data are an index of, for sources that are no texts.
  public var frames: String?
  /// The frames of the validation part; nil for the same file.
  public var validationFrames: String?
  /// The frames of the test part; nil for the same file.
  public var testFrames: String?
  /// How the numbers of frames are written; nil for what the name of the file says.
  public var frameType: FrameElement?
  /// The numbers of a frame.
  public var frameChannels: Int?
  /// The column of the targets in an index of frames.
  public var targetColumn = "target"
  /// The most symbols of a source or a target; longer pairs are left out of training and counted.
  public var maximumLength = 250

  // MARK: Symbols

  /// What the symbols of sources are.
  public var sourceLevel = Tokenizer.Level.word
  /// What the symbols of targets are.
  public var targetLevel = Tokenizer.Level.word
  /// How often a symbol of sources must occur to be in the vocabulary.
  public var sourceMinimumCount = 1
  /// The same of targets.
  public var targetMinimumCount = 1
  /// The most symbols of the vocabulary of sources; nil for no limit.
  public var sourceVocabularyLimit: Int?
  /// The same of targets.
  public var targetVocabularyLimit: Int?

  // MARK: Network

  /// The numbers of a symbol's vector on either side.
  public var embedding = 256
  /// The recurrent layers that read.
  public var encoder: RecurrentArchitecture = {
    var architecture = RecurrentArchitecture()
    architecture.hidden = [256]
    architecture.isBidirectional = true
    return architecture
  }()
  /// The recurrent layers that write.
  public var decoder: RecurrentArchitecture = {
    var architecture = RecurrentArchitecture()
    architecture.hidden = [256]
    return architecture
  }()
  /// What makes targets of what was read. Settings of the decoder mean nothing without one.
  public var writer = TargetWriter.decoder
  /// How the source becomes one vector.
  public var context = ContextKind.last
  /// How that vector reaches the decoder.
  public var contextRoute = ContextRoute.initialState
  /// How it becomes the decoder's first state.
  public var bridge = BridgeKind.learned
  /// How the decoder looks back.
  public var attention = AttentionKind.general
  /// When it does.
  public var attentionOrder = AttentionOrder.afterStep
  /// The features that are matched, where they are projected; the numbers of what context and output become otherwise
  /// come from the embedding, or from the decoder.
  public var attentionSize = 256
  /// Whether what was looked at before counts in what is looked at next.
  public var coverage = false
  /// The weight of the loss of looking at a place twice (See et al., 2017).
  public var coverageLoss = 0.0
  /// Whether the vectors of the target's symbols also make the logits.
  public var isTied = true

  // MARK: Training

  /// The share of the symbols' vectors that training drops.
  public var embeddingDropout: Float = 0.3
  /// The share of the encoder's and the decoder's outputs that training drops.
  public var outputDropout: Float = 0.3
  /// How often masks are drawn.
  public var dropoutMasks = DropoutMasks.perStep
  /// How much of the target is spread over all symbols.
  public var labelSmoothing: Float = 0.1
  /// Which steps are fed what the model itself says.
  public var scheduledSampling = ScheduledSampling.none
  /// The share of them in the last epoch; it grows evenly from none in the first.
  public var samplingShare = 0.25
  /// Pairs in a batch.
  public var batchSize = 64
  /// The most symbols of a batch on the longer side, padding included; nil for no limit.
  public var batchTokens: Int? = 4096
  /// What the best epoch is chosen by.
  public var judge = TranslationJudge.loss
  /// How the model is trained.
  public var training: TrainingConfiguration = {
    var training = TrainingConfiguration()
    training.epochs = 10
    training.optimizer.learningRate = 0.002
    training.schedule.kind = .cosine
    training.schedule.unit = .step
    training.schedule.warmUp = 200
    training.clipNorm = 1
    return training
  }()

  /// Good settings for some ten thousand pairs of sentences.
  public init() {}
}
