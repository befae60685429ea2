/// The merges of byte-pair encoding (Sennrich, Haddow and Birch 2016), and how a word is encoded with them.
struct MergeTable: Sendable {
  /// Why pairs are no merges over a vocabulary.
  enum Problem: Error, Hashable {
    /// A merge that makes a symbol which the vocabulary lacks.
    case unknownResult(index: Int, String)
    /// A merge that stands twice.
    case repeated(index: Int)
  }

  /// The pairs in the order in which they were learned.
  let pairs: [SymbolPair]
  /// What each of them becomes.
  private let results: [Int32]
  private let ranks: [UInt64: UInt32]

  init(_ pairs: [SymbolPair], _ vocabulary: Vocabulary) throws(Problem) {
    var results: [Int32] = []
    var ranks: [UInt64: UInt32] = [:]
    for (index, pair) in pairs.enumerated() {
      let text = vocabulary.symbols[Int(pair.left)] + vocabulary.symbols[Int(pair.right)]
      guard let result = vocabulary.id(of: text) else { throw .unknownResult(index: index, text) }
      guard ranks.updateValue(UInt32(index), forKey: pair.key) == nil else { throw .repeated(index: index) }
      results.append(result)
    }
    self.pairs = pairs
    self.results = results
    self.ranks = ranks
  }

  private static let noRank = UInt32.max

  private func rank(_ left: Int32, _ right: Int32) -> UInt32 {
    ranks[SymbolPair(left, right).key] ?? Self.noRank
  }

  /// The symbols of a word after all merges: as long as there is a pair that was learned, the one learned first, and of
  /// equal ones the leftmost, becomes one symbol. Takes n log n steps for n symbols.
  func merged(_ word: [Int32]) -> [Int32] {
    guard word.count > 1 else { return word }
    // A chain, in which a merged symbol stands at the place of its left part.
    var symbols = word
    var next = Array(1...word.count)
    var previous = Array(-1..<word.count - 1)
    /// The rank of the pair that begins at a place.
    var ranks = zip(word, word.dropFirst()).map { rank($0, $1) } + [Self.noRank]
    // The rank above the place, so that the least is the leftmost of the first rank.
    var queue = BinaryHeap(
      ranks.indices.filter { ranks[$0] != Self.noRank }.map { UInt64(ranks[$0]) << 32 | UInt64($0) })
    func look(at place: Int) {
      guard place >= 0 else { return }
      let right = next[place]
      ranks[place] = right < word.count ? rank(symbols[place], symbols[right]) : Self.noRank
      if ranks[place] != Self.noRank { queue.insert(UInt64(ranks[place]) << 32 | UInt64(place)) }
    }
    while let first = queue.removeLeast() {
      let place = Int(first & 0xffff_ffff)
      // Another merge may have changed the pair since.
      guard UInt64(ranks[place]) == first >> 32 else { continue }
      let right = next[place]
      symbols[place] = results[Int(ranks[place])]
      next[place] = next[right]
      if next[right] < word.count { previous[next[right]] = place }
      ranks[right] = Self.noRank
      look(at: previous[place])
      look(at: place)
    }
    var merged: [Int32] = []
    var place = 0
    while place < word.count {
      merged.append(symbols[place])
      place = next[place]
    }
    return merged
  }
}
