public import RecurrentFormats
import RecurrentLayers
public import RecurrentTraining

extension RecurrentArchitecture: Settings {
  /// All settings, in the order in which they are shown.
  public static var fields: [SettingField<Self>] {
    [
      SettingField("cell", \.cell, "lstm, gru, elman, indrnn, mgu, mingru or minlstm"),
      SettingField("hidden", \.hidden, "units of a layer, or of each: [64, 32]", .atLeast(1)),
      SettingField("layers", \.layers, "recurrent layers", .within(1...64)),
      SettingField("bidirectional", \.isBidirectional, "run each sequence from its end as well"),
      SettingField("gru_variant", \.gruVariant, "reset-after (PyTorch) or reset-before"),
      SettingField("activation", \.activation, "of elman and indrnn: tanh, relu, leaky-relu or sigmoid"),
      SettingField("peepholes", \.hasPeepholes, "let the gates of the lstm see its cell state"),
      SettingField("normalization", \.normalization, "in the cells of lstm and gru: none or layer"),
      SettingField("zoneout", \.zoneout, "share of units that keep their state in a step", .within(0..<1)),
      SettingField(
        "state_dropout", \.stateDropout, "share of the hidden state dropped in training", .within(0..<1)),
      SettingField(
        "weight_drop", \.weightDrop, "share of the recurrent weights dropped in training", .within(0..<1)),
      SettingField("residual", \.isResidual, "add the input of each layer to its output"),
      SettingField("bias", \.bias, "bias vectors: double, single or none"),
      SettingField("initialization", \.initialization, "pytorch, keras, orthogonal or he"),
      SettingField("forget_bias", \.forgetBias, "of the lstm at the start; null: as drawn"),
      SettingField("initial_state", \.initialState, "zero or trainable"),
      SettingField("dropout", \.dropout, "share of layer outputs dropped in training", .within(0..<1)),
    ]
  }
}

extension CellKind: SettingChoice {
  /// Reads one of the words; `rnn`, the word of PyTorch and Keras, stands for the Elman cell.
  public init?(setting value: JSONValue) {
    guard let word = value.string else { return nil }
    self.init(rawValue: word == "rnn" ? CellKind.elman.rawValue : word)
  }
}

extension ElmanActivationKind: SettingChoice {}
extension CellNormalizationKind: SettingChoice {}
extension InitializationKind: SettingChoice {}

extension GRUCell.Variant: SettingChoice {}
extension RecurrentBias: SettingChoice {}
extension InitialState: SettingChoice {}
