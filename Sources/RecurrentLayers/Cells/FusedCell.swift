public import RecurrentTensor

/// A cell that the library has kernels for: a whole sequence is one call.
public protocol FusedCell: TraceableCell, CellWithEquations {
  /// The matrices and biases.
  var weights: FusedWeights { get set }
}

extension FusedCell {
  /// The number of features of a step, I.
  public var inputSize: Int { weights.inputSize }
  /// The number of units, H.
  public var hiddenSize: Int { weights.hiddenSize }

  /// Visits the weights.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { weights.visit(&visitor) }

  /// One time step: `[N, I]` and the state before give the state after, with the same bits as in a whole sequence.
  public func step(_ input: Tensor, from state: State) -> State {
    scan(SequenceBatch(input.reshaped(to: input.shape.inserting(1, at: 0))), from: state, direction: .forward).1
  }
}
