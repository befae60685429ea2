public import RecurrentFormats
public import RecurrentLayers
public import RecurrentTraining

/// The form of a text with labels, as a setting.
public enum TaggingFormat: String, SettingChoice, Hashable {
  /// Whatever the text looks like.
  case recognized = "auto"
  /// CoNLL-U.
  case conllu
  /// One word a line.
  case columns
  /// `word|TAG`, one sentence a line.
  case bars

  /// The form that readers take; nil to find it.
  public var annotationFormat: AnnotationFormat? { AnnotationFormat(rawValue: rawValue) }
}

/// What is done to the letters of words before they are looked up. The character part sees them as they are.
public enum WordCase: String, SettingChoice, Hashable {
  /// Capital letters become small ones.
  case lower
  /// Words stay as they are.
  case keep
}

/// How a word is made of its characters.
public enum CharacterPart: String, SettingChoice, Hashable {
  /// Not at all.
  case none
  /// The last states of an LSTM in both directions (Ling et al., 2015; Plank et al., 2016).
  case lstm
  /// A convolution and the largest value of each channel (Ma and Hovy, 2016).
  case convolution
}

/// How labels are made of the outputs of the recurrent layers.
public enum TaggingHead: String, SettingChoice, Hashable {
  /// Each word by itself.
  case softmax
  /// A conditional random field over the sentence.
  case crf
}

/// What the network learns where labels are spans.
public enum SpanLearning: String, SettingChoice, Hashable {
  /// The labels as they are.
  case given
  /// The same spans with B at every beginning.
  case bio
  /// The same spans with B, I, E and S.
  case bioes

  /// The scheme to convert to; nil for none.
  var scheme: SpanScheme? { SpanScheme(rawValue: rawValue) }
}

extension DropoutMasks: SettingChoice {}
extension LabelColumn: SettingType {
  /// A column.
  public static var expectation: String { "usual, upos, xpos, last or the number of a column from 2" }

  /// Reads the name or the number of a column.
  public init?(setting value: JSONValue) {
    guard let name = value.string ?? value.integer.map(String.init) else { return nil }
    self.init(name)
  }

  /// The name or the number of the column.
  public var settingValue: JSONValue { .string(name) }
}
