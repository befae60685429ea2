import RecurrentFormats
public import RecurrentTraining

extension ClassificationTraining {
  /// The figures on each part, those of the commonest answer on the test part, the table of labels and the confusion matrix
  /// of the test part or, where there is none, of the validation part.
  public func findings(on classifier: Classifier, in folder: RunFolder) throws -> TaskFindings {
    var findings = TaskFindings()
    findings.notes = notes
    for part in Part.allCases {
      guard let examples = data.parts[part] else { continue }
      let (row, baseline, evaluation) = classifier.findings(
        of: examples, name: part.rawValue, usual: data.parts[.train]?.answers)
      findings.metrics.append(row)
      let isLast = part == .test || (part == .validation && data.parts[.test] == nil)
      guard isLast else { continue }
      if let baseline { findings.baselines = [baseline] }
      guard case .labels(let metrics) = evaluation else { continue }
      let title = part == .test ? "labels of the test part" : "labels of the validation part"
      findings.tables = [classifier.table(metrics, title: title)]
      findings.details = classifier.details(metrics)
      guard classifier.configuration.plot else { continue }
      let path = folder.path + "/confusion.svg"
      try classifier.chart(
        metrics,
        title: part == .test ? "Test part: true and predicted labels" : "Validation part: true and predicted labels"
      ).write(to: path)
      findings.pictures = [TaskFindings.Picture("chart", at: path)]
    }
    return findings
  }
}
