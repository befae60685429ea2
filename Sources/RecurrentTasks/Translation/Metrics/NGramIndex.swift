/// The sequences of 1 to `order` neighbouring symbols in some references, and how often each occurs in the reference where it
/// occurs most often.
///
/// A sequence of n symbols is told by the number of the sequence of its first n - 1 symbols and its last symbol, so that any
/// order costs one look-up for each place.
struct NGramIndex<Symbol: Hashable> {
  private let order: Int
  private var symbols: [Symbol: UInt32] = [:]
  private var grams: [Step: Int] = [:]
  /// The greatest count of each sequence in one reference.
  private var limits: [Int] = []

  private struct Step: Hashable {
    /// The number of what comes before, counted from 1; 0 for nothing.
    let prefix: Int
    let symbol: UInt32
  }

  init(_ references: [[Symbol]], order: Int) {
    self.order = order
    for reference in references { add(reference) }
  }

  private mutating func add(_ reference: [Symbol]) {
    let numbers = reference.map { symbol in
      if let number = symbols[symbol] { return number }
      let number = UInt32(symbols.count)
      symbols[symbol] = number
      return number
    }
    var counts: [Int: Int] = [:]
    var prefixes = [Int](repeating: 0, count: numbers.count)
    for length in 1...order where length <= numbers.count {
      for start in 0...(numbers.count - length) {
        let step = Step(prefix: prefixes[start], symbol: numbers[start + length - 1])
        let gram: Int
        if let found = grams[step] {
          gram = found
        } else {
          limits.append(0)
          gram = limits.count
          grams[step] = gram
        }
        prefixes[start] = gram
        counts[gram, default: 0] += 1
      }
    }
    for (gram, count) in counts { limits[gram - 1] = max(limits[gram - 1], count) }
  }

  /// How many sequences of each length in a hypothesis are also in the references, none counted more often than it is there.
  func matches(in hypothesis: [Symbol]) -> [Int] {
    let numbers = hypothesis.map { symbols[$0] }
    var left = limits
    var matches = [Int](repeating: 0, count: order)
    var prefixes: [Int?] = Array(repeating: 0, count: numbers.count)
    for length in 1...order where length <= numbers.count {
      for start in 0...(numbers.count - length) {
        guard let prefix = prefixes[start], let symbol = numbers[start + length - 1],
          let gram = grams[Step(prefix: prefix, symbol: symbol)]
        else {
          prefixes[start] = nil
          continue
        }
        prefixes[start] = gram
        guard left[gram - 1] > 0 else { continue }
        left[gram - 1] -= 1
        matches[length - 1] += 1
      }
    }
    return matches
  }

  /// How many sequences of each length a row of so many symbols has.
  static func totals(of count: Int, order: Int) -> [Int] { (0..<order).map { max(count - $0, 0) } }
}
