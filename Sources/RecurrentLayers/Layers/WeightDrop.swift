import RecurrentTensor

/// Drops weights of the recurrent matrices rather than values (DropConnect: Wan et al., 2013; on a recurrence: Merity et al.,
/// 2018, "AWD-LSTM").
///
/// Inside a gradient scope that was given a key, a share of the weights is 0 for the whole sequence, and the others are
/// multiplied by 1 / (1 - rate), so that the expected product stays. Everywhere else the weights are as they are. The mask is
/// a function of the scope's key alone: all calls of one training step see the same weights.
///
/// Recurrent are the parameters of a cell whose names begin with `weight_h`: `weight_hh`, and where a cell has them
/// `weight_hn` and the like. A cell of your own takes part by naming its matrices so.
public struct WeightDrop: Module, ExpressibleByFloatLiteral {
  /// The share that is dropped, in `0..<1`.
  public let rate: Float
  @usableFromInline var noise = NoiseSource()

  /// Drops the share `rate`.
  public init(_ rate: Float) {
    precondition(rate >= 0 && rate < 1, "the dropped share \(rate) is not in 0..<1")
    self.rate = rate
  }

  /// Drops the share that is written down.
  public init(floatLiteral rate: Float) { self.init(rate) }

  /// Visits the source of the masks.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("noise", &noise)
  }

  /// The cell with the recurrent weights of the running step. Their gradients flow to the weights that were not dropped.
  @usableFromInline
  func callAsFunction<Cell: RecurrentCell>(_ cell: Cell) -> Cell {
    guard rate > 0, let key = noise.key else { return cell }
    var dropper = RecurrentWeightDropper(rate: rate, key: key)
    var dropped = cell
    dropped.visit(&dropper)
    return dropped
  }
}

/// Multiplies every recurrent matrix by a mask of its own.
private struct RecurrentWeightDropper: ModuleVisitor {
  let rate: Float
  let key: RandomKey
  private var count = 0

  init(rate: Float, key: RandomKey) {
    self.rate = rate
    self.key = key
  }

  mutating func visit(_ name: StaticString, _ parameter: inout Parameter) {
    guard name.description.hasPrefix("weight_h") else { return }
    let weight = parameter.value
    parameter.value =
      weight
      * Tensor(
        dropoutMask: weight.shape, rate: rate, elementType: weight.elementType, key: key.folding(count),
        on: weight.node?.tape)
    count += 1
  }
}
