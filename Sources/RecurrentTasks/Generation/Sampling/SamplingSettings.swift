/// How the next symbol is chosen. The filters act in the order of llama.cpp and mean what they mean there: repeat penalty,
/// top-k, top-p, min-p, temperature.
public struct SamplingSettings: Hashable, Sendable {
  /// What logits are divided by: below 1 the likely becomes likelier; 0 always takes the likeliest.
  public var temperature = 1.0
  /// How many of the likeliest symbols may come; nil for all.
  public var topK: Int?
  /// The smallest set of likeliest symbols that have this probability together may come; nil or 1 for all.
  public var topP: Double?
  /// Symbols with at least this share of the likeliest one's probability may come; nil or 0 for all.
  public var minP: Double?
  /// What makes symbols less likely that came lately; 1 for nothing.
  public var repeatPenalty = 1.0
  /// How many symbols back "lately" is.
  public var repeatWindow = 64

  /// As the model says.
  public init() {}

  /// The filters, in the order in which they act.
  var filters: [any SamplingFilter] {
    var filters: [any SamplingFilter] = []
    if repeatPenalty != 1 { filters.append(RepeatPenalty(penalty: repeatPenalty, window: repeatWindow)) }
    if let topK { filters.append(TopK(count: topK)) }
    if let topP, topP < 1 { filters.append(TopP(probability: topP)) }
    if let minP, minP > 0 { filters.append(MinP(share: minP)) }
    filters.append(Temperature(temperature: temperature))
    return filters
  }
}
