public import RecurrentTensor

/// What happens to the state of a cell at every step besides its equations, and how much of it is kept for the way back.
/// All of it but `first` is constant: no gradient flows to it.
public struct StepModifiers: Sendable {
  /// What the hidden state is multiplied by on its way to the recurrent matrices: dropout on the recurrent state. `[N, H]`
  /// for all steps, or `[T, N, H]`.
  public var hiddenMask: Tensor?
  /// For each part of the state the share of its old value that stays: zoneout (Krueger et al., 2017), and 1 where a step
  /// is to be passed over. `[T, N, width]`, `[N, width]` for all steps, or one row for all rows.
  public var carry: [Tensor?] = []
  /// What the whole state is multiplied by before a step: 0 where a row begins anew, else 1. `[T, N, 1]`.
  public var keep: Tensor?
  /// Where `keep` is 0, the state that the row begins anew with: one row for each part, `[1, …]`. Empty for zeros.
  public var first: [Tensor] = []
  /// What is kept of the steps for the way back. It changes no number; cells of your own that give `step` alone keep all.
  public var recomputation = Recomputation.never

  /// Nothing happens besides the equations.
  public init() {}

  /// Whether nothing is asked for.
  var isPlain: Bool { isMaskOnly && hiddenMask == nil && recomputation == .never }

  /// Whether nothing but a mask on the hidden state is asked for, if anything.
  var isMaskOnly: Bool { keep == nil && carry.allSatisfy { $0 == nil } }

  /// Which modifiers there are, and what is to be seen: another program for each choice.
  struct Kinds: Hashable {
    var isTraced = false
    var usesBatchStatistics = false
    var hasHiddenMask = false
    var carries: Set<Int> = []
    var hasKeep = false
    var hasFirst = false
  }

  var kinds: Kinds {
    Kinds(
      hasHiddenMask: hiddenMask != nil, carries: Set(carry.indices.filter { carry[$0] != nil }), hasKeep: keep != nil,
      hasFirst: keep != nil && !first.isEmpty)
  }

  /// The vectors of a program: those of the cell, and the parts of the first state.
  func vectors(_ sources: [CellEquations.VectorSource], of weights: [Tensor]) -> [Tensor] {
    sources.map { source in
      switch source {
      case .weight(let number): weights[number]
      case .first(let part): first[part].reshaped(to: [first[part].count])
      }
    }
  }

  /// The values for every step that a program asks for.
  ///
  /// - Parameter runningMoments: What it finds running statistics in, by number.
  func values(
    _ kinds: [CellEquations.StepValue], _ inputs: SequenceBatch, runningMoments: [RunningMoments] = []
  ) -> [Tensor] {
    let moments = kinds.contains(.runningMean(0)) ? runningMoments.map { $0.stepValues(for: inputs) } : []
    return kinds.compactMap { kind in
      switch kind {
      case .keep: keep
      case .hiddenMask: hiddenMask
      case .carry(let part): carry[part]
      case .runningMean(let number): moments[number].mean
      case .inverseDeviation(let number): moments[number].inverseDeviation
      }
    }
  }
}
