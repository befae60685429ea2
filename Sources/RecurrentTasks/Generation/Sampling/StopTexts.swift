/// Looks for texts that end what is written, while it is written. What could be the beginning of such a text is held back
/// until it is clear that it is none.
struct StopTexts: Sendable {
  private let texts: [[Unicode.Scalar]]
  private var held: [Unicode.Scalar] = []

  init(_ texts: [String]) {
    self.texts = texts.map { Array($0.unicodeScalars) }.filter { !$0.isEmpty }
  }

  /// Takes the next piece.
  ///
  /// - Returns: What can be shown by now, and whether a text was found: it and what follows are not shown.
  mutating func take(_ piece: String) -> (text: String, isFound: Bool) {
    guard !texts.isEmpty else { return (piece, false) }
    var shown = ""
    for scalar in piece.unicodeScalars {
      held.append(scalar)
      if let found = texts.first(where: { held.suffix($0.count).elementsEqual($0) }) {
        shown.unicodeScalars.append(contentsOf: held.dropLast(found.count))
        held = []
        return (shown, true)
      }
      let needed = longestBeginning
      shown.unicodeScalars.append(contentsOf: held.dropLast(needed))
      held.removeFirst(held.count - needed)
    }
    return (shown, false)
  }

  /// What was held back, once nothing follows.
  mutating func finish() -> String {
    defer { held = [] }
    var text = ""
    text.unicodeScalars.append(contentsOf: held)
    return text
  }

  /// The length of the longest end of what is held that a text begins with.
  private var longestBeginning: Int {
    texts.reduce(0) { longest, text in
      let most = min(held.count, text.count - 1)
      let length = stride(from: most, to: 0, by: -1).first { held.suffix($0).elementsEqual(text.prefix($0)) }
      return max(longest, length ?? 0)
    }
  }
}
