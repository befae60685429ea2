/// What may stand in quotation marks above the music.
enum ABCChord {
  private static let kinds: Set<Substring> = [
    "", "m", "7", "m7", "m7b5", "maj7", "M7", "6", "m6", "aug", "+", "aug7", "dim", "dim7", "9", "m9", "maj9", "M9",
    "11",
    "dim9", "sus", "sus2", "sus4", "sus9", "7sus2", "7sus4", "5", "13", "maj", "min",
  ]

  /// Whether a text is the name of a chord (a tonic, a kind, perhaps a bass note), or a remark, which begins with its place.
  static func isSound(_ text: Substring) -> Bool {
    guard let first = text.first else { return true }
    if "^_<>@".contains(first) { return true }
    guard "ABCDEFGabcdefg".contains(first) else { return false }
    let parts = text.dropFirst().split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let kind = parts[0].drop { "#b".contains($0) }
    guard kinds.contains(kind) else { return false }
    guard parts.count == 2 else { return true }
    guard let bass = parts[1].first, "ABCDEFGabcdefg".contains(bass) else { return false }
    return parts[1].dropFirst().allSatisfy { "#b".contains($0) }
  }
}
