/// Takes a `tokenizer.json` apart. Nothing in it is believed before it has been looked at.
struct TokenizerReader {
  let json: JSONValue
  let file: String?

  private func error(_ kind: TokenizerError.Kind) -> TokenizerError { TokenizerError(kind, file: file) }

  private func member(_ key: String) -> JSONValue { json[key] ?? .null }

  private func unsupported(_ key: String) -> TokenizerError {
    let value = member(key)
    let found = value["type"]?.string ?? (try? value.text(.oneLine)) ?? "a value"
    return error(.unsupported(member: key, found: found))
  }

  // MARK: Rules

  /// A file without a version is as good as one of the first.
  func checkVersion() throws(TokenizerError) {
    let found = member("version")
    if found == .null || found == .string(Tokenizer.formatVersion) { return }
    throw error(.otherVersion((try? found.text(.oneLine)) ?? "of another kind"))
  }

  func level() throws(TokenizerError) -> Tokenizer.Level {
    let found = member("pre_tokenizer")
    guard let level = Tokenizer.Level.allCases.first(where: { Tokenizer.preTokenizer($0).hasSameMembers(as: found) })
    else { throw unsupported("pre_tokenizer") }
    return level
  }

  /// The word that ends of line stand for: the content of a normalizer that puts it in their place.
  func endOfLine(_ level: Tokenizer.Level) throws(TokenizerError) -> String? {
    let normalizer = member("normalizer")
    if level == .bytePair {
      guard normalizer.hasSameMembers(as: Tokenizer.spaceNormalizer) else { throw unsupported("normalizer") }
      return nil
    }
    if normalizer == .null { return nil }
    guard level == .word, let content = normalizer["content"]?.string, content.utf8.count > 2 else {
      throw unsupported("normalizer")
    }
    let symbol = String(content.dropFirst().dropLast())
    guard Tokenizer.endOfLineNormalizer(symbol).hasSameMembers(as: normalizer),
      !symbol.unicodeScalars.contains(where: \.isWhiteSpace)
    else { throw unsupported("normalizer") }
    return symbol
  }

  func refuseTheRest(_ level: Tokenizer.Level) throws(TokenizerError) {
    for key in ["truncation", "padding", "post_processor"] where member(key) != .null { throw unsupported(key) }
    guard member("decoder").hasSameMembers(as: Tokenizer.decoder(level)) else { throw unsupported("decoder") }
  }

  // MARK: Symbols

  func vocabulary(_ level: Tokenizer.Level, _ endOfLine: String?) throws(TokenizerError) -> Vocabulary {
    let model = member("model")
    guard let kind = model["type"]?.string else {
      throw error(.malformed(member: "model.type", expected: "the name of a kind of model"))
    }
    guard kind == (level == .bytePair ? "BPE" : "WordLevel") else { throw unsupported("model") }
    let symbols = try symbolsInOrder(model["vocab"])
    let specials = try specialSymbols(symbols)
    guard let unknown = model["unk_token"]?.string else {
      throw error(.malformed(member: "model.unk_token", expected: "a text"))
    }
    let isKnown = symbols.contains { $0.hasSameCodePoints(as: unknown) }
    guard let vocabulary = Vocabulary(symbols: symbols, specials: specials, unknown: isKnown ? unknown : nil) else {
      throw error(.malformed(member: "added_tokens", expected: "a list without repetitions"))
    }
    if let endOfLine, vocabulary.id(of: endOfLine) == nil {
      throw error(.malformed(member: "normalizer.content", expected: "a word of the vocabulary"))
    }
    if level == .character { try checkCharacters(vocabulary) }
    return vocabulary
  }

  private func symbolsInOrder(_ value: JSONValue?) throws(TokenizerError) -> [String] {
    guard let object = value?.object else {
      throw error(.malformed(member: "model.vocab", expected: "an object of symbols and ids"))
    }
    guard !object.isEmpty else { throw error(.empty) }
    var symbols = [String?](repeating: nil, count: object.count)
    for (symbol, value) in object {
      guard let id = value.integer else {
        throw error(.malformed(member: "model.vocab.\(symbol.printable())", expected: "a whole number"))
      }
      guard symbols.indices.contains(id) else { throw error(.gap(id: id, symbol: symbol, count: object.count)) }
      guard symbols[id] == nil else { throw error(.duplicateID(id, symbol: symbol)) }
      symbols[id] = symbol
    }
    return symbols.compactMap { $0 }
  }

  private func specialSymbols(_ symbols: [String]) throws(TokenizerError) -> [String] {
    guard let tokens = member("added_tokens").array else {
      throw error(.malformed(member: "added_tokens", expected: "a list"))
    }
    var specials: [String] = []
    for token in tokens {
      guard let id = token["id"]?.integer, let content = token["content"]?.string else {
        throw error(.malformed(member: "added_tokens", expected: "a list of objects with 'id' and 'content'"))
      }
      for key in ["single_word", "lstrip", "rstrip", "normalized"] where token[key] == true {
        throw error(.unsupported(member: "added_tokens.\(key)", found: "true"))
      }
      guard symbols.indices.contains(id), symbols[id].hasSameCodePoints(as: content) else {
        throw error(.strangeSpecial(content, id: id))
      }
      specials.append(content)
    }
    return specials
  }

  // MARK: Merges

  func merges(_ vocabulary: Vocabulary) throws(TokenizerError) -> MergeTable {
    let model = member("model")
    let options = [
      "dropout", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges",
    ]
    for key in options {
      let value = model[key] ?? .null
      guard value == .null || value == false else {
        throw error(.unsupported(member: "model.\(key)", found: (try? value.text(.oneLine)) ?? "a value"))
      }
    }
    guard let listed = model["merges"]?.array else {
      throw error(.malformed(member: "model.merges", expected: "a list of pairs of symbols"))
    }
    var pairs: [SymbolPair] = []
    pairs.reserveCapacity(listed.count)
    for (index, value) in listed.enumerated() { pairs.append(try pair(value, index, vocabulary)) }
    do throws(MergeTable.Problem) {
      return try MergeTable(pairs, vocabulary)
    } catch {
      switch error {
      case .unknownResult(let index, let symbol): throw self.error(.unknownInMerge(index: index, symbol: symbol))
      case .repeated(let index): throw self.error(.repeatedMerge(index: index))
      }
    }
  }

  private func pair(_ value: JSONValue, _ index: Int, _ vocabulary: Vocabulary) throws(TokenizerError) -> SymbolPair {
    guard let symbols = value.array, symbols.count == 2, let left = symbols[0].string, let right = symbols[1].string
    else { throw error(.malformed(member: "model.merges[\(index)]", expected: "a pair of symbols")) }
    guard let leftId = vocabulary.id(of: left) else { throw error(.unknownInMerge(index: index, symbol: left)) }
    guard let rightId = vocabulary.id(of: right) else { throw error(.unknownInMerge(index: index, symbol: right)) }
    return SymbolPair(leftId, rightId)
  }

  private func checkCharacters(_ vocabulary: Vocabulary) throws(TokenizerError) {
    let others = Set(vocabulary.specials + (vocabulary.unknown.map { [$0] } ?? []))
    for (id, symbol) in vocabulary.symbols.enumerated() where !others.contains(Int32(id)) {
      guard symbol.unicodeScalars.count == 1 else { throw error(.notOneCharacter(symbol)) }
    }
  }
}

extension JSONValue {
  /// Whether both are objects with the same members, in any order, or equal values.
  fileprivate func hasSameMembers(as other: JSONValue) -> Bool {
    guard let mine = object, let others = other.object else { return self == other }
    return mine.count == others.count && mine.allSatisfy { member in others[member.key] == member.value }
  }
}
