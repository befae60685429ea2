/// A part of the data.
public enum Part: String, Sendable, Hashable, Codable, CaseIterable {
  /// What a model learns from.
  case train
  /// What settings are chosen on and training is stopped by.
  case validation
  /// What the result is reported on.
  case test
}
