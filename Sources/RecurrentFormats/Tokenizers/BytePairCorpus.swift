/// Words as chains of symbols, in which pairs become one symbol, with the number of times that every pair occurs.
///
/// A merge touches only the places where its pair stands and their neighbours, so that learning takes about as many steps as
/// there are merges at places, not a count of everything for each merge.
struct BytePairCorpus {
  /// The symbols of all words one after another; a merged symbol stands at the place of its left part.
  private var symbols: [Int32] = []
  /// The places before and behind within the word, or `none`.
  private var previous: [Int32] = []
  private var next: [Int32] = []
  /// How often the word of a place occurs.
  private var weights: [Int] = []
  private var pairs: [UInt64: Occurrences] = [:]
  private var queue = BinaryHeap<Candidate>()

  /// What is known of a pair. The places are all those where it stands, and others where it has stood.
  private struct Occurrences {
    var count = 0
    var places: [Int32] = []
  }

  /// A pair with a number of times that it has occurred. Those that occur most often come first, then those of lower ids.
  private struct Candidate: Comparable {
    let count: Int
    let key: UInt64

    static func < (a: Candidate, b: Candidate) -> Bool {
      a.count == b.count ? a.key < b.key : a.count > b.count
    }
  }

  private static let none: Int32 = -1

  /// The chains of words, with the number of times that each word occurs.
  init(_ words: [(symbols: [Int32], count: Int)]) {
    let total = words.reduce(0) { $0 + $1.symbols.count }
    precondition(total < Int(Int32.max), "the words have more than 2,147,483,646 characters; count fewer texts")
    for word in words {
      let start = symbols.count
      for (offset, symbol) in word.symbols.enumerated() {
        let place = Int32(start + offset)
        symbols.append(symbol)
        weights.append(word.count)
        previous.append(offset == 0 ? Self.none : place - 1)
        next.append(offset == word.symbols.count - 1 ? Self.none : place + 1)
      }
    }
    for place in symbols.indices where next[place] != Self.none { count(pairAt: Int32(place)) }
    queue = BinaryHeap(pairs.map { Candidate(count: $0.value.count, key: $0.key) })
  }

  /// The pair that occurs most often, if it occurs `minimumCount` times.
  mutating func mostFrequentPair(_ minimumCount: Int) -> SymbolPair? {
    while let first = queue.removeLeast(), first.count >= minimumCount {
      guard let count = pairs[first.key]?.count else { continue }
      if count == first.count { return SymbolPair(key: first.key) }
      // It occurs less often by now.
      queue.insert(Candidate(count: count, key: first.key))
    }
    return nil
  }

  /// Makes a pair one symbol wherever it stands, from left to right.
  mutating func merge(_ pair: SymbolPair, into symbol: Int32) {
    guard let occurrences = pairs.removeValue(forKey: pair.key) else { return }
    var changed: Set<UInt64> = []
    for place in occurrences.places.sorted() {
      let right = next[Int(place)]
      guard symbols[Int(place)] == pair.left, right != Self.none, symbols[Int(right)] == pair.right else { continue }
      let (before, behind) = (previous[Int(place)], next[Int(right)])
      if before != Self.none { discount(pairAt: before) }
      if behind != Self.none { discount(pairAt: right) }
      symbols[Int(place)] = symbol
      symbols[Int(right)] = Self.none
      next[Int(place)] = behind
      if behind != Self.none {
        previous[Int(behind)] = place
        changed.insert(count(pairAt: place))
      }
      if before != Self.none { changed.insert(count(pairAt: before)) }
    }
    for key in changed {
      if let count = pairs[key]?.count { queue.insert(Candidate(count: count, key: key)) }
    }
  }

  private func key(ofPairAt place: Int32) -> UInt64 {
    SymbolPair(symbols[Int(place)], symbols[Int(next[Int(place)])]).key
  }

  @discardableResult
  private mutating func count(pairAt place: Int32) -> UInt64 {
    let key = key(ofPairAt: place)
    pairs[key, default: Occurrences()].count += weights[Int(place)]
    pairs[key, default: Occurrences()].places.append(place)
    return key
  }

  private mutating func discount(pairAt place: Int32) {
    let key = key(ofPairAt: place)
    guard let index = pairs.index(forKey: key) else { return }  // The pair that is being merged.
    pairs.values[index].count -= weights[Int(place)]
    if pairs.values[index].count == 0 { pairs.remove(at: index) }
  }
}
