public import RecurrentFormats
public import RecurrentLayers
public import RecurrentTraining

/// Everything that can be set about training a tagger. Each setting exists once, here.
public struct TaggingConfiguration: TaskConfiguration {
  // MARK: Data

  /// The sentences to learn from: a path, plain or gzip-compressed.
  public var data: String?
  /// The sentences that training is judged by: a path, or the share of `data` that is held out for it; nil for none.
  public var validation: String? = "0.1"
  /// The sentences that the result is reported on: a path; nil for none.
  public var test: String?
  /// The form of these texts.
  public var format = TaggingFormat.recognized
  /// The column of the labels.
  public var column = LabelColumn.usual
  /// The most words of a sentence.
  public var maximumLength = 1000
  /// What is learned where labels are spans.
  public var spans = SpanLearning.given

  // MARK: Words

  /// What is done to the letters of words before they are looked up.
  public var wordCase = WordCase.lower
  /// How often a word must occur to be looked up.
  public var minimumCount = 1
  /// The numbers of a word's vector; 0 for no such vectors.
  public var wordSize = 100
  /// Pre-trained vectors of words that training begins with: a path of word2vec or GloVe text, plain or gzip-compressed.
  public var vectors: String?
  /// How often training makes words unknown that occur once.
  public var unknownRate = 0.5
  /// How often training makes any word unknown.
  public var wordDropout = 0.05

  // MARK: Characters

  /// How a word is made of its characters.
  public var characters = CharacterPart.lstm
  /// The numbers of a character's vector.
  public var characterSize = 64
  /// The units of the LSTM in each direction, or the channels of the convolution.
  public var characterUnits = 128
  /// The characters that a window of the convolution sees.
  public var characterWindow = 3
  /// The most characters of a word that are looked at.
  public var characterLimit = 24
  /// The share of the characters' vectors that training drops.
  public var characterDropout: Float = 0.3

  // MARK: Network

  /// The recurrent layers.
  public var architecture: RecurrentArchitecture = {
    var architecture = RecurrentArchitecture()
    architecture.hidden = [192]
    architecture.isBidirectional = true
    return architecture
  }()
  /// The share of the inputs of the recurrent layers that training drops.
  public var inputDropout: Float = 0.4
  /// The share of their outputs that training drops.
  public var outputDropout: Float = 0.4
  /// How often masks are drawn.
  public var dropoutMasks = DropoutMasks.perStep
  /// How labels are made of the outputs.
  public var head = TaggingHead.softmax
  /// Whether only well-formed labels of spans are answered.
  public var wellFormed = true

  // MARK: Training

  /// Sentences in a batch.
  public var batchSize = 32
  /// How the model is trained.
  public var training: TrainingConfiguration = {
    var training = TrainingConfiguration()
    training.epochs = 10
    training.optimizer.learningRate = 0.003
    training.schedule.kind = .cosine
    training.schedule.unit = .step
    training.schedule.warmUp = 100
    training.clipNorm = 5
    return training
  }()

  /// Good settings for a treebank.
  public init() {}
}
