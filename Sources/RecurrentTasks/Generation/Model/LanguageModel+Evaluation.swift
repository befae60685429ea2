import Foundation
public import RecurrentDistribution
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

  /// The same, the rows divided among ranks. Losses are added up in the order of a single process.
  func crossEntropy(
    of rows: ReadingRows, conditions: (table: Tensor, when: Conditioning)?, over communicator: any Communicator
  ) throws -> (mean: Double, count: Int) {
    if communicator.size == 1 { return crossEntropy(of: rows, conditions: conditions) }
    let length = windowLength(rowCount: rows.rows.count)
    let shares = try communicator.sharing(communicator.size) { number -> [[Float]] in
      let own = BatchShare(number, of: communicator.size).range(of: rows.rows.count)
      return losses(of: ReadingRows(Array(rows.rows[own])), windowLength: length, conditions: conditions)
    }
    let rowLosses = shares.flatMap { $0 }
    var sum = 0.0
    for start in stride(from: 0, to: rows.stepCount, by: length) {
      var windowSum = 0.0
      for step in start..<min(start + length, rows.stepCount) {
        for row in rowLosses where step < row.count { windowSum += Double(row[step]) }
      }
      sum += windowSum
    }
    return (sum / Double(max(rows.count, 1)), rows.count)
  }

  /// The losses of the symbols of each row.
  private func losses(
    of rows: ReadingRows, windowLength: Int, conditions: (table: Tensor, when: Conditioning)?
  ) -> [[Float]] {
    var state: State?
    var losses = [[Float]](repeating: [], count: rows.rows.count)
    for start in stride(from: 0, to: rows.stepCount, by: windowLength) {
      let batch = rows.batch(start..<min(start + windowLength, rows.stepCount), conditions: conditions)
      let output = self(batch, from: state)
      state = output.finalState
      let scalars = output.logits.crossEntropy(targets: batch.targets.tokens).scalars
      for (place, loss) in scalars.enumerated() where batch.targets.tokens[place] >= 0 {
        losses[place % losses.count].append(loss)
      }
    }
    return losses
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

  /// The same, the rows divided among ranks.
  func metrics(
    of part: TextPart, by network: LanguageNetwork, over communicator: any Communicator
  ) throws -> [Metric] {
    let rows = part.rows(configuration.batchSize, end: endSymbol)
    let conditions = part.conditions.map { ($0, configuration.conditioning) }
    let found = try network.crossEntropy(of: rows, conditions: conditions, over: communicator)
    return Self.metrics(crossEntropy: found.mean, level: tokenizer.level)
  }
}

extension LanguageModel: EvaluableModel {
  /// Judges the model on a text, or on records; without a file on the test part of its training.
  ///
  /// - Throws: `GenerationError`.
  public func evaluate(
    on data: String?, drawing picture: String?, over communicator: any Communicator,
    onProgress: (_ done: Int, _ total: Int) -> Void
  ) throws -> TaskFindings {
    if picture != nil {
      throw GenerationError.settings("a language model has nothing to draw", mend: "leave --plot out")
    }
    let part = try data.map(readPart) ?? testPart()
    var findings = TaskFindings()
    try communicator.requireSameWork { part.digest(into: &$0) }
    findings.metrics = [TaskFindings.Row(.test, try metrics(of: part, by: network, over: communicator))]
    findings.details["symbols"] = .integer(part.count)
    try addObedience(on: part, to: &findings, as: .test, over: communicator)
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

extension TextPart {
  /// Adds the symbols and the conditions.
  fileprivate func digest(into hash: inout SHA256) {
    for symbols in [running] + records {
      hash.update(numbers: [symbols.count])
      hash.update(numbers: symbols)
    }
    if let conditions { hash.update(numbers: conditions.scalars) }
  }
}
