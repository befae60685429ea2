import RecurrentLayers
import RecurrentTensor

/// The different words of some sentences, each numbered once.
struct WordTable: Sendable {
  /// The number of each word.
  private(set) var words: [Int32] = []
  /// The numbers of the characters of each word.
  private(set) var characters: [[Int32]] = []
  private var places: [String: Int] = [:]

  /// The place of a word, which is added if need be.
  mutating func place(of word: String, in vocabularies: TaggingVocabularies) -> Int {
    if let place = places[word] { return place }
    let place = words.count
    places[word] = place
    words.append(vocabularies.wordID(word))
    characters.append(vocabularies.characterIDs(word))
    return place
  }
}

/// Sentences as the network sees them.
struct TaggingBatch: Sendable {
  /// The numbers of the words, `[T, N]`.
  let words: TokenBatch
  /// The characters of each different word, `[longest word, different words]`.
  let characters: TokenBatch
  /// Which of the different words stands at each step, `[T · N]`; -1 for none.
  let places: [Int32]

  /// A batch of sentences.
  ///
  /// - Parameters:
  ///   - sentences: The places of the words of each in the table.
  ///   - table: The different words.
  ///   - wordID: The number of a word in the batch, given its row, its step and its number in the table: what word dropout
  ///     changes.
  init(_ sentences: [[Int]], _ table: WordTable, wordID: (Int, Int, Int32) -> Int32 = { $2 }) {
    var distinct: [[Int32]] = []
    var numbers: [Int: Int32] = [:]
    let places = TokenBatch(
      sentences.map { sentence in
        sentence.map { place in
          if let number = numbers[place] { return number }
          let number = Int32(distinct.count)
          numbers[place] = number
          distinct.append(table.characters[place])
          return number
        }
      })
    words = TokenBatch(
      sentences.enumerated().map { row, sentence in
        sentence.enumerated().map { step, place in wordID(row, step, table.words[place]) }
      })
    characters = TokenBatch(distinct)
    self.places = places.tokens
  }
}
