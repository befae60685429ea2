import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

extension Classifier {
  /// Puts pre-trained vectors in the place of random ones, for the words of the vocabulary that the file knows.
  ///
  /// A word that the file knows only in small letters is taken in small letters. Vectors are scaled as they are; words
  /// without one keep their random numbers.
  ///
  /// - Returns: How many words were found, in words.
  mutating func takeVectors(from path: String) throws(ClassificationError) -> String {
    guard case .text(let encoding) = inputs, let weight = network.embedding?.weight.value else {
      throw .settings(problem: "vectors are for words, and the data are signals", mend: "leave vectors out")
    }
    let symbols = encoding.tokenizer.vocabulary.symbols
    let wanted = Set(symbols).union(symbols.map { $0.lowercased() })
    let file: WordVectors
    do throws(WordVectorsError) {
      file = try WordVectors(path: path) { wanted.contains($0) }
    } catch {
      throw .vectors(error)
    }
    let width = weight.shape[1]
    guard file.dimension == width else {
      throw .settings(
        problem: "\(path.printable(limit: 400)) has vectors of \(file.dimension) numbers, and embedding is \(width)",
        mend: "set embedding to \(file.dimension)")
    }
    var scalars = weight.scalars
    var found = 0
    for (id, symbol) in symbols.enumerated() {
      guard let vector = file.vectors[symbol] ?? file.vectors[symbol.lowercased()] else { continue }
      scalars.replaceSubrange(id * width..<(id + 1) * width, with: vector)
      found += 1
    }
    network.embedding?.weight.value = Tensor(scalars, shape: weight.shape)
    if !configuration.tunesVectors { network.embedding?.weight.isTrainable = false }
    let share = (1000 * Double(found) / Double(max(1, symbols.count))).rounded() / 10
    return "vectors of \(found) of \(symbols.count) words (\(share) %) found in \(path.printable(limit: 400)), "
      + (configuration.tunesVectors ? "trained on" : "kept as they are")
  }
}
