import RecurrentDistribution
import RecurrentFormats
import RecurrentTensor
import RecurrentTraining

extension LanguageModel {
  /// The most records that obedience is judged on.
  static let judgedRecords = 500

  /// Adds the share of texts that obey the conditions of records to the figures of a part.
  func addObedience(
    on part: TextPart, to findings: inout TaskFindings, as name: Part,
    over communicator: any Communicator = SingleProcess()
  ) throws {
    guard let share = try obedience(on: part, over: communicator),
      let place = findings.metrics.firstIndex(where: { $0.name == name.rawValue })
    else { return }
    let row = findings.metrics[place]
    findings.metrics[place] = TaskFindings.Row(
      row.name, row.metrics + [Metric("obeys", share, .higherIsBetter)])
  }

  /// The share of the records of a part whose conditions a generated text obeys; nil where there are no conditions.
  ///
  /// Where a text obeys if it is that of the record, it is the likeliest one, symbol by symbol; else it is drawn as the
  /// model says.
  func obedience(on part: TextPart, over communicator: any Communicator = SingleProcess()) throws -> Double? {
    guard let conditions = part.conditions, let end = endSymbol else { return nil }
    let count = min(part.texts.count, Self.judgedRecords)
    var request = GenerationRequest()
    request.count = count
    request.seed = configuration.training.seed
    request.limit = configuration.obey == .text ? (part.records.map(\.count).max() ?? 0) + 1 : 400
    request.sampling.temperature = configuration.obey == .text ? 0 : 1
    let rows = conditions.rows(at: (0..<Int32(count)).map { $0 })
    let texts = try texts(of: request, after: [end], conditions: rows, over: communicator)
    let obeying = zip(texts, part.texts).count { written, record in obeys(written.text, record) }
    return Double(obeying) / Double(max(count, 1))
  }

  private func obeys(_ text: String, _ record: TextRecord) -> Bool {
    switch configuration.obey {
    case .text: return text == record.text
    case .fields:
      let tune = ABCTune(text)
      return record.conditions.allSatisfy { name, value in
        guard let letter = name.first, name.count == 1, let wanted = value.string else { return true }
        return tune.value(of: letter) == wanted
      }
    }
  }
}
