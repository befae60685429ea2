import RecurrentFormats
public import RecurrentTraining

/// How a text is laid out for training.
public enum TextArrangement: String, SettingChoice, Hashable {
  /// The whole text, cut into as many rows as a batch has and read in windows, the state carried on from each window to the
  /// next.
  case stream
  /// Windows that begin anywhere, each from the first state.
  case windows
  /// Texts of their own, separated by blank lines or one on each line of a JSON file; each is read from the first state.
  case records
}

/// What records are.
public enum RecordForm: String, SettingChoice, Hashable {
  /// Any text.
  case text
  /// Tunes in ABC notation; those that are not well formed are not learnt from.
  case abc
}

/// When the conditions of a text reach the network.
public enum Conditioning: String, SettingChoice, Hashable {
  /// At the first step of a text.
  case first
  /// At every step.
  case every
}

/// What makes a generated text one that obeys its conditions.
public enum ObeyRule: String, SettingChoice, Hashable {
  /// It is the text of the record.
  case text
  /// It has a header field of ABC notation for every condition of one letter, such as `K`, with the value of the condition.
  case fields
}
