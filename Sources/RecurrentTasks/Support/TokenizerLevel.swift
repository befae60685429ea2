public import RecurrentFormats
public import RecurrentTraining

extension Tokenizer.Level: SettingChoice {}
