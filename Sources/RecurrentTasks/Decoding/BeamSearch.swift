import RecurrentTensor

/// Looks for the likeliest sequences: at every step the best few beginnings (beams) of each source go on.
///
/// Of all continuations of a source's beams, the likeliest first, those among the first B that end the sequence are found,
/// and the first B others go on; of equally likely ones the one of the lower symbol comes first, then that of the better
/// beam. Beginnings are compared by their probabilities, sequences by their scores (`SequenceScore`). A beginning that
/// cannot become better than the sequences that were found goes on no longer, and a source is done when none is left: with
/// a wide enough beam the result is the true optimum. A single beam stops at its first end.
struct BeamSearch<Writer: StepwiseWriter> {
  /// A beginning that goes on.
  private struct Beam {
    var node = SequenceTree.root
    var logProbability: Double
    /// The last symbol.
    var symbol: Int32
    /// The row in which that was chosen.
    var row = 0
    /// Whether there is a beginning, or only a row that keeps the batch rectangular.
    var isReal = true
  }

  private let writer: Writer
  private let sources: [DecodingSource]
  private let settings: DecodingSettings
  private let score: SequenceScore
  private let repeats: RepeatedSequences?
  private let unwritten: [Int32]

  private var memory: Writer.Memory
  private var state: Writer.State
  private var slots: SourceSlots
  /// Beams of each source, B.
  private var width = 1
  /// One for each row of the batch, `[B, N]`.
  private var beams: [Beam]
  /// The beams of the next step, B for each place of the batch, the likeliest first.
  private var next: [[Beam]]
  private var stepCount = 0
  private var tree = SequenceTree()
  private var found: [FoundSequences]
  private var attention = AttentionRecord()
  private var coverage: SourceCoverage?

  // Memory that every step uses again.
  private var ranked = RankedLogits()
  private var exclusions = RowLists()
  private var history: [Int32] = []
  private var ranks: [Int]

  init(_ writer: Writer, _ memory: Writer.Memory, of sources: [DecodingSource], _ settings: DecodingSettings) {
    precondition(
      settings.beamSize > 0 && settings.nBest > 0, "a search of \(settings.beamSize) beams for \(settings.nBest)")
    self.writer = writer
    self.memory = memory
    self.sources = sources
    self.settings = settings
    score = SequenceScore(lengthPenalty: settings.lengthPenalty, coveragePenalty: settings.coveragePenalty)
    repeats = settings.noRepeatNgram.map { RepeatedSequences(length: $0) }
    unwritten = writer.excluded + (settings.replacesUnknown ? [] : [writer.unknown].compactMap { $0 })
    state = writer.firstState(memory)
    slots = SourceSlots(count: sources.count)
    beams = sources.map { _ in Beam(logProbability: 0, symbol: writer.start) }
    next = sources.map { _ in [] }
    found = sources.map { _ in FoundSequences(capacity: settings.nBest) }
    ranks = [Int](repeating: 0, count: settings.beamSize)
    if settings.coveragePenalty != 0 {
      coverage = SourceCoverage(rowCount: sources.count, width: sources.map(\.length).max() ?? 0)
    }
  }

  /// The best sequences of each source, the best one first.
  mutating func run() -> [[DecodedSequence]] {
    while !slots.areDone { step() }
    return sources.indices.map { source in found[source].best.map { sequence($0, source: source) } }
  }
}

// MARK: - One step

extension BeamSearch {
  private mutating func step() {
    stepCount += 1
    let output = writer.step(
      beams.map(\.symbol), memory, from: state, needsWeights: settings.needsAttention || coverage != nil)
    fillExclusions()
    // Of one beginning, no more continuations than there are beams can go on, and one can end.
    ranked.rank(output.logits, count: settings.beamSize + 1, excluding: exclusions.rowCount > 0 ? exclusions : nil)
    keep(output.weights)
    for slot in 0..<slots.count where slots.isOpen(slot) { extend(slot) }
    if !slots.areDone { arrange(output.state) }
  }

  /// Keeps where attention looked in this step.
  private mutating func keep(_ weights: Tensor?) {
    guard let weights else {
      coverage = nil
      return
    }
    if settings.needsAttention { attention.append(weights) }
    coverage?.add(weights)
  }

  /// Collects what each row must not write.
  private mutating func fillExclusions() {
    guard repeats != nil || !unwritten.isEmpty else { return }
    exclusions.removeAll()
    for beam in beams {
      for symbol in unwritten { exclusions.append(symbol) }
      if let repeats, beam.isReal {
        tree.reversedSymbols(of: beam.node, into: &history)
        repeats.append(after: history, to: &exclusions)
      }
      exclusions.endRow()
    }
  }

  /// Takes the best continuations of a source's beams.
  private mutating func extend(_ slot: Int) {
    let source = slots.sources[slot]
    let isLast = stepCount == sources[source].limit
    var hasEnded = false
    var place = 0
    next[slot].removeAll(keepingCapacity: true)
    for beam in 0..<width { ranks[beam] = 0 }
    while next[slot].count < settings.beamSize, let beam = likeliestContinuation(slot) {
      if beam.symbol != writer.end {
        next[slot].append(beam)
      } else if place < settings.beamSize {
        insert(beam, .end, source)
        hasEnded = true
      }
      place += 1
    }
    if isLast {
      for beam in next[slot] { insert(beam, .limit, source) }
    }
    if isLast || (hasEnded && settings.beamSize == 1) { next[slot].removeAll(keepingCapacity: true) }
    dropHopeless(slot, source)
    guard next[slot].isEmpty else { return }
    if found[source].best.isEmpty { insertUnfinished(slot, source) }
    slots.close(slot)
  }

  /// The likeliest continuation that was not taken yet: the beams' rankings are merged. Its node is that of its beginning.
  private mutating func likeliestContinuation(_ slot: Int) -> Beam? {
    var best: Beam?
    var bestBeam = 0
    for beam in 0..<width {
      let row = beam * slots.count + slot
      let rank = ranks[beam]
      guard beams[row].isReal, rank < ranked.count, let symbol = ranked.symbol(row, rank: rank) else { continue }
      let total = beams[row].logProbability + ranked.logProbability(row, rank: rank)
      if let best, (total, best.symbol) <= (best.logProbability, symbol) { continue }
      best = Beam(node: beams[row].node, logProbability: total, symbol: symbol, row: row)
      bestBeam = beam
    }
    if best != nil { ranks[bestBeam] += 1 }
    return best
  }

  /// Drops beginnings that cannot become better than what was found. Those behind them are less likely still, so that
  /// their places would not have gone to better ones.
  private mutating func dropHopeless(_ slot: Int, _ source: Int) {
    guard let bar = found[source].bar else { return }
    let limit = sources[source].limit
    while let last = next[slot].last, score.bound(last.logProbability, length: stepCount, limit: limit) <= bar {
      next[slot].removeLast()
    }
  }

  /// Makes the batch of the next step.
  private mutating func arrange(_ state: Writer.State) {
    let oldCount = beams.count
    let oldSlotCount = slots.count
    let places = slots.compact()
    if places.count < oldSlotCount {
      memory = writer.selecting(sources: places, of: memory)
      next = places.map { next[$0] }
    }
    width = next.reduce(0) { max($0, $1.count) }
    var rows: [Int] = []
    beams.removeAll(keepingCapacity: true)
    for rank in 0..<width {
      for (slot, place) in places.enumerated() {
        var beam = Beam(logProbability: 0, symbol: writer.start, row: place, isReal: false)
        if rank < next[slot].count {
          beam = next[slot][rank]
          beam.node = tree.append(beam.symbol, after: beam.node, row: beam.row)
        }
        beams.append(beam)
        rows.append(beam.row)
      }
    }
    coverage?.select(rows)
    let areSame = rows.count == oldCount && rows.enumerated().allSatisfy { $0 == $1 }
    self.state = areSame ? state : writer.selecting(rows: rows, of: state)
  }
}

// MARK: - What was found

extension BeamSearch {
  private mutating func insert(_ beam: Beam, _ ending: GenerationEnding, _ source: Int) {
    let covered = coverage?.logarithm(row: beam.row, length: sources[source].length) ?? 0
    found[source].insert(
      FoundSequences.Candidate(
        node: tree.append(beam.symbol, after: beam.node, row: beam.row), logProbability: beam.logProbability,
        score: score(beam.logProbability, length: stepCount, coverage: covered), ending: ending))
  }

  /// Keeps the best beginning of a source as it is, where no symbol is possible: all are forbidden, or logits are no numbers.
  private mutating func insertUnfinished(_ slot: Int, _ source: Int) {
    let beam = beams[slot]
    found[source].insert(
      FoundSequences.Candidate(
        node: beam.node, logProbability: beam.logProbability,
        score: score(beam.logProbability, length: max(1, stepCount - 1)), ending: .limit))
  }

  private func sequence(_ candidate: FoundSequences.Candidate, source: Int) -> DecodedSequence {
    var (symbols, rows) = tree.path(to: candidate.node)
    let weights = attention.weights(rows: rows, length: sources[source].length)
    if candidate.ending == .end { symbols.removeLast() }
    return DecodedSequence(
      symbols: symbols, logProbability: candidate.logProbability, score: candidate.score, ending: candidate.ending,
      attention: weights)
  }
}
