import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

extension Tagger {
  /// Puts pre-trained vectors in the place of random ones, for the words of the vocabulary that the file knows, be it in
  /// small letters only. Words without one keep their random numbers.
  ///
  /// - Returns: How many words were found, in words.
  mutating func takeVectors(from path: String) throws(TaggingError) -> String {
    let symbols = vocabularies.words.symbols
    let wanted = Set(symbols).union(symbols.map { $0.lowercased() })
    let file: WordVectors
    do throws(WordVectorsError) {
      file = try WordVectors(path: path) { wanted.contains($0) }
    } catch {
      throw .vectors(error)
    }
    guard let weight = network.words?.weight.value, weight.shape[1] == file.dimension else {
      throw .vectorSize(file: path, found: file.dimension, expected: configuration.wordSize)
    }
    var scalars = weight.scalars
    var found = 0
    for (id, symbol) in symbols.enumerated() {
      guard let vector = file.vectors[symbol] ?? file.vectors[symbol.lowercased()] else { continue }
      scalars.replaceSubrange(id * file.dimension..<(id + 1) * file.dimension, with: vector)
      found += 1
    }
    network.words?.weight.value = Tensor(scalars, shape: weight.shape)
    return "vectors of \(found) of \(symbols.count) words found in \(path.printable(limit: 400))"
  }
}
