import Foundation
public import RecurrentDistribution
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining

extension Translator {
  /// Pairs that are judged at a time.
  private static let pairsAtATime = 64

  /// The mean loss of a symbol of the targets and the perplexity, the exponential of it. Pairs that no alignment has, where
  /// symbols are aligned, count as 0.
  func likelihood(on corpus: ParallelCorpus, over communicator: any Communicator = SingleProcess()) throws -> [Metric] {
    let pairs = EncodedPairs(corpus, self)
    let batches = LengthBatches(lengths: pairs.sources.lengths, batchSize: Self.pairsAtATime).inOrder
    // Of each batch the sum of the losses, and the number of symbols.
    let all = try communicator.sharing(batches.count) { number -> [Double] in
      let batch = pairs.batch(batches[number])
      guard let decoder = network.decoder else {
        let losses = alignmentLosses(of: batch, by: network)
        return [Double(losses.sum().scalar), Double(batch.targets.reduce(0) { $0 + $1.count })]
      }
      let (logits, _) = decoder.logits(batch, decoder.memory(of: network.encoder(batch.sources)))
      let count = Double(batch.labels.count)
      return [Double(crossEntropy(logits, batch.labels).scalar) * count, count]
    }
    let (sum, count) = all.reduce((0, 0)) { ($0.0 + $1[0], $0.1 + $1[1]) }
    let mean = sum / max(count, 1)
    return [Metric("loss", mean), Metric("perplexity", exp(mean))]
  }

  /// What is looked at after every epoch: the figure that the best one is chosen by first.
  func quickMetrics(
    on corpus: ParallelCorpus, over communicator: any Communicator = SingleProcess()
  ) throws -> [Metric] {
    let likelihood = try likelihood(on: corpus, over: communicator)
    let name: String
    switch configuration.judge {
    case .loss: return likelihood
    case .bleu: name = "bleu"
    case .exactMatch: name = "exact_match"
    case .errorRate: name = "token_error_rate"
    }
    var greedy = DecodingSettings()
    greedy.beamSize = 1
    let scores = TranslationScores(try divided(corpus.sources, greedy, over: communicator), of: corpus, self)
    return scores.metrics.filter { $0.name == name } + likelihood
  }

  /// Judges translations of a part of the data.
  func findings(
    on corpus: ParallelCorpus, as part: Part, _ settings: DecodingSettings,
    over communicator: any Communicator = SingleProcess(),
    onProgress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> TaskFindings {
    var findings = TaskFindings()
    var done = 0
    let translated = try divided(corpus.sources, settings, over: communicator) { count in
      done += count
      onProgress(done, corpus.sources.count)
    }
    let scores = TranslationScores(translated, of: corpus, self)
    findings.metrics.append(TaskFindings.Row(part, scores.metrics + (try likelihood(on: corpus, over: communicator))))
    findings.tables.append(TaskFindings.Table("translations of the \(part.rawValue) part", scores.examples))
    findings.details["bleu_signature"] = .string(scores.signature)
    findings.details["examples"] = scores.exampleDetails
    if scores.unknownCount > 0 {
      findings.notes.append(
        "\(part.rawValue): \(scores.unknownCount) of \(scores.sourceCount) symbols of sources are not in the vocabulary and "
          + "are read as \(Vocabulary.unknownSymbol)")
    }
    return findings
  }
}

extension Translator: EvaluableModel {
  /// Judges the model on a table of pairs; nil is the test part of the training. Translations are those of a beam of 5.
  public func evaluate(
    on data: String?, drawing picture: String?, over communicator: any Communicator,
    onProgress: (_ done: Int, _ total: Int) -> Void
  ) throws -> TaskFindings {
    if picture != nil {
      throw TranslationError.unsupported(
        "the judgement of a translator has no picture",
        mend: "draw where it looks with recurrent translate --attention FILE.svg")
    }
    let parts: ParallelCorpus
    if let data {
      parts = try TranslationParts.corpus(data, configuration)
    } else {
      guard let test = try TranslationParts.test(of: configuration) else { throw TranslationError.noTestData }
      parts = test
    }
    try communicator.requireSameWork { hash in
      parts.sources.digest(into: &hash)
      for pair in parts.pairs { hash.update(text: pair.target) }
    }
    var findings = try findings(
      on: parts, as: .test, DecodingSettings(), over: communicator, onProgress: onProgress)
    findings.notes = parts.skipped.notes + findings.notes
    return findings
  }
}
