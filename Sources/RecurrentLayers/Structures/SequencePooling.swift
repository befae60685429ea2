public import RecurrentTensor

/// How a whole sequence becomes one vector.
///
/// Attention pools this way too: it is given all outputs and what the network ended with.
public protocol SequencePooling: Module {
  /// One vector for each row.
  ///
  /// - Parameters:
  ///   - outputs: The outputs of a layer, `[T, N, C]`.
  ///   - finalState: What the layer ended with.
  /// - Returns: `[N, D]`; a row of length 0 gives what the layer began with or zeros, never anything that is not a number.
  func callAsFunction(_ outputs: SequenceBatch, finalState: some LayerState) -> Tensor
}

/// The hidden state after each row's last real step; of two directions both, each after the step that it saw last.
public struct LastStatePooling: SequencePooling {
  /// Which parts of the state are taken.
  public enum Parts: String, Hashable, Sendable, CaseIterable {
    /// The hidden state of the last layer, `[N, H]`, or of both its directions, `[N, 2·H]`.
    case hidden
    /// All parts of all layers side by side, cell states too.
    case all
  }

  /// Which parts of the state are taken.
  public let parts: Parts

  /// The last hidden state, or all parts of the last state.
  public init(_ parts: Parts = .hidden) { self.parts = parts }

  /// There is nothing to train.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {}

  /// What the layer ended with.
  public func callAsFunction(_ outputs: SequenceBatch, finalState: some LayerState) -> Tensor {
    switch parts {
    case .hidden: finalState.hidden
    case .all: Tensor(concatenating: finalState.components, axis: 1)
    }
  }
}

/// The mean over the real steps of each row; zeros for a row of length 0.
public struct MeanPooling: SequencePooling {
  /// The mean.
  public init() {}

  /// There is nothing to train.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {}

  /// `[T, N, C]` to `[N, C]`.
  public func callAsFunction(_ outputs: SequenceBatch, finalState: some LayerState) -> Tensor {
    GlobalPool1d.average(outputs)
  }
}

/// The largest value of each feature over the real steps of each row; zeros for a row of length 0.
public struct MaxPooling: SequencePooling {
  /// The maximum.
  public init() {}

  /// There is nothing to train.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {}

  /// `[T, N, C]` to `[N, C]`.
  public func callAsFunction(_ outputs: SequenceBatch, finalState: some LayerState) -> Tensor {
    GlobalPool1d.max(outputs)
  }
}

/// A vector made with trained layers: a transform of the last state, or of all states.
public struct TransformedPooling<Pooling: SequencePooling>: SequencePooling {
  /// What happens to every output before they are pooled.
  public var steps: TimeDistributed
  /// How the outputs become one vector.
  public var pooling: Pooling
  /// What happens to the vector.
  public var after: TimeDistributed

  /// A pooling with layers before and after it, either of which may be none.
  public init(steps: [any FeatureLayer] = [], _ pooling: Pooling, after: [any FeatureLayer] = []) {
    self.steps = TimeDistributed(steps)
    self.pooling = pooling
    self.after = TimeDistributed(after)
  }

  /// Visits the layers before, the pooling and the layers after.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("steps", &steps)
    visitor.visit("pooling", &pooling)
    visitor.visit("after", &after)
  }

  /// The layers after, of the pooled outputs of the layers before.
  public func callAsFunction(_ outputs: SequenceBatch, finalState: some LayerState) -> Tensor {
    after.layers.reduce(pooling(steps(outputs), finalState: finalState)) { $1($0) }
  }
}

extension SequencePooling where Self == LastStatePooling {
  /// The last hidden state.
  public static var last: LastStatePooling { LastStatePooling() }
  /// All parts of the last states of all layers.
  public static var allLast: LastStatePooling { LastStatePooling(.all) }
}
extension SequencePooling where Self == MeanPooling {
  /// The mean over the real steps.
  public static var mean: MeanPooling { MeanPooling() }
}
extension SequencePooling where Self == MaxPooling {
  /// The largest value over the real steps.
  public static var max: MaxPooling { MaxPooling() }
}
