public import RecurrentTensor

/// Sets a share of the numbers to 0 in training and scales the others up so that the expected value stays (Srivastava et
/// al., 2014).
///
/// It acts only inside a gradient scope that was given a key; everywhere else it returns its input.
public struct Dropout: Module {
  /// The share that is dropped, in `0..<1`.
  public let rate: Float
  @usableFromInline var noise = NoiseSource()

  /// Drops the share `rate`.
  public init(_ rate: Float) {
    precondition(rate >= 0 && rate < 1, "the dropped share \(rate) is not in 0..<1")
    self.rate = rate
  }

  /// Visits the source of the masks.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("noise", &noise)
  }

  /// The input with the mask of the running step, of any shape.
  ///
  /// Within one evaluation of a gradient scope the mask is a function of the shape: called once for each time step, the
  /// same features are dropped at all of them; called once for a whole sequence, each step has a mask of its own.
  /// `SequenceDropout` gives all steps of a sequence one mask.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    mask(x.shape, like: x, stream: 0).map { x * $0 } ?? x
  }

  /// Whether the running step drops anything.
  @inlinable var isActive: Bool { rate > 0 && noise.key != nil }

  /// The mask of the running step; nil where nothing is dropped. Each `stream` has masks of its own.
  func mask(_ shape: Shape, like x: Tensor, stream: Int) -> Tensor? {
    guard rate > 0, let key = noise.key else { return nil }
    return Tensor(
      dropoutMask: shape, rate: rate, elementType: x.elementType, key: key.folding(stream), on: x.node?.tape)
  }
}
