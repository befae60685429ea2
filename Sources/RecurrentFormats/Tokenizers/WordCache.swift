import Synchronization

/// The symbols of words that have been encoded before. Most words of a text are not new.
///
/// All copies of a tokenizer share one; what it holds follows from their merges, so that nobody sees whether a word was here.
final class WordCache: Sendable {
  private let words = Mutex<[ExactText: [Int32]]>([:])

  /// Further words are encoded anew each time.
  private static let wordLimit = 1 << 16
  /// So are longer ones, in bytes, such as whole sentences of languages without spaces.
  private static let longestWord = 64

  /// The symbols of a word, which `encode` finds where they are not here.
  func symbols(of word: String, _ encode: () -> [Int32]) -> [Int32] {
    guard word.utf8.count <= Self.longestWord else { return encode() }
    let key = ExactText(word)
    if let symbols = words.withLock({ $0[key] }) { return symbols }
    let symbols = encode()
    words.withLock { if $0.count < Self.wordLimit { $0[key] = symbols } }
    return symbols
  }
}
