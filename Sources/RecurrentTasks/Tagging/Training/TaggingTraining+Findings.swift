public import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining

extension TaggingTraining {
  /// Adds words and labels of all parts.
  public func digestData(into hash: inout SHA256) {
    for (_, corpus) in parts.all {
      for sentence in corpus.sentences {
        for (word, label) in zip(sentence.words, sentence.labels) { hash.update(Array("\(word)\t\(label)\n".utf8)) }
        hash.update([UInt8(ascii: "\n")])
      }
    }
    initial.network.words?.weight.value.withScalars { hash.update(UnsafeRawBufferPointer($0)) }
  }

  /// How many labels of each part are right, beside each word's most frequent label on the test part.
  public func findings(on tagger: Tagger, in folder: RunFolder) throws -> TaskFindings {
    var findings = TaskFindings()
    let baseline = FrequentTagBaseline(parts.train.sentences)
    for (part, corpus) in parts.all where part != .train {
      let scores = tagger.scores(on: corpus.sentences)
      findings.metrics.append(TaskFindings.Row(part, scores.metrics))
      // The last part is the one that is reported on.
      if part == .test || parts.test == nil {
        findings.add(scores, of: corpus)
      } else {
        findings.note(scores, of: corpus)
      }
      if part == .test {
        let found = corpus.sentences.map { baseline.labels(of: $0.words) }
        findings.baselines.append(
          TaskFindings.Row("most_frequent", tagger.scores(of: found, on: corpus.sentences).metrics))
      }
    }
    findings.notes += notes + brokenSpans
    return findings
  }

  /// What is wrong with the spans of the training part.
  private var brokenSpans: [String] {
    guard let scheme = initial.scheme else { return [] }
    let broken = parts.train.sentences.count { scheme.firstFault(in: $0.labels) != nil }
    if broken == 0 { return [] }
    return [
      "\(parts.train.file.printable()): \(broken) \(broken == 1 ? "sentence does" : "sentences do") not keep to the scheme "
        + "\(scheme.rawValue); their spans are read as conlleval reads them"
    ]
  }
}
