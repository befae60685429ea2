import RecurrentLayers
public import RecurrentTraining

extension RecurrentArchitecture: Settings {
  /// All settings, in the order in which they are shown.
  public static var fields: [SettingField<Self>] {
    [
      SettingField("cell", \.cell, "lstm, gru, elman, indrnn, mgu, mingru, minlstm or conv"),
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
      SettingField("kernel_size", \.kernelSize, "steps that a step of conv sees", .within(2...64)),
      SettingField("bias", \.bias, "bias vectors: double, single or none"),
      SettingField("initialization", \.initialization, "pytorch, keras, orthogonal or he"),
      SettingField("init_range", \.initRange, "draw all first weights evenly from ± this instead", .above(0)),
      SettingField("forget_bias", \.forgetBias, "of the lstm at the start; null: as drawn"),
      SettingField("initial_state", \.initialState, "zero or trainable"),
      SettingField("dropout", \.dropout, "share of layer outputs dropped in training", .within(0..<1)),
    ]
  }
}
