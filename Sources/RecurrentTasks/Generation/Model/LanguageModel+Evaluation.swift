import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining

extension LanguageNetwork {
  /// The cross-entropy of text that is read from left to right, the state carried on: nats a symbol.
  func crossEntropy(
    of rows: ReadingRows, conditions: (table: Tensor, when: Conditioning)?
  ) -> (mean: Double, count: Int) {
    var state: State?
    var sum = 0.0
    for start in stride(from: 0, to: rows.stepCount, by: windowLength(rowCount: rows.rows.count)) {
      let end = min(start + windowLength(rowCount: rows.rows.count), rows.stepCount)
      let batch = rows.batch(start..<end, conditions: conditions)
      let output = self(batch, from: state)
      state = output.finalState
      sum += output.logits.crossEntropy(targets: batch.targets.tokens).scalars.reduce(0) { $0 + Double($1) }
    }
    return (sum / Double(max(rows.count, 1)), rows.count)
  }

  /// So many steps at once that their logits stay in some 16 MB.
  func windowLength(rowCount: Int) -> Int {
    min(512, max(1, (1 << 22) / (rowCount * embedding.weight.value.shape[0])))
  }
}

extension LanguageModel {
  /// The figures of a cross-entropy.
  static func metrics(crossEntropy: Double, level: Tokenizer.Level) -> [Metric] {
    var metrics = [Metric("loss", crossEntropy), Metric("perplexity", exp(crossEntropy))]
    if level == .character { metrics.append(Metric("bits_per_character", crossEntropy / log(2))) }
    return metrics
  }

  /// How well a network says what comes next in a part of the data.
  func metrics(of part: TextPart, by network: LanguageNetwork) -> [Metric] {
    let rows = part.rows(configuration.batchSize, end: endSymbol)
    let conditions = part.conditions.map { ($0, configuration.conditioning) }
    return Self.metrics(
      crossEntropy: network.crossEntropy(of: rows, conditions: conditions).mean, level: tokenizer.level)
  }
}

extension LanguageModel: EvaluableModel {
  /// Judges the model on a text, or on records; without a file on the test part of its training.
  ///
  /// - Throws: `GenerationError`.
  public func evaluate(
    on data: String?, drawing picture: String?, onProgress: (_ done: Int, _ total: Int) -> Void
  ) throws -> TaskFindings {
    if picture != nil {
      throw GenerationError.settings("a language model has nothing to draw", mend: "leave --plot out")
    }
    let part = try data.map(readPart) ?? testPart()
    var findings = TaskFindings()
    findings.metrics = [TaskFindings.Row(.test, metrics(of: part, by: network))]
    findings.details["symbols"] = .integer(part.count)
    try addObedience(on: part, to: &findings, as: .test)
    return findings
  }

  /// Reads a file as one of training is read.
  func readPart(_ path: String) throws -> TextPart {
    guard configuration.hasRecords else {
      let part = TextPart(running: tokenizer.encode(try readText(path)))
      guard part.count > 0 else { throw GenerationError.tooShort(part: "test", symbols: part.running.count, needed: 2) }
      return part
    }
    let records = try TextRecord.records(
      ofFile: path, separator: configuration.separator, conditions: configuration.conditions)
    guard !records.isEmpty else { throw GenerationError.tooShort(part: "test", symbols: 0, needed: 2) }
    return try TextPart(records, tokenizer, conditionSchema, file: path)
  }

  private func testPart() throws -> TextPart {
    guard let part = try GenerationData.read(configuration).parts[.test] else {
      throw GenerationError.settings("the model was trained without a test part", mend: "give a file with --data")
    }
    return part
  }
}
