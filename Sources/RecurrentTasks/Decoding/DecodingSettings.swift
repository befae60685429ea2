/// How a model of sequences writes.
public struct DecodingSettings: Hashable, Sendable {
  /// How many beginnings go on at every step; 1 always takes the likeliest symbol and stops at the first end.
  public var beamSize = 5
  /// How many sequences are given for each source: at most as many as there are beams, or any number of draws.
  public var nBest = 1
  /// The power of the length that the sum of the logarithms of the probabilities is divided by: 0 favours short sequences.
  public var lengthPenalty = 1.0
  /// How much a score loses for positions of the source that attention has not looked at, β of Wu et al. ("Google's neural
  /// machine translation system", 2016); 0 for nothing.
  public var coveragePenalty = 0.0
  /// The most symbols of a sequence for each position of its source, beside `lengthAllowance`.
  public var maxLengthRatio = 2.0
  /// No sequence of so many symbols comes twice; nil where it may.
  public var noRepeatNgram: Int?
  /// How symbols are drawn; nil to search for the likeliest sequences.
  public var sampling: SamplingSettings?
  /// The seed of draws: the same one gives the same sequences, whatever the threads and batches.
  public var seed = 42
  /// Whether unknown symbols may be written, because whoever shows the sequence puts the words there that attention looked
  /// at. Sequences then have their attention with them.
  public var replacesUnknown = false
  /// Whether sequences have with them where attention looked.
  public var keepsAttention = false

  /// A search of five beams for the best sequence.
  public init() {}

  /// How many symbols a sequence may have beyond its source's length times `maxLengthRatio`.
  public static let lengthAllowance = 10

  /// The most symbols of a sequence whose source has `length` positions, its end among them.
  public func limit(forLength length: Int) -> Int {
    let longest = 1e6
    return Int(min(maxLengthRatio * Double(length), longest)) + Self.lengthAllowance
  }

  /// Checks that the values make sense.
  ///
  /// - Throws: `DecodingSettingsError` with the first one that does not.
  public func validate() throws(DecodingSettingsError) {
    func check(_ isRight: Bool, _ setting: String, _ bounds: String) throws(DecodingSettingsError) {
      guard isRight else { throw DecodingSettingsError(setting: setting, bounds: bounds) }
    }
    try check((1...1000).contains(beamSize), "beam_size", "from 1 to 1000")
    try check((1...1000).contains(nBest), "n_best", "from 1 to 1000")
    try check(sampling != nil || nBest <= beamSize, "n_best", "at most beam_size, \(beamSize)")
    try check((0...100).contains(lengthPenalty), "length_penalty", "from 0 to 100")
    try check((0...100).contains(coveragePenalty), "coverage_penalty", "from 0 to 100")
    try check((0...1000).contains(maxLengthRatio), "max_length_ratio", "from 0 to 1000")
    try check(noRepeatNgram.map { $0 > 0 } ?? true, "no_repeat_ngram", "at least 1")
    guard let sampling else { return }
    try check((0...1000).contains(sampling.temperature), "temperature", "from 0 to 1000")
    try check(sampling.topK.map { $0 > 0 } ?? true, "top_k", "at least 1")
    try check(sampling.topP.map { $0 > 0 && $0 <= 1 } ?? true, "top_p", "above 0 and at most 1")
    try check(sampling.minP.map { $0 >= 0 && $0 <= 1 } ?? true, "min_p", "from 0 to 1")
    try check(sampling.repeatPenalty > 0 && sampling.repeatPenalty.isFinite, "repeat_penalty", "above 0")
    try check(sampling.repeatWindow >= 0, "repeat_window", "at least 0")
  }

  /// Whether the weights of attention are kept.
  var needsAttention: Bool { keepsAttention || replacesUnknown }
}

/// A value of `DecodingSettings` that makes no sense.
public struct DecodingSettingsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The setting.
  public let setting: String
  /// What it must be.
  public let bounds: String

  /// One line that says what it must be.
  public var description: String { "'\(setting)' must be \(bounds)" }
}

/// A sequence that a model has written.
public struct DecodedSequence: Sendable {
  /// The symbols, without the end.
  public let symbols: [Int32]
  /// The sum of the logarithms of the probabilities, that of the end among them.
  public let logProbability: Double
  /// What sequences are compared by: the logarithm of the probability divided by the number of symbols, with the end, to
  /// the power of the length penalty, less the coverage penalty.
  public let score: Double
  /// Why it ends: with its end, or because it has as many symbols as it may have.
  public let ending: GenerationEnding
  /// Where attention looked, a row for each symbol and, where there is one, for the end, `[symbols][positions of the
  /// source]`; empty unless asked for, and of models without attention.
  public let attention: [[Float]]
}
