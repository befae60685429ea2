public import RecurrentFormats
public import RecurrentTraining

/// Everything that can be set about training a classifier, or a regression, of sequences. Each setting exists once, here.
public struct ClassificationConfiguration: TaskConfiguration {
  // MARK: Data

  /// The files of the training part, plain or gzip-compressed.
  public var data: [String] = []
  /// How they are written.
  public var form = ExampleForm.auto
  /// The validation part: a file, a share of the data, or `column=values`; nil for none.
  public var validation: String?
  /// The test part, the same.
  public var test: String?
  /// Whether a label or a number is learned.
  public var target = ClassificationTarget.label
  /// The column of the label or number; nil takes what the form has.
  public var label: String?
  /// The column of the text.
  public var text = "text"
  /// The labels that are kept, each as it is written or as `written=name`; empty keeps all.
  public var labels: [String] = []
  /// Whether a training example that occurs again is left out.
  public var isDistinct = false
  /// The share of the training part that is used.
  public var trainFraction = 1.0

  // MARK: Signals

  /// The column that tells sequences apart in a table of steps.
  public var series: String?
  /// The column of the time in a table of steps.
  public var time: String?
  /// The columns of a table of steps that are features; empty takes the others.
  public var channels: [String] = []
  /// A table with a row for each sequence that holds the labels.
  public var targets: String?
  /// The raw frames that the data are an index of.
  public var frames: String?
  /// The raw frames of the validation part; nil takes `frames`.
  public var validationFrames: String?
  /// The raw frames of the test part; nil takes `frames`.
  public var testFrames: String?
  /// How the numbers of a frame are written; nil tells it from the file's name.
  public var frameType: FrameElement?
  /// The numbers of a frame.
  public var frameChannels: Int?
  /// What the numbers are multiplied by, one for all or one for each channel.
  public var frameScale: [Double] = [1]
  /// What is added then.
  public var frameOffset: [Double] = [0]
  /// The column of the first frame; nil finds it.
  public var firstColumn: String?
  /// The column of the number of frames; nil finds it.
  public var countColumn: String?
  /// The steps of the windows that sequences are cut into; nil leaves them whole.
  public var window: Int?
  /// The steps from one window to the next; nil takes the window's length.
  public var windowStep: Int?
  /// Whether channels are brought to mean 0 and deviation 1 over the training part.
  public var isStandardized = true
  /// A size, in the unit of the data, around which each channel's distance from its mean in the sequence is magnified, as
  /// channels beside the others; nil for none.
  public var fineScale: Double?

  // MARK: Text

  /// What a step is: a word, a character, or a part of a word.
  public var level = Tokenizer.Level.word
  /// Whether capitals are made small.
  public var isLowercased = false
  /// Whether punctuation is parted from words.
  public var splitsPunctuation = false
  /// How often a symbol must occur in the training part.
  public var minimumCount = 1
  /// The most symbols; nil for any number, and for 8,000 of byte-pair encoding.
  public var vocabularyLimit: Int?
  /// A file of pre-trained vectors.
  public var vectors: String?
  /// Whether pre-trained vectors are trained on.
  public var tunesVectors = true

  // MARK: Length

  /// The most steps of a sequence.
  public var maximumLength: Int? = 1000
  /// What is done with longer ones.
  public var lengthRule = LengthRule.cut
  /// Examples in a batch.
  public var batchSize = 32

  // MARK: Model, training and output

  /// The network.
  public var network = ClassificationNetworkConfiguration()
  /// What noise training adds.
  public var augmentation = AugmentationConfiguration()
  /// How much the classes count.
  public var classWeighting = ClassWeighting.none
  /// The weights of the classes, in the order of `labels`.
  public var classWeights: [Double] = []
  /// How much of the target is spread over all classes.
  public var labelSmoothing: Float = 0
  /// What is minimised where the target is a number.
  public var loss = RegressionLoss.meanSquaredError
  /// The number of guesses among which the right one counts, beside the first.
  public var topK = 3
  /// How the model is trained.
  public var training: TrainingConfiguration = {
    var training = TrainingConfiguration()
    training.epochs = 20
    training.optimizer.learningRate = 0.002
    training.clipNorm = 1
    training.patience = 5
    return training
  }()
  /// Whether the confusion matrix is drawn.
  public var plot = true

  /// Good settings for data of one's own: a bidirectional LSTM with max pooling, early stopping.
  public init() {}
}

/// The network of a classifier, as settings.
public struct ClassificationNetworkConfiguration: Settings, Hashable {
  /// The numbers of an embedding.
  public var embedding = 100
  /// The deviation of the first embeddings.
  public var embeddingDeviation: Float = 0.1
  /// The share of the numbers of embeddings, or of the channels of signals, that training drops.
  public var inputDropout: Float = 0
  /// Whether there are recurrent layers, convolutions, or both.
  public var layers = ClassificationLayers.recurrent
  /// The channels of each convolution.
  public var filters: [Int] = [64]
  /// The steps of each convolution's window.
  public var kernels: [Int] = [5]
  /// How convolutions of several widths stand to each other.
  public var arrangement = ConvolutionArrangement.blocks
  /// Whether convolutions are normalised over the batch.
  public var hasBatchNormalization = true
  /// The steps that are made one by taking the largest, behind each convolution.
  public var poolSize = 2
  /// The share of the outputs of each convolution that training drops.
  public var convolutionDropout: Float = 0
  /// The recurrent layers.
  public var architecture: RecurrentArchitecture = {
    var architecture = RecurrentArchitecture()
    architecture.hidden = [64]
    architecture.isBidirectional = true
    return architecture
  }()
  /// How the outputs of all steps become one vector; of several, side by side.
  public var pooling: [PoolingChoice] = [.max]
  /// The units of the small network of attention pooling.
  public var attentionSize = 64
  /// The share of the pooled vector that training drops.
  public var headDropout: Float = 0.3

  /// A bidirectional LSTM of 64 units with max pooling.
  public init() {}
}

/// What training changes in its inputs, so that what does not matter is not learned.
public struct AugmentationConfiguration: Settings, Hashable {
  /// The share of words that become the unknown word.
  public var wordDropout = 0.0
  /// The deviation of the noise on standardised signals.
  public var inputNoise: Float = 0
  /// The deviation of a factor for each channel of a sequence.
  public var channelScaling: Float = 0

  /// None.
  public init() {}
}
