import RecurrentFormats
import RecurrentLayers

extension Classifier: ExchangeableModel {
  /// Embedding, convolutions, recurrent layers, the pooling and the head; logits come out.
  public func exchanged() throws(ExchangeError) -> ExchangedNetwork {
    var layers = ExchangedLayers(task: Self.task)
    if let embedding = network.embedding { layers.add("embedding", embedding, from: "embedding") }
    for (index, block) in network.convolutions.enumerated() {
      try layers.add(block, index, poolSize: configuration.network.poolSize)
    }
    if let stack = network.stack { try layers.add(stack, from: "stack") }
    guard network.poolings.count == 1 else {
      throw layers.error("it puts \(network.poolings.count) poolings side by side", mend: "train with one pooling")
    }
    switch network.poolings[0] {
    case .last where network.stack?.layers.last?.isBidirectional == true: layers.add("final", .finalHidden)
    case .last: layers.add("last", .lastStep)
    case .mean: layers.add("mean", .globalPooling(kind: .average))
    case .max: layers.add("max", .globalPooling(kind: .max))
    case .attention: throw layers.error("its pooling is attention", mend: "train with pooling last, mean or max")
    }
    layers.add("head", network.head, from: "head")
    layers.notes = exchangeNotes
    return layers.network()
  }

  private var exchangeNotes: [String] {
    var notes: [String] = []
    switch inputs {
    case .text: notes.append("goes in: the numbers that tokenizer.json gives to a text")
    case .signal(let encoding):
      notes.append(
        "goes in: \(encoding.featureCount) features a step, the channels \(encoding.channels.printableList(limit: 12)) scaled as 'signal' in config.json says"
      )
    }
    switch target {
    case .labels(let labels):
      notes.append("comes out: logits, whose softmax are the probabilities of \(labels.printableList(limit: 12))")
    case .number(let mean, let deviation):
      notes.append("comes out: a number y; the answer is \(mean) + \(deviation) y")
    }
    return notes
  }
}

extension ExchangedLayers {
  fileprivate mutating func add(_ block: ConvolutionBlock, _ index: Int, poolSize: Int) throws(ExchangeError) {
    guard block.convolutions.count == 1 else {
      throw error("its convolutions stand side by side", mend: "train with convolutions blocks")
    }
    let path = "convolutions.\(index)"
    add("conv\(index)", block.convolutions[0], from: path + ".convolutions.0")
    if let normalization = block.normalization { add("norm\(index)", normalization, from: path + ".normalization") }
    add("relu\(index)", .activation(function: .relu))
    if block.pooling != nil { add("pool\(index)", .maxPooling(window: PoolingDescription(kernelSize: poolSize))) }
  }
}

extension AnySequenceLayer {
  /// Whether the layer is known to go both ways.
  fileprivate var isBidirectional: Bool { (try? RecurrentDescription(of: self))?.directionCount == 2 }
}
