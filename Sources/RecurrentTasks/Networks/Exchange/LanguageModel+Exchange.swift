import RecurrentLayers
import RecurrentTensor

extension LanguageModel: ExchangeableModel {
  /// The vectors of symbols, the recurrent layers and the head; the logits of what comes next come out at each step. Where the
  /// vectors also make the logits, the head has a copy of them.
  public func exchanged() throws(ExchangeError) -> ExchangedNetwork {
    var layers = ExchangedLayers(task: Self.task)
    if conditionSchema != nil {
      throw layers.error("conditions stand beside the symbols", mend: "train without conditions")
    }
    layers.add("embedding", network.embedding, from: "embedding")
    try layers.add(network.stack, from: "stack")
    if let head = network.head {
      layers.add("head", head, from: "head")
    } else {
      layers.add("head", tiedHead, from: "head", renamed: ["weight": "embedding.weight", "bias": "bias"])
    }
    layers.notes = [
      "goes in: the numbers that tokenizer.json gives to a text; a text that goes on begins with the states of the part before",
      "comes out: at each step logits, whose softmax are the probabilities of the next symbol",
    ]
    return layers.network()
  }

  private var tiedHead: Linear {
    let shape = network.embedding.weight.value.shape
    var head = Linear(
      inputSize: shape[1], outputSize: shape[0], initializer: .zeros, biasInitializer: .zeros, key: RandomKey(seed: 0))
    (head.weight, head.bias) = (network.embedding.weight, network.bias)
    return head
  }
}
