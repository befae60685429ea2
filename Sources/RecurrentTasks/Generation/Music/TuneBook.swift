/// Tunes in ABC notation as one file: numbered from 1, with a blank line between two of them.
public struct TuneBook: Hashable, Sendable {
  /// The tunes, without ends of line around them.
  public let tunes: [String]

  /// A book of generated texts, each of them one tune.
  public init(_ texts: [String]) {
    tunes = texts.enumerated().map { TuneBook.numbered($1, $0 + 1) }
  }

  /// The file.
  public var text: String { tunes.map { $0 + "\n" }.joined(separator: "\n") }

  /// How many of the tunes are well formed; see `ABCTune.problem`.
  public var wellFormedCount: Int { tunes.count { ABCTune($0).problem == nil } }

  /// The tune with another number in its field X. Blank lines, which would end it, are left out.
  private static func numbered(_ text: String, _ number: Int) -> String {
    var lines = text.utf8.split(separator: UInt8(ascii: "\n")).map { Substring($0) }
    lines.removeAll { $0.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
    if let first = lines.firstIndex(where: { $0.hasPrefix("X:") }) { lines[first] = "X:\(number)" }
    return lines.joined(separator: "\n")
  }
}
