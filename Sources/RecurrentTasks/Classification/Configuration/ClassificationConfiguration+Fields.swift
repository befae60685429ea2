public import RecurrentTraining

extension ClassificationConfiguration {
  /// All settings, in the order in which they are shown.
  public static var fields: [SettingField<Self>] {
    SettingField.group("Data", dataFields)
      + SettingField.group("Signals", signalFields)
      + SettingField.group("Text", textFields)
      + SettingField.group("Task", taskFields)
      + ClassificationNetworkConfiguration.fields.map { $0.nested(in: \.network) }
      + AugmentationConfiguration.fields.map { $0.nested(in: \.augmentation) }
      + TrainingConfiguration.fields.map { $0.nested(in: \.training) }
      + SettingField.group(
        "Output", [SettingField("plot", \.plot, "draw confusion.svg", effect: .execution)])
  }

  private static var dataFields: [SettingField<Self>] {
    [
      SettingField("data", \.data, "training examples, one file or several (plain or .gz)", .notEmpty),
      SettingField(
        "format", \.form, "auto, or texts as tsv, fasttext, csv, jsonl, or signals as ts, long, wide, frames"),
      SettingField("validation", \.validation, "a file, a share (0.1), or column=values; null: none", .notEmpty),
      SettingField("test", \.test, "the same of the test part; null: none", .notEmpty),
      SettingField("target", \.target, "label (classification) or number (regression)"),
      SettingField("label", \.label, "column of the label or number; null: as the form has it", .notEmpty),
      SettingField("text", \.text, "column of the text", .notEmpty),
      SettingField("labels", \.labels, "labels to keep, each as written or as written=name; []: all", .notEmpty),
      SettingField("distinct", \.isDistinct, "leave out training texts that occur again with the same label"),
      SettingField("train_fraction", \.trainFraction, "share of the training part that is used", .withinUnit),
    ]
  }

  private static var signalFields: [SettingField<Self>] {
    [
      SettingField("series", \.series, "long: column that tells sequences apart", .notEmpty),
      SettingField("time", \.time, "long: column of the time", .notEmpty),
      SettingField("channels", \.channels, "long: columns that are features; []: the others", .notEmpty),
      SettingField("targets", \.targets, "long: table with the label of each sequence", .notEmpty),
      SettingField("frames", \.frames, "frames: file of raw frames that the data are an index of", .notEmpty),
      SettingField("validation_frames", \.validationFrames, "frames of a validation file; null: frames", .notEmpty),
      SettingField("test_frames", \.testFrames, "frames of a test file; null: frames", .notEmpty),
      SettingField(
        "frame_type", \.frameType, "u8, i8, u16le, i16le, i32le, f32le or f64le; null: as the file's name says"),
      SettingField("frame_channels", \.frameChannels, "numbers of a frame", .within(1...65_536)),
      SettingField("frame_scale", \.frameScale, "factor of the numbers, one or one for each channel"),
      SettingField("frame_offset", \.frameOffset, "what is added then, one or one for each channel"),
      SettingField("first_column", \.firstColumn, "index: column of the first frame; null finds it", .notEmpty),
      SettingField("count_column", \.countColumn, "index: column of the number of frames; null finds it", .notEmpty),
      SettingField("window", \.window, "steps of the windows that sequences are cut into; null: whole", .atLeast(1)),
      SettingField("window_step", \.windowStep, "steps from one window to the next; null: window", .atLeast(1)),
      SettingField("standardize", \.isStandardized, "bring channels to mean 0 and deviation 1 of the training part"),
      SettingField(
        "fine_scale", \.fineScale, "also give each channel's distance x from its mean as asinh(x / fine_scale)",
        .within(1e-20...1e20)),
    ]
  }

  private static var textFields: [SettingField<Self>] {
    [
      SettingField("level", \.level, "what a step is: word, char or bpe (parts of words)"),
      SettingField("lowercase", \.isLowercased, "make capitals small"),
      SettingField("split_punctuation", \.splitsPunctuation, "part punctuation from words"),
      SettingField("minimum_count", \.minimumCount, "occurrences in training of a known symbol", .atLeast(1)),
      SettingField("vocabulary_limit", \.vocabularyLimit, "most symbols; null: any number, 8000 of bpe", .atLeast(2)),
      SettingField("vectors", \.vectors, "pre-trained vectors as word2vec or GloVe text", .notEmpty),
      SettingField("tune_vectors", \.tunesVectors, "train pre-trained vectors on"),
    ]
  }

  private static var taskFields: [SettingField<Self>] {
    [
      SettingField("maximum_length", \.maximumLength, "most steps of a sequence; null: any number", .atLeast(1)),
      SettingField("too_long", \.lengthRule, "what longer ones are: cut (to their first steps) or error"),
      SettingField("batch_size", \.batchSize, "examples in a batch", .within(1...1_000_000)),
      SettingField("class_weighting", \.classWeighting, "none, balanced or given (by class_weights)"),
      SettingField("class_weights", \.classWeights, "weights in the order of the labels", .above(0)),
      SettingField("label_smoothing", \.labelSmoothing, "share of the target spread over all labels", .within(0..<1)),
      SettingField("loss", \.loss, "of numbers: mse, mae or huber"),
      SettingField("top_k", \.topK, "guesses among which the right label counts", .atLeast(2)),
    ]
  }
}

extension SettingRule where Value == Double {
  /// A share: above 0, at most 1.
  fileprivate static var withinUnit: SettingRule { SettingRule("above 0 and at most 1") { $0 > 0 && $0 <= 1 } }
}

extension ClassificationNetworkConfiguration {
  /// All settings, in the order in which they are shown.
  public static var fields: [SettingField<Self>] {
    SettingField.group(
      "Model",
      inputFields + convolutionFields + RecurrentArchitecture.fields.map { $0.nested(in: \.architecture) } + headFields)
  }

  private static var inputFields: [SettingField<Self>] {
    [
      SettingField("network", \.layers, "recurrent, conv or conv-recurrent"),
      SettingField("embedding", \.embedding, "numbers that stand for a word", .within(1...65_536)),
      SettingField("embedding_deviation", \.embeddingDeviation, "of the first embeddings", .above(0)),
      SettingField("input_dropout", \.inputDropout, "share of the inputs dropped in training", .within(0..<1)),
    ]
  }

  private static var convolutionFields: [SettingField<Self>] {
    [
      SettingField("filters", \.filters, "channels of each convolution: [64, 64]", .within(1...65_536)),
      SettingField("kernels", \.kernels, "steps of its window; one number stands for all", .within(1...4096)),
      SettingField("convolutions", \.arrangement, "blocks (one behind the other) or parallel (side by side)"),
      SettingField("batch_norm", \.hasBatchNormalization, "normalise convolutions over the batch"),
      SettingField("pool", \.poolSize, "steps made one by the largest behind each convolution", .within(1...4096)),
      SettingField("conv_dropout", \.convolutionDropout, "share of its outputs dropped in training", .within(0..<1)),
    ]
  }

  private static var headFields: [SettingField<Self>] {
    [
      SettingField("pooling", \.pooling, "last, mean, max or attention, or several side by side"),
      SettingField("attention_size", \.attentionSize, "units of attention pooling", .within(1...65_536)),
      SettingField("head_dropout", \.headDropout, "share of the pooled vector dropped in training", .within(0..<1)),
    ]
  }
}

extension AugmentationConfiguration {
  /// All settings, in the order in which they are shown.
  public static var fields: [SettingField<Self>] {
    SettingField.group(
      "Changes of the inputs in training",
      [
        SettingField("word_dropout", \.wordDropout, "share of words made unknown", .within(0..<1)),
        SettingField("input_noise", \.inputNoise, "deviation of noise on standardised signals", .atLeast(0)),
        SettingField("channel_scaling", \.channelScaling, "deviation of a factor for each channel", .atLeast(0)),
      ])
  }
}
