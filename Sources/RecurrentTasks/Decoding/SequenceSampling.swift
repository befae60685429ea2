import RecurrentLayers
import RecurrentTensor

/// Draws sequences: symbols come as often as the model, behind the filters of the settings, says.
///
/// What is drawn is a function of the model, the settings, the seed, and the numbers of the source and of the draw, not of
/// the sources beside it.
struct SequenceSampling<Writer: StepwiseWriter> {
  /// A sequence that is being drawn.
  private struct Draw {
    let key: RandomKey
    var symbols: [Int32] = []
    /// The row in which each symbol, and the end, was drawn.
    var rows: [Int] = []
    var logProbability = 0.0
    var ending: GenerationEnding?

    mutating func take(_ symbol: Int32, _ logProbability: Double, row: Int, end: Int32?, limit: Int) {
      rows.append(row)
      self.logProbability += logProbability
      if symbol == end {
        ending = .end
      } else {
        symbols.append(symbol)
        if rows.count == limit { ending = .limit }
      }
    }
  }

  private let writer: Writer
  private let sources: [DecodingSource]
  private let settings: DecodingSettings
  private let filters: [any SamplingFilter]
  private let unwritten: [Int32]

  private var memory: Writer.Memory
  private var state: Writer.State
  private var slots: SourceSlots
  /// `[source][number of the draw]`.
  private var draws: [[Draw]]
  /// The symbol before, of each row of the batch, `[D, N]` for D draws of each source.
  private var previous: [Int32]
  private var attention = AttentionRecord()
  private var ranked = RankedLogits()

  init(
    _ writer: Writer, _ memory: Writer.Memory, of sources: [DecodingSource], _ settings: DecodingSettings,
    filters: [any SamplingFilter]
  ) {
    precondition(settings.nBest > 0, "there is nothing to draw")
    self.writer = writer
    self.memory = memory
    self.sources = sources
    self.settings = settings
    self.filters = filters
    unwritten = writer.excluded + (settings.replacesUnknown ? [] : [writer.unknown].compactMap { $0 })
    let key = RandomKey(seed: UInt64(bitPattern: Int64(settings.seed))).folding(.sampling)
    draws = sources.map { source in
      (0..<settings.nBest).map { Draw(key: key.folding(source.number).folding($0)) }
    }
    slots = SourceSlots(count: sources.count)
    let rows = (0..<settings.nBest).flatMap { _ in sources.indices }
    let first = writer.firstState(memory)
    state = settings.nBest == 1 ? first : writer.selecting(rows: rows, of: first)
    previous = [Int32](repeating: writer.start, count: rows.count)
  }

  /// The sequences of each source, in the order of their numbers.
  mutating func run() -> [[DecodedSequence]] {
    while !slots.areDone { step() }
    return zip(draws, sources).map { draws, source in draws.map { sequence($0, source) } }
  }

  private mutating func step() {
    let output = writer.step(previous, memory, from: state, needsWeights: settings.needsAttention)
    if settings.needsAttention { attention.append(output.weights) }
    ranked.rank(output.logits, count: 1)
    output.logits.withScalars { scalars in
      for slot in 0..<slots.count where slots.isOpen(slot) { extend(slot, scalars) }
    }
    if !slots.areDone { arrange(output.state) }
  }

  /// Draws the next symbol of each sequence of a source that has not ended.
  private mutating func extend(_ slot: Int, _ logits: UnsafeBufferPointer<Float>) {
    let source = slots.sources[slot]
    let size = writer.vocabularySize
    for number in 0..<settings.nBest where draws[source][number].ending == nil {
      let row = number * slots.count + slot
      let logits = logits[row * size..<(row + 1) * size]
      guard ranked.logSum(row).isFinite, let symbol = symbol(for: draws[source][number], logits) else {
        draws[source][number].ending = .limit
        continue
      }
      let logProbability = Double(logits[logits.startIndex + Int(symbol)]) - ranked.logSum(row)
      draws[source][number].take(
        symbol, logProbability, row: row, end: writer.end, limit: sources[source].limit)
      previous[row] = symbol
    }
    if draws[source].allSatisfy({ $0.ending != nil }) { slots.close(slot) }
  }

  /// Draws a symbol; nil where none is possible.
  private func symbol(for draw: Draw, _ logits: Slice<UnsafeBufferPointer<Float>>) -> Int32? {
    var candidates = Candidates(logits)
    let forbidden = forbidden(after: draw.symbols)
    if !forbidden.isEmpty { candidates.list.removeAll { forbidden.contains($0.id) } }
    guard candidates.highest.isFinite else { return nil }
    for filter in filters { filter.apply(to: &candidates, after: draw.symbols) }
    return candidates.choose(at: draw.key.unit(at: draw.rows.count))
  }

  /// What must not come after some symbols.
  private func forbidden(after symbols: [Int32]) -> [Int32] {
    guard let length = settings.noRepeatNgram else { return unwritten }
    var list = RowLists()
    RepeatedSequences(length: length).append(after: symbols.reversed(), to: &list)
    return unwritten + list.values
  }

  /// Makes the batch of the next step.
  private mutating func arrange(_ state: Writer.State) {
    self.state = state
    let count = slots.count
    let places = slots.compact()
    guard places.count < count else { return }
    let rows = (0..<settings.nBest).flatMap { number in places.map { number * count + $0 } }
    memory = writer.selecting(sources: places, of: memory)
    self.state = writer.selecting(rows: rows, of: state)
    previous = rows.map { previous[$0] }
  }

  private func sequence(_ draw: Draw, _ source: DecodingSource) -> DecodedSequence {
    let score = SequenceScore(lengthPenalty: settings.lengthPenalty, coveragePenalty: 0)
    return DecodedSequence(
      symbols: draw.symbols, logProbability: draw.logProbability,
      score: score(draw.logProbability, length: max(1, draw.rows.count)), ending: draw.ending ?? .limit,
      attention: attention.weights(rows: draw.rows, length: source.length))
  }
}
