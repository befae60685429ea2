import RecurrentFormats
import RecurrentLayers
import RecurrentTensor

/// Texts while they are generated, symbol by symbol: a sequence that computes its next element when it is asked for.
///
/// All texts advance together, one step for each; a text that has ended leaves the batch. A text is a function of the
/// model, the request's settings, the seed and its own number, not of the texts beside it.
public struct TextGeneration: Sequence, IteratorProtocol, Sendable {
  /// One text.
  private struct Row: Sendable {
    let key: RandomKey
    var symbols: [Int32]
    var generated = 0
    var stop: StopTexts
  }

  private let network: LanguageNetwork
  private let tokenizer: Tokenizer
  private let end: Int32?
  private let filters: [any SamplingFilter]
  private let limit: Int
  /// What stands beside the symbols of every step, `[N, K]`.
  private var conditions: Tensor?
  private var rows: [Row]
  /// The numbers of the texts that go on, in the order of the batch.
  private var running: [Int]
  private var state: LanguageNetwork.State
  /// The logits of the next symbols, `[N, V]`.
  private var logits: Tensor
  private var made: ArraySlice<GeneratedToken> = []

  /// Reads what comes before.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - first: The symbols before the first one that is made; at least one.
  ///   - conditions: `[1, K]` for all texts or `[N, K]`; nil for none.
  ///   - request: What is to be generated.
  ///   - firstNumber: The number of the first text, where others make those before it.
  init(
    _ model: LanguageModel, after first: [Int32], conditions: Tensor?, _ request: GenerationRequest,
    firstNumber: Int = 0
  ) {
    precondition(!first.isEmpty && request.count > 0, "nothing to begin with")
    network = model.network
    tokenizer = model.tokenizer
    end = model.endSymbol
    filters = request.sampling.filters
    limit = request.limit
    let read = model.reading(first, conditions: conditions)
    let key = RandomKey(seed: UInt64(bitPattern: Int64(request.seed))).folding(.sampling)
    rows = (0..<request.count).map {
      Row(key: key.folding(firstNumber + $0), symbols: first, stop: StopTexts(request.stop))
    }
    running = Array(0..<request.count)
    let choice = running.map { read.logits.shape[0] == 1 ? 0 : $0 }
    state = read.state.selecting(rows: choice)
    logits = read.logits.rows(at: choice.map(Int32.init))
    if model.configuration.conditioning == .every {
      self.conditions = conditions?.rows(at: choice.map { Int32(conditions?.shape[0] == 1 ? 0 : $0) })
    } else {
      self.conditions = conditions.map { Tensor(zeros: [request.count, $0.shape[1]]) }
    }
  }

  /// The next symbol of a text; nil when all have ended.
  public mutating func next() -> GeneratedToken? {
    if made.isEmpty { makeStep() }
    return made.popFirst()
  }

  /// Makes a symbol of each text that goes on.
  private mutating func makeStep() {
    guard !running.isEmpty else { return }
    let width = logits.shape[1]
    let unknown = tokenizer.vocabulary.unknown
    var staying: [Int] = []
    var tokens: [GeneratedToken] = []
    let logits = logits
    logits.withScalars { scalars in
      for (place, row) in running.enumerated() {
        let candidates = Candidates(scalars[place * width..<(place + 1) * width], excluding: unknown)
        let token = choose(from: candidates, row: row)
        tokens.append(token)
        if token.ending == nil { staying.append(place) }
      }
    }
    made = tokens[...]
    if staying.count < running.count {
      running = staying.map { running[$0] }
      state = state.selecting(rows: staying)
      conditions = conditions?.rows(at: staying.map(Int32.init))
    }
    if !running.isEmpty { read(running.map { rows[$0].symbols[rows[$0].symbols.count - 1] }) }
  }

  /// Chooses the next symbol of a text.
  private mutating func choose(from all: Candidates, row: Int) -> GeneratedToken {
    var candidates = all
    for filter in filters { filter.apply(to: &candidates, after: rows[row].symbols) }
    let id = candidates.choose(at: rows[row].key.unit(at: rows[row].generated))
    let previous = rows[row].symbols.last
    rows[row].symbols.append(id)
    rows[row].generated += 1
    if id == end { return GeneratedToken(row: row, id: id, text: rows[row].stop.finish(), ending: .end) }
    let piece = tokenizer.decode(id, after: previous == end ? nil : previous)
    var (text, isFound) = rows[row].stop.take(piece)
    let ending: GenerationEnding? = isFound ? .stop : rows[row].generated >= limit ? .limit : nil
    if ending == .limit { text += rows[row].stop.finish() }
    return GeneratedToken(row: row, id: id, text: text, ending: ending)
  }

  /// Reads the symbols that were chosen.
  private mutating func read(_ symbols: [Int32]) {
    let output = network(
      TokenBatch(symbols.map { [$0] }),
      conditions: conditions.map { $0.reshaped(to: [1, symbols.count, $0.shape[1]]) }, from: state)
    state = output.finalState
    logits = output.logits.reshaped(to: [symbols.count, output.logits.shape[2]])
  }
}
