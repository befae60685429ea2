public import RecurrentFormats

/// What words, characters and labels are numbered by.
public struct TaggingVocabularies: Sendable {
  /// The words that have a vector of their own, in lower case if so asked for.
  public let words: Vocabulary
  /// The characters that have a vector of their own, and what stands before and behind a word.
  public let characters: Vocabulary
  /// The labels that the network tells apart.
  public let labels: Vocabulary
  /// The words of the training part as they were written there; others are unknown words.
  public let knownWords: Set<String>
  /// What is done to the letters of words before they are looked up.
  let wordCase: WordCase
  private let characterLimit: Int

  /// What stands before a word.
  static let wordStart = "<w>"
  /// What stands behind a word.
  static let wordEnd = "</w>"

  init(
    words: Vocabulary, characters: Vocabulary, labels: Vocabulary, knownWords: Set<String>,
    _ configuration: TaggingConfiguration
  ) {
    self.words = words
    self.characters = characters
    self.labels = labels
    self.knownWords = knownWords
    wordCase = configuration.wordCase
    characterLimit = configuration.characterLimit
  }

  /// The vocabularies of sentences.
  ///
  /// - Parameters:
  ///   - sentences: Each word with what the network is to say of it.
  ///   - configuration: How words are looked up.
  /// - Returns: The vocabularies, and how often each word of `words` occurs.
  static func make(
    of sentences: [TaggedSentence], _ configuration: TaggingConfiguration
  ) -> (vocabularies: TaggingVocabularies, wordCounts: [Int]) {
    var (words, characters, labels) = (SymbolCounts(), SymbolCounts(), SymbolCounts())
    var known = Set<String>()
    for sentence in sentences {
      for (word, label) in zip(sentence.words, sentence.labels) {
        words.add(configuration.wordCase.applied(to: word))
        characters.add(word, level: .character)
        labels.add(label)
        known.insert(word)
      }
    }
    let unknown = Vocabulary.unknownSymbol
    let wordVocabulary = Vocabulary(counting: words, specials: [unknown], minimumCount: configuration.minimumCount)
    let vocabularies = TaggingVocabularies(
      words: wordVocabulary,
      // A character that occurs once says no more than that it is rare.
      characters: Vocabulary(counting: characters, specials: [unknown, wordStart, wordEnd], minimumCount: 2),
      labels: Vocabulary(counting: labels, specials: []), knownWords: known, configuration)
    return (vocabularies, wordVocabulary.symbols.map { words[$0] })
  }

  /// The number of a word.
  func wordID(_ word: String) -> Int32 { words[wordCase.applied(to: word)] }

  /// The numbers of the characters of a word between those of its two ends; of a long word those in its middle are left
  /// out.
  func characterIDs(_ word: String) -> [Int32] {
    let scalars = Array(word.unicodeScalars)
    let kept =
      scalars.count <= characterLimit
      ? scalars[...] : scalars.prefix((characterLimit + 1) / 2) + scalars.suffix(characterLimit / 2)
    return [characters[Self.wordStart]] + kept.map { characters[String($0)] } + [characters[Self.wordEnd]]
  }

  /// The numbers of the labels of a sentence; -1 for one that the network does not know.
  func labelIDs(_ labels: [String]) -> [Int32] { labels.map { self.labels.id(of: $0) ?? -1 } }
}

extension WordCase {
  /// The word as it is looked up.
  func applied(to word: String) -> String { self == .lower ? word.lowercased() : word }
}
