public import RecurrentLayers
import RecurrentTensor

/// Two networks: one reads a sequence, the other writes one (Cho et al., 2014; Sutskever et al., 2014; Bahdanau et al.,
/// 2015). With connectionist temporal classification a map to symbols stands in place of the second.
public struct TranslationNetwork: Module {
  /// What reads.
  public var encoder: SourceEncoder
  /// What writes; nil where the steps of the source say symbols.
  public var decoder: TargetDecoder?
  /// From the outputs of the encoder to the logits of symbols and of nothing; nil where there is a decoder.
  public var head: Linear?

  /// Networks with random weights.
  ///
  /// - Parameters:
  ///   - configuration: What they are to be.
  ///   - source: What sources are.
  ///   - targetSize: The symbols of targets.
  ///   - key: Where the random numbers come from.
  init(_ configuration: TranslationConfiguration, source: SourceInputs, targetSize: Int, key: RandomKey) {
    encoder = SourceEncoder(configuration, inputs: source, key: key.folding(0))
    switch configuration.writer {
    case .decoder:
      decoder = TargetDecoder(configuration, vocabularySize: targetSize, encoder: encoder, key: key.folding(1))
    case .ctc: head = Linear(inputSize: encoder.layers.outputSize, outputSize: targetSize, key: key.folding(2))
    }
  }

  /// Visits what reads and what writes.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("encoder", &encoder)
    visitor.visit("decoder", &decoder)
    visitor.visit("head", &head)
  }

  /// The logits of symbols at the steps of some sources, `[S, N, V]`.
  func stepLogits(_ sources: SourceBatch, _ head: Linear) -> SequenceBatch { head(encoder(sources).outputs) }
}

extension TranslationConfiguration {
  /// The attention of a decoder; nil for none.
  func makeAttention(querySize: Int, keySize: Int, key: RandomKey) -> AnyAttention? {
    switch attention {
    case .none: nil
    case .additive:
      AnyAttention(AdditiveAttention(querySize: querySize, keySize: keySize, size: attentionSize, key: key))
    case .dot: AnyAttention(DotAttention(size: querySize))
    case .general: AnyAttention(GeneralAttention(querySize: querySize, keySize: keySize, key: key))
    case .projected:
      AnyAttention(ProjectedAttention(querySize: querySize, keySize: keySize, size: attentionSize, key: key))
    }
  }

  /// What in the settings does not go together; nil where all does.
  var contradiction: String? {
    if let problem = encoder.contradiction { return "encoder: \(problem)" }
    if let problem = decoder.contradiction { return "decoder: \(problem)" }
    if writer == .ctc { return nil }
    if decoder.isBidirectional { return "decoder_bidirectional: what is written has no end yet to begin from" }
    if attention == .none {
      if coverage { return "coverage is there for decoders with attention, and attention is none" }
      if attentionOrder != .afterStep { return "attention_order \(attentionOrder.rawValue), and attention is none" }
    }
    if coverageLoss > 0, !coverage { return "coverage_loss above 0, and coverage is false" }
    if attention == .dot, encoder.outputSize != decoder.outputSize {
      return
        "attention dot matches \(decoder.outputSize) units of the decoder with \(encoder.outputSize) of the encoder; "
        + "general and projected take different widths"
    }
    if attention != .none, attentionOrder == .beforeStep, decoder.cell == .convolution {
      return "attention_order before-step asks with a recurrent state, which decoder_cell conv does not have"
    }
    return bridgeContradiction
  }

  private var bridgeContradiction: String? {
    guard bridge == .identity, contextRoute.reachesState else { return nil }
    // Small layers of the same kinds tell whether the parts of the states agree.
    let parts = [encoder, decoder].map { architecture in
      let stack = architecture.makeStack(inputSize: 1, key: RandomKey(seed: 0))
      return stack.firstState(like: Tensor(zeros: [1, 1])).components.map(\.shape)
    }
    if parts[0] == parts[1] { return nil }
    return "bridge identity takes the encoder's state over, and the layers of encoder and decoder differ"
  }
}
