public import RecurrentFormats

/// What is to be generated.
public struct GenerationRequest: Sendable {
  /// The text to go on with; empty to begin anew.
  public var prompt = ""
  /// What the texts depend on, by name.
  public var conditions: JSONObject = [:]
  /// How many texts are made side by side.
  public var count = 1
  /// The most symbols of a text.
  public var limit = 500
  /// Texts that end a text; they are left out of it.
  public var stop: [String] = []
  /// The seed: the same one gives the same texts, whatever the threads and however many there are.
  public var seed = 42
  /// How symbols are chosen.
  public var sampling = SamplingSettings()

  /// A text from the beginning.
  public init() {}

  /// What follows a text.
  public init(prompt: String, limit: Int = 500) {
    self.prompt = prompt
    self.limit = limit
  }
}

/// Why a text has ended.
public enum GenerationEnding: String, Hashable, Sendable {
  /// The model has ended it.
  case end
  /// One of the texts that were to end it has come.
  case stop
  /// It has as many symbols as it may have.
  case limit
}

/// A symbol of a text that is being generated.
public struct GeneratedToken: Hashable, Sendable {
  /// The number of the text, from 0.
  public let row: Int
  /// The symbol.
  public let id: Int32
  /// What it adds to the text. What may be the beginning of a text that is to end it comes later.
  public let text: String
  /// Why the text ends with it; nil where it goes on.
  public let ending: GenerationEnding?
}
