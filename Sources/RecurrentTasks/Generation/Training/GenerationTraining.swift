public import RecurrentFormats
public import RecurrentLayers
import RecurrentTensor
public import RecurrentTraining
import Synchronization

/// The training of a language model: its examples, its loss, and how it is judged after an epoch.
public struct GenerationTraining: TaskTraining {
  /// What is trained.
  public typealias Model = LanguageNetwork
  /// The states at the end of the window before.
  public typealias Carry = TruncatedStream<TokenBatch, LanguageNetwork.State>

  /// The model with its first weights.
  public let initial: LanguageModel
  let data: GenerationData
  private let training: TextPart
  private let rows: ReadingRows
  /// Which records stand in which row.
  private let shares: [[Int]]
  private let epochRows = EpochRows()

  var configuration: GenerationConfiguration { initial.configuration }
  private var rule: TruncatedBPTT { TruncatedBPTT(interval: configuration.length) }

  /// Reads the data of a configuration and makes a model with its first weights.
  public init(_ configuration: GenerationConfiguration) throws {
    self.init(configuration, try GenerationData.read(configuration))
  }

  /// Makes a model for text that was read before.
  init(_ configuration: GenerationConfiguration, _ data: GenerationData) {
    self.data = data
    initial = LanguageModel(configuration, data.tokenizer, data.schema)
    training = data.parts[.train] ?? TextPart()
    shares = ReadingRows.sharing(training.records, among: configuration.batchSize)
    rows = training.rows(configuration.batchSize, end: initial.endSymbol)
  }

  /// What losses are means over.
  public var itemName: String { configuration.level == .word ? "tokens" : "characters" }

  /// The number of windows of an epoch.
  public func batchCount(inEpoch epoch: Int) -> Int {
    configuration.stepsPerEpoch ?? (rows.stepCount + configuration.length - 1) / configuration.length
  }

  /// The layers' own first state.
  public func initialCarry(inEpoch epoch: Int) -> Carry { rule.makeStream() }

  /// Rows that are read side by side.
  public var examplesPerBatch: Int {
    configuration.arrangement == .windows ? configuration.batchSize : rows.rows.count
  }

  /// The mean cross-entropy of the next window, or of some of its rows, and the penalties.
  public func loss(of model: LanguageNetwork, on batch: BatchPosition, carry: inout Carry) -> BatchLoss {
    let window = window(batch)
    // All rows of the share may have come to their ends.
    if window.count == 0, !batch.share.isWhole { return .empty }
    let output =
      configuration.arrangement == .windows
      ? model(window)
      : carry.run(window.inputs) { inputs, state in
        let output = model(window, from: state)
        return (output, output.finalState)
      }
    var loss = crossEntropy(output.logits, window.targets)
    if configuration.activationPenalty > 0 {
      loss = loss + activationRegularization(output.dropped, alpha: configuration.activationPenalty)
    }
    if configuration.changePenalty > 0 {
      let penalty = temporalActivationRegularization(output.outputs, beta: configuration.changePenalty)
      loss = loss + penalty * (batch.share.isWhole ? 1 : changeFactor(of: window, in: batch))
    }
    return BatchLoss(mean: loss, count: window.count)
  }

  /// The loss, perplexity and, of characters, bits a character on the validation part.
  public func validate(_ model: LanguageNetwork) -> [Metric] {
    data.parts[.validation].map { initial.metrics(of: $0, by: model) } ?? []
  }

  /// Adds the symbols and the conditions of all parts.
  public func digestData(into hash: inout SHA256) {
    for part in Part.allCases {
      guard let found = data.parts[part] else { continue }
      for symbols in [found.running] + found.records { symbols.withUnsafeBytes { hash.update($0) } }
      found.conditions?.scalars.withUnsafeBytes { hash.update($0) }
    }
  }

  /// The figures on each part.
  public func findings(on model: LanguageModel, in folder: RunFolder) throws -> TaskFindings {
    var findings = TaskFindings()
    findings.notes = data.notes
    for part in Part.allCases {
      guard let found = data.parts[part] else { continue }
      findings.metrics.append(TaskFindings.Row(part, model.metrics(of: found, by: model.network)))
      if part == .test { try model.addObedience(on: found, to: &findings, as: part) }
    }
    return findings
  }
}

extension GenerationTraining {
  /// Conditions of a text of training, each as `name=value`: an example of what can be asked for.
  public var exampleConditions: [String] {
    guard let first = training.texts.first else { return [] }
    return first.conditions.compactMap { name, value in
      ((value.string ?? (try? value.text(.oneLine))).map { "\(name)=\($0)" })
    }
  }
}

// MARK: - Windows

extension GenerationTraining {
  /// Changes are counted between steps, while rows weigh by their symbols: a row of one symbol has no change.
  private func changeFactor(of window: LanguageBatch, in batch: BatchPosition) -> Float {
    func sizes(_ window: LanguageBatch) -> PenaltyShare.Sizes {
      let pairs = window.inputs.lengths?.reduce(0) { $0 + max(Int($1) - 1, 0) }
      return (window.count, items: pairs ?? (window.inputs.stepCount - 1) * window.inputs.batchSize)
    }
    let whole = BatchPosition(epoch: batch.epoch, index: batch.index, step: batch.step, key: batch.key)
    return PenaltyShare.factor(of: sizes(window), among: sizes(self.window(whole)))
  }

  func window(_ batch: BatchPosition) -> LanguageBatch {
    let length = configuration.length
    let conditions = training.conditions.map { ($0, configuration.conditioning) }
    switch configuration.arrangement {
    case .windows:
      return randomWindows(batch)
    case .stream:
      return rows.batch(steps(batch, of: rows), ofRows: batch.share(of: rows.rows.count), conditions: conditions)
    case .records:
      let rows = epochRows.rows(epoch: batch.epoch, key: batch.key) { epochRows(inEpoch: batch.epoch, batch.key) }
      return rows.batch(steps(batch, of: rows), ofRows: batch.share(of: rows.rows.count), conditions: conditions)
    }
    func steps(_ batch: BatchPosition, of rows: ReadingRows) -> Range<Int> {
      batch.index * length..<min((batch.index + 1) * length, rows.stepCount)
    }
  }

  /// Windows that begin anywhere, a function of step and key.
  private func randomWindows(_ batch: BatchPosition) -> LanguageBatch {
    let key = batch.key.folding(.shuffle).folding(batch.step)
    let length = configuration.length
    let windows = batch.share(of: configuration.batchSize).map { row in
      let start = key.integer(at: row, below: training.running.count - length)
      return ReadingRows.Row(
        inputs: Array(training.running[start..<start + length]),
        targets: Array(training.running[start + 1..<start + length + 1]))
    }
    return ReadingRows(windows).batch(0..<length, conditions: nil)
  }

  /// The records of each row in an order of the epoch. The rows keep their records, and with them their lengths.
  private func epochRows(inEpoch epoch: Int, _ key: RandomKey) -> ReadingRows {
    guard let end = initial.endSymbol else { return rows }
    let key = key.folding(.shuffle).folding(epoch)
    let ordered = shares.enumerated().map { row, numbers in
      key.folding(row).permutation(of: numbers.count).map { numbers[$0] }
    }
    return ReadingRows(training.records, end: end, rows: ordered)
  }
}

/// The rows of the running epoch, kept while its windows are read.
private final class EpochRows: Sendable {
  private struct Epoch: Sendable {
    let number: Int
    let key: RandomKey
    let rows: ReadingRows
  }

  private let last = Mutex<Epoch?>(nil)

  func rows(epoch: Int, key: RandomKey, make: () -> ReadingRows) -> ReadingRows {
    last.withLock { last in
      if let last, last.number == epoch, last.key == key { return last.rows }
      let rows = make()
      last = Epoch(number: epoch, key: key, rows: rows)
      return rows
    }
  }
}
