public import RecurrentFormats
public import RecurrentTraining

extension TranslationTraining {
  /// Adds the texts of all parts.
  public func digestData(into hash: inout SHA256) {
    for (part, corpus) in parts.all {
      hash.update(Array("\(part.rawValue)\n".utf8))
      for pair in corpus.pairs { hash.update(Array("\(pair.source)\t\(pair.target)\n".utf8)) }
    }
  }

  /// How good translations of the held out parts are, by a beam of 5.
  public func findings(on translator: Translator, in folder: RunFolder) throws -> TaskFindings {
    var findings = TaskFindings()
    findings.notes = notes
    for (part, corpus) in parts.all where part != .train {
      let found = try translator.findings(on: corpus, as: part, DecodingSettings())
      findings.metrics += found.metrics
      findings.notes += found.notes
      // The last part is the one that is reported on.
      if part == .test || parts.test == nil {
        findings.tables += found.tables
        for (key, value) in found.details { findings.details[key] = value }
      }
    }
    return findings
  }
}
