public import RecurrentFormats
public import RecurrentTraining

/// What is learned of a sequence.
public enum ClassificationTarget: String, SettingChoice, Hashable {
  /// One of several labels.
  case label
  /// A number.
  case number
}

/// How a file of examples is written.
public enum ExampleForm: String, SettingChoice, Hashable {
  /// As its first lines show.
  case auto
  /// Texts: columns between tabs.
  case tabSeparated = "tsv"
  /// Texts: `__label__x text`.
  case fastText = "fasttext"
  /// Texts: columns between commas, with a header.
  case commaSeparated = "csv"
  /// Texts: a JSON object on each line.
  case jsonLines = "jsonl"
  /// Signals: a `.ts` file.
  case timeSeries = "ts"
  /// Signals: a table with a step on each row.
  case long
  /// Signals: a table with a sequence on each row.
  case wide
  /// Signals: an index into a file of raw frames.
  case frames

  /// The form of labelled texts; nil for signals.
  var textForm: LabelledTextFile.Form? { LabelledTextFile.Form(rawValue: rawValue) }
}

/// What is done with a sequence that is longer than the model takes.
public enum LengthRule: String, SettingChoice, Hashable {
  /// Its first steps are used.
  case cut
  /// It is an error.
  case error
}

/// Which layers a classifier has between inputs and pooling.
public enum ClassificationLayers: String, SettingChoice, Hashable {
  /// Recurrent layers.
  case recurrent
  /// Convolutions.
  case convolutional = "conv"
  /// Convolutions, then recurrent layers.
  case both = "conv-recurrent"

  /// Whether there are convolutions.
  var hasConvolutions: Bool { self != .recurrent }
  /// Whether there are recurrent layers.
  var hasRecurrence: Bool { self != .convolutional }
}

/// How convolutions of several widths stand to each other.
public enum ConvolutionArrangement: String, SettingChoice, Hashable {
  /// One behind the other.
  case blocks
  /// Side by side, their channels joined (Kim, 2014).
  case parallel
}

/// How the outputs of all steps become one vector.
public enum PoolingChoice: String, SettingChoice, Hashable {
  /// What the recurrent layers end with, both directions side by side; of convolutions the last step.
  case last
  /// The mean over all steps.
  case mean
  /// The largest value of each feature.
  case max
  /// A mean weighed by how well each step matches a learned query.
  case attention
}

/// How much the classes count in the loss.
public enum ClassWeighting: String, SettingChoice, Hashable {
  /// Every example the same.
  case none
  /// Every class the same: an example by the inverse of the number of its class.
  case balanced
  /// As `class_weights` says.
  case given
}

/// What is minimised where the target is a number.
public enum RegressionLoss: String, SettingChoice, Hashable {
  /// The mean of the squared errors.
  case meanSquaredError = "mse"
  /// The mean of the absolute errors.
  case meanAbsoluteError = "mae"
  /// Squared for small errors, absolute beyond 1 (Huber, 1964).
  case huber
}

extension FrameElement: SettingChoice {}
