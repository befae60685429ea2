public import RecurrentFormats
public import RecurrentTraining

extension Tokenizer.Level: SettingChoice {}

extension Tokenizer.Level {
  /// What its symbols are called.
  var symbolName: String {
    switch self {
    case .word: "words"
    case .character: "characters"
    case .bytePair: "byte pairs"
    }
  }
}
