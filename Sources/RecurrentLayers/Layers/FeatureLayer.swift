public import RecurrentTensor

/// A layer that looks at the features of one step only: `[…, C]` to `[…, D]`.
public protocol FeatureLayer: Module {
  /// `[…, C]` to `[…, D]`.
  func callAsFunction(_ x: Tensor) -> Tensor
}

extension Linear: FeatureLayer {}
extension LayerNorm: FeatureLayer {}
extension Dropout: FeatureLayer {}
extension BatchNorm1d: FeatureLayer {}

/// A function of one variable as a layer.
public struct Activation: FeatureLayer {
  private let function: @Sendable (Tensor) -> Tensor

  /// Any function that keeps the shape.
  public init(_ function: @escaping @Sendable (Tensor) -> Tensor) { self.function = function }

  /// The number itself.
  public static let identity = Activation { $0 }
  /// The hyperbolic tangent.
  public static let tanh = Activation { RecurrentTensor.tanh($0) }
  /// The logistic function.
  public static let sigmoid = Activation { RecurrentTensor.sigmoid($0) }
  /// The positive part.
  public static let relu = Activation { RecurrentTensor.relu($0) }

  /// There is nothing to train.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {}

  /// The function of every number.
  public func callAsFunction(_ x: Tensor) -> Tensor { function(x) }
}

/// A layer that turns a sequence into a sequence and carries nothing from call to call.
public protocol SequenceTransform: Module {
  /// `[T, N, C]` to `[T′, N, D]`; what stands at padding on either side means nothing.
  func callAsFunction(_ sequence: SequenceBatch) -> SequenceBatch
}

extension Conv1d: SequenceTransform {}
extension MaxPool1d: SequenceTransform {}
extension AveragePool1d: SequenceTransform {}
extension BatchNorm1d: SequenceTransform {}

/// The same layers at every real step (Keras' `TimeDistributed`), one after the other.
public struct TimeDistributed: SequenceTransform {
  /// The layers, first one first.
  public var layers: [any FeatureLayer]

  /// Layers of any kinds: `TimeDistributed(Linear(…), Activation.relu, Dropout(0.1))`.
  public init(_ layers: any FeatureLayer...) { self.init(layers) }

  /// Layers of any kinds; none hands the sequence on as it is.
  public init(_ layers: [any FeatureLayer]) { self.layers = layers }

  /// Visits the layers by their number.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    for index in layers.indices {
      visitor.enter(.index(index))
      layers[index].visit(&visitor)
      visitor.leave()
    }
  }

  /// `[T, N, C]` to `[T, N, D]`, 0 at padding, which is not computed at all.
  public func callAsFunction(_ sequence: SequenceBatch) -> SequenceBatch {
    if layers.isEmpty { return sequence }
    return sequence.mapRealSteps { steps in layers.reduce(steps) { $1($0) } }
  }
}
