import RecurrentFormats

/// What stands in the brackets behind a kind. Every option must be asked for by the kind, or it is refused.
struct LayoutOptions {
  struct Option {
    /// nil for a value alone.
    let key: String?
    let value: String
    let column: Int
  }

  private let text: String
  private let kind: String
  private let column: Int
  private var options: [Option]
  private var known: [String] = []

  init(text: String, kind: String, column: Int, options: [Option]) {
    self.text = text
    self.kind = kind
    self.column = column
    self.options = options
  }

  func error(_ problem: String, at column: Int? = nil) -> LayoutError {
    LayoutError(text: text, column: column ?? self.column, problem: problem)
  }

  /// The option of a key, or the first value without one where the key is the main one.
  private mutating func take(_ key: String, isMain: Bool = false) -> Option? {
    known.append(key)
    guard let place = options.firstIndex(where: { $0.key == key || (isMain && $0.key == nil) }) else { return nil }
    return options.remove(at: place)
  }

  /// A word, or nil where it is left out.
  mutating func word(_ key: String, isMain: Bool = false, among choices: [String]? = nil) throws(LayoutError) -> String?
  {
    guard let option = take(key, isMain: isMain) else { return nil }
    if let choices, !choices.contains(option.value) {
      throw error(
        "'\(option.value.printable())' is no \(key) of \(kind); it is \(choices.joined(separator: " or "))",
        at: option.column)
    }
    return option.value
  }

  /// A whole number in a range, or nil where it is left out.
  mutating func integer(_ key: String, isMain: Bool = false, in range: ClosedRange<Int>) throws(LayoutError) -> Int? {
    guard let option = take(key, isMain: isMain) else { return nil }
    guard let value = Int(option.value), range.contains(value) else {
      throw error(
        "\(key) '\(option.value.printable())' is no whole number from \(range.lowerBound) to \(range.upperBound)",
        at: option.column)
    }
    return value
  }

  /// A finite number, or nil where it is left out.
  mutating func number(_ key: String, isMain: Bool = false) throws(LayoutError) -> Float? {
    guard let option = take(key, isMain: isMain) else { return nil }
    guard let value = Float(option.value), value.isFinite, option.value.first?.isLetter == false else {
      throw error("\(key) '\(option.value.printable())' is no number", at: option.column)
    }
    return value
  }

  /// Refuses what no kind has asked for.
  func requireAllTaken() throws(LayoutError) {
    guard let option = options.first else { return }
    let allowed = known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))"
    throw error(
      "'\((option.key ?? option.value).printable())' is no option of \(kind); \(allowed)"
        + Suggestion.clause(for: option.key ?? option.value, among: known), at: option.column)
  }
}
