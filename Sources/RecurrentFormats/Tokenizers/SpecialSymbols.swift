/// Finds special symbols in a text: leftmost first, and the longest of those that begin at one place.
struct SpecialSymbols: Sendable {
  private let symbols: [(bytes: [UInt8], id: Int32)]
  private let firstBytes: Set<UInt8>

  /// A part of a text.
  enum Piece {
    case special(Int32, Range<String.Index>)
    case plain(Range<String.Index>)
  }

  init(_ vocabulary: Vocabulary) {
    let found = vocabulary.specials.map { (bytes: Array(vocabulary.symbols[Int($0)].utf8), id: $0) }
    symbols = found.filter { !$0.bytes.isEmpty }.sorted { $0.bytes.count > $1.bytes.count }
    firstBytes = Set(symbols.map { $0.bytes[0] })
  }

  /// Calls `body` with the parts of a text in order; none is empty.
  func forEachPiece(of text: String, _ body: (Piece) -> Void) {
    let bytes = text.utf8
    guard !symbols.isEmpty, bytes.contains(where: firstBytes.contains) else {
      if !text.isEmpty { body(.plain(text.startIndex..<text.endIndex)) }
      return
    }
    var start = bytes.startIndex
    var index = start
    while index < bytes.endIndex {
      guard firstBytes.contains(bytes[index]),
        let symbol = symbols.first(where: { bytes[index...].starts(with: $0.bytes) })
      else {
        bytes.formIndex(after: &index)
        continue
      }
      if start < index { body(.plain(start..<index)) }
      let end = bytes.index(index, offsetBy: symbol.bytes.count)
      body(.special(symbol.id, index..<end))
      (start, index) = (end, end)
    }
    if start < bytes.endIndex { body(.plain(start..<bytes.endIndex)) }
  }
}
