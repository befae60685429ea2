public import RecurrentTensor

/// All steps of each sequence as one vector, the way from convolutions to linear layers (PyTorch's `Flatten`).
public struct Flatten: Module {
  /// There is nothing to choose.
  public init() {}

  /// There is nothing to visit.
  @inlinable public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {}

  /// All axes but the first become one: `[N, C, L]` to `[N, C · L]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(x.shape.rank >= 2, "a tensor of shape \(x.shape) has nothing to flatten")
    return x.reshaped(to: [x.shape[0], x.shape.elementCount(of: 1..<x.shape.rank)])
  }

  /// `[T, N, C]` to `[N, C · T]`, in PyTorch's order: the steps of the first channel, then those of the next.
  ///
  /// All rows must have the same length, or the place of a number in the vector would depend on the other rows; pool
  /// ragged batches instead.
  public func callAsFunction(_ sequence: SequenceBatch) -> Tensor {
    precondition(
      sequence.lengths?.allSatisfy { Int($0) == sequence.stepCount } ?? true,
      "rows of different lengths do not flatten to vectors of one size")
    return self(sequence.channelMajor)
  }
}
