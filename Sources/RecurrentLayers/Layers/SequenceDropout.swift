import RecurrentTensor

/// How often a mask is drawn for a sequence.
public enum DropoutMasks: String, Hashable, Sendable, CaseIterable {
  /// One for each row, the same at all steps (Gal and Ghahramani, 2016: "variational" dropout).
  case perSequence = "per-sequence"
  /// A new one at every step.
  case perStep = "per-step"
}

/// Dropout on the steps of a sequence: on inputs, between layers or on outputs.
///
/// It acts only inside a gradient scope that was given a key; see `Dropout` for the scale.
public struct SequenceDropout: SequenceTransform {
  /// How often masks are drawn.
  public let masks: DropoutMasks
  @usableFromInline var dropout: Dropout

  /// Drops the share `rate`.
  public init(_ rate: Float, masks: DropoutMasks = .perSequence) {
    dropout = Dropout(rate)
    self.masks = masks
  }

  /// The share that is dropped, in `0..<1`.
  public var rate: Float { dropout.rate }

  /// Visits the source of the masks.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { dropout.visit(&visitor) }

  /// `[T, N, C]` with the masks of the running step, `[N, C]` for all steps or `[T, N, C]`.
  public func callAsFunction(_ sequence: SequenceBatch) -> SequenceBatch { self(sequence, stream: 0) }

  /// Whether the running step drops anything.
  @inlinable var isActive: Bool { dropout.isActive }

  /// The same for a layer that drops in several places: each `stream` has masks of its own.
  @usableFromInline
  func callAsFunction(_ sequence: SequenceBatch, stream: Int) -> SequenceBatch {
    let shape = sequence.values.shape
    let mask = masks == .perStep ? shape : [shape[1], shape[2]]
    return dropout.mask(mask, like: sequence.values, stream: stream).map {
      sequence.replacingValues(sequence.values * $0)
    } ?? sequence
  }
}
