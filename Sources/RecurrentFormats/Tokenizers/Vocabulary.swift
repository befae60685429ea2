/// The symbols that a model knows, numbered from 0 without gaps.
///
/// Two symbols are the same only if their code points are, so that `Å` as one code point and as `A` with a ring are two.
public struct Vocabulary: Sendable {
  /// What stands for a symbol that is not in a vocabulary, unless told otherwise.
  public static let unknownSymbol = "<unk>"

  /// The symbols; the place of a symbol is its id.
  public let symbols: [String]
  /// The ids of the symbols that mean something beside the text, such as `<unk>`, in ascending order.
  public let specials: [Int32]
  /// The id of what stands for symbols that are not here, if there is such a thing.
  public let unknown: Int32?

  private let ids: [ExactText: Int32]

  /// A vocabulary of counted symbols: first the specials, then the others by falling frequency, and by code points where
  /// that is equal.
  ///
  /// - Parameters:
  ///   - counts: How often each symbol occurs. Specials among them are passed over.
  ///   - specials: Symbols that are there in any case, such as `<unk>`; none twice.
  ///   - minimumCount: How often a symbol must occur.
  ///   - limit: The most symbols, specials among them.
  public init(counting counts: SymbolCounts, specials: [String], minimumCount: Int = 1, limit: Int? = nil) {
    let special = Set(specials.map { ExactText($0) })
    precondition(special.count == specials.count, "a special symbol stands twice")
    var kept = counts.all.filter { $0.count >= minimumCount && !special.contains(ExactText($0.symbol)) }
    kept.sort { $0.count == $1.count ? $0.symbol.precedesByCodePoints($1.symbol) : $0.count > $1.count }
    let room = max(min(limit ?? .max, Int(Int32.max)) - specials.count, 0)
    let symbols = specials + kept.prefix(room).map(\.symbol)
    let ids = Dictionary(uniqueKeysWithValues: symbols.enumerated().map { (ExactText($1), Int32($0)) })
    self.init(
      symbols: symbols, specials: (0..<Int32(specials.count)).map { $0 },
      unknown: special.contains(ExactText(Vocabulary.unknownSymbol)) ? ids[ExactText(Vocabulary.unknownSymbol)] : nil,
      ids: ids)
  }

  /// A vocabulary of counted symbols; see the other initialiser. Symbols that mean the same characters are one here.
  public init(counting counts: [String: Int], specials: [String], minimumCount: Int = 1, limit: Int? = nil) {
    var exact = SymbolCounts()
    for (symbol, count) in counts { exact.add(symbol, count) }
    self.init(counting: exact, specials: specials, minimumCount: minimumCount, limit: limit)
  }

  /// A vocabulary of known symbols in the order of their ids.
  ///
  /// - Returns: nil where a symbol stands twice, or one of the specials or the unknown symbol is not among them.
  public init?(symbols: [String], specials: [String] = [], unknown: String? = nil) {
    guard symbols.count <= Int(Int32.max) else { return nil }
    var ids: [ExactText: Int32] = [:]
    for (id, symbol) in symbols.enumerated() {
      guard ids.updateValue(Int32(id), forKey: ExactText(symbol)) == nil else { return nil }
    }
    let specialIds = specials.compactMap { ids[ExactText($0)] }
    let unknownId = unknown.flatMap { ids[ExactText($0)] }
    guard Set(specialIds).count == specials.count, (unknownId == nil) == (unknown == nil) else { return nil }
    self.init(symbols: symbols, specials: specialIds.sorted(), unknown: unknownId, ids: ids)
  }

  private init(symbols: [String], specials: [Int32], unknown: Int32?, ids: [ExactText: Int32]) {
    self.symbols = symbols
    self.specials = specials
    self.unknown = unknown
    self.ids = ids
  }

  /// The number of symbols.
  public var count: Int { symbols.count }

  /// The id of a symbol, or nil where it is not here.
  public func id(of symbol: String) -> Int32? { ids[ExactText(symbol)] }

  /// The id of a symbol, or of what stands for unknown ones.
  ///
  /// A symbol that is not in a vocabulary without an unknown symbol is a programmer's mistake; see `unknown` and `id(of:)`.
  public subscript(symbol: String) -> Int32 {
    guard let id = id(of: symbol) ?? unknown else {
      preconditionFailure("'\(symbol.printable())' is not in the vocabulary, which has no unknown symbol")
    }
    return id
  }
}

extension Vocabulary: Hashable {
  /// Whether both have the same symbols, code point by code point, with the same meanings.
  public static func == (a: Vocabulary, b: Vocabulary) -> Bool {
    a.symbols.elementsEqual(b.symbols) { $0.hasSameCodePoints(as: $1) } && a.specials == b.specials
      && a.unknown == b.unknown
  }

  /// Feeds the symbols to the hasher.
  public func hash(into hasher: inout Hasher) {
    for symbol in symbols { hasher.combine(ExactText(symbol)) }
    hasher.combine(unknown)
  }
}
