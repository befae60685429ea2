public import RecurrentLayers
public import RecurrentTraining

/// What makes targets of what was read.
public enum TargetWriter: String, SettingChoice, Hashable {
  /// A network that writes symbol after symbol, each knowing those before.
  case decoder
  /// No network: every step of the source says a symbol or nothing, and symbols come in the order of the source
  /// (connectionist temporal classification: Graves et al., 2006). For targets shorter than their sources.
  case ctc
}

/// How the decoder matches its state with the steps of the source.
public enum AttentionKind: String, SettingChoice, Hashable {
  /// It does not look back: all it knows of the source is the context.
  case none
  /// A small network (Bahdanau et al., 2015).
  case additive
  /// Inner products (Luong et al., 2015); both sides are equally wide.
  case dot
  /// A bilinear form (Luong et al., 2015).
  case general
  /// Inner products of projections of both sides (Vaswani et al., 2017, one head).
  case projected
}

extension AttentionOrder: SettingChoice {}

/// How the source becomes one vector.
public enum ContextKind: String, SettingChoice, Hashable {
  /// The last hidden state of the encoder.
  case last
  /// A trained transform of it: tanh(W h + b).
  case transformedLast = "transformed-last"
  /// A trained transform of the mean of all outputs of the encoder.
  case transformedMean = "transformed-mean"
}

/// How that vector reaches the decoder.
public enum ContextRoute: String, SettingChoice, Hashable {
  /// As the first state of its layers (Sutskever et al., 2014).
  case initialState = "initial-state"
  /// Beside what is fed at every step (Cho et al., 2014).
  case everyStep = "every-step"
  /// Both ways.
  case both

  var reachesState: Bool { self != .everyStep }
  var reachesSteps: Bool { self != .initialState }
}

/// How the context becomes the decoder's first state.
public enum BridgeKind: String, SettingChoice, Hashable {
  /// A trained map with a tanh.
  case learned
  /// All parts of the encoder's last state as they are: both have the same layers.
  case identity
}

/// Which steps of training are fed what the model itself says instead of the right symbol (Bengio et al., 2015).
public enum ScheduledSampling: String, SettingChoice, Hashable {
  /// None: full teacher forcing.
  case none
  /// Each symbol is drawn by itself.
  case perToken = "per-token"
  /// Whole sequences are drawn.
  case perSequence = "per-sequence"
}

/// What the best epoch is chosen by.
public enum TranslationJudge: String, SettingChoice, Hashable {
  /// The loss of the right symbols.
  case loss
  /// BLEU of greedy translations.
  case bleu
  /// The share of greedy translations that are right as a whole.
  case exactMatch = "exact-match"
  /// Edits a symbol of greedy translations.
  case errorRate = "error-rate"
}
