import RecurrentTensor

/// A model that writes sequences symbol by symbol, several beginnings (beams) of each of several sources at once.
///
/// Rows are beam-major: row = beam · N + source, where N is the number of sources. So attention sees beams as steps of a
/// decoder, `[B, N, Q]`, over one memory of each source, `[T, N, K]`, which is never copied for beams. A row must not
/// depend on the rows beside it.
protocol StepwiseWriter {
  /// What flows from step to step: the recurrent state, what attention gave before, all of it `[B·N, …]`.
  associatedtype State: Sendable
  /// What was made of the sources, once.
  associatedtype Memory: Sendable

  /// The number of symbols, V.
  var vocabularySize: Int { get }
  /// What stands before the first symbol.
  var start: Int32 { get }
  /// The symbol that ends a sequence; nil where all are as long as they may be.
  var end: Int32? { get }
  /// What stands for symbols outside the vocabulary; written only where the settings ask for it.
  var unknown: Int32? { get }
  /// Symbols that are never written, such as padding.
  var excluded: [Int32] { get }

  /// The state before the first step, with one beam for each source.
  func firstState(_ memory: Memory) -> State
  /// One step.
  ///
  /// - Parameters:
  ///   - previous: The symbol before, of each row.
  ///   - memory: What was made of the N sources.
  ///   - state: The state before the step, B·N rows.
  ///   - needsWeights: Whether the weights will be looked at.
  /// - Returns: The logits of the next symbol, `[B·N, V]`, the weights of the source's positions, `[B·N, T]`, or nil of
  ///   models without attention, and the state after the step.
  func step(
    _ previous: [Int32], _ memory: Memory, from state: State, needsWeights: Bool
  ) -> (logits: Tensor, weights: Tensor?, state: State)
  /// The states of some rows, in the given order; a row may be named more than once.
  func selecting(rows: [Int], of state: State) -> State
  /// What was made of some of the sources, in the given order.
  func selecting(sources: [Int], of memory: Memory) -> Memory
}

extension StepwiseWriter {
  /// None.
  var excluded: [Int32] { [] }

  /// Writes sequences for all sources of a batch: the best ones that beam search finds, or some that are drawn.
  ///
  /// The sequences of a source do not depend on the sources beside it, bit for bit.
  ///
  /// - Parameters:
  ///   - memory: What was made of the sources.
  ///   - sources: The sources, in the order of the memory.
  ///   - settings: How to write.
  /// - Returns: For each source at least one sequence and at most `settings.nBest`: of a search the best one first, of
  ///   draws in the order of their numbers.
  func decode(
    _ memory: Memory, of sources: [DecodingSource], _ settings: DecodingSettings = DecodingSettings()
  ) -> [[DecodedSequence]] {
    if sources.isEmpty { return [] }
    if let sampling = settings.sampling {
      var draws = SequenceSampling(self, memory, of: sources, settings, filters: sampling.filters)
      return draws.run()
    }
    var search = BeamSearch(self, memory, of: sources, settings)
    return search.run()
  }
}

/// One source of a batch, as far as a search has to know it.
struct DecodingSource: Hashable, Sendable {
  /// How many positions of it attention may look at.
  var length: Int
  /// The most steps of a sequence that is written for it; the end of the sequence takes one.
  var limit: Int
  /// Its number among all sources, of which a batch is a part: with the seed, it says what is drawn.
  var number: Int

  init(length: Int, limit: Int, number: Int = 0) {
    precondition(length >= 0 && limit > 0 && number >= 0, "a source of \(length) positions and \(limit) steps")
    self.length = length
    self.limit = limit
    self.number = number
  }
}
