import RecurrentFormats
import RecurrentLayers

extension Tagger: ExchangeableModel {
  /// The vectors of words, the recurrent layers and the head; a score for each label at each word comes out.
  public func exchanged() throws(ExchangeError) -> ExchangedNetwork {
    var layers = ExchangedLayers(task: Self.task)
    if network.field != nil {
      throw layers.error("a conditional random field scores neighbouring labels", mend: "train with head softmax")
    }
    if network.characters != nil {
      throw layers.error("words are also made of their characters", mend: "train with characters none")
    }
    guard let words = network.words else { preconditionFailure("a tagger without words and characters has no inputs") }
    layers.add("embedding", words, from: "words")
    try layers.add(network.stack, from: "stack")
    layers.add("head", network.head, from: "head")
    let symbols = vocabularies.labels.symbols
    layers.notes = [
      "goes in: the numbers that tokenizer.json gives to the words of a sentence"
        + (configuration.wordCase == .lower ? ", in lower case" : ""),
      "comes out: at each word logits, whose softmax are the probabilities of \(symbols.printableList(limit: 12))",
    ]
    return layers.network()
  }
}
