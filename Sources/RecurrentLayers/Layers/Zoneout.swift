import RecurrentTensor

/// Keeps units of the state as they were for a step, at random (Krueger et al., 2017).
///
/// In training, inside a gradient scope that was given a key, each unit of a part of the state keeps its old value at each
/// step with the part's rate. Everywhere else each unit moves the expected way:
///
///     s′ = rate · s + (1 − rate) · new s
public struct Zoneout: Module {
  /// The rate of the hidden state, in `0..<1`.
  public let hiddenRate: Float
  /// The rate of the cell state, in `0..<1`; 0 for cells that have none.
  public let cellRate: Float
  @usableFromInline var noise = NoiseSource()

  /// Keeps units with the given rates.
  public init(hidden hiddenRate: Float, cell cellRate: Float = 0) {
    precondition((0..<1).contains(hiddenRate) && (0..<1).contains(cellRate), "a zoneout rate is not in 0..<1")
    self.hiddenRate = hiddenRate
    self.cellRate = cellRate
  }

  /// Visits the source of the masks.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("noise", &noise)
  }

  /// The shares of the old values that stay, for the parts of a state of the given widths.
  func carry(for inputs: SequenceBatch, widths: [Int]) -> [Tensor?] {
    zip([hiddenRate, cellRate], widths).enumerated().map { part, choice in
      let (rate, width) = choice
      return rate == 0 ? nil : share(rate, inputs, width, part)
    }
  }

  private func share(_ rate: Float, _ inputs: SequenceBatch, _ width: Int, _ part: Int) -> Tensor {
    let type = inputs.values.elementType
    guard let key = noise.key else { return Tensor(repeating: rate, shape: [1, width], elementType: type) }
    return Tensor(
      chosen: [inputs.stepCount, inputs.batchSize, width], rate: rate, elementType: type, key: key.folding(part),
      on: inputs.values.node?.tape)
  }
}
