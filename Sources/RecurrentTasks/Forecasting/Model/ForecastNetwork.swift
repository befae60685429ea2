public import RecurrentLayers
public import RecurrentTensor

/// Recurrent layers, a linear head and, if asked for, a linear map from the features of a step straight to its forecast.
///
/// With the skip, the recurrent layers only have to learn what a linear autoregression misses.
public struct ForecastNetwork: Module {
  /// The recurrent layers.
  public var stack: RecurrentStack<AnySequenceLayer>
  /// What drops outputs of the last layer in training.
  public var dropout: Dropout
  /// From the last layer's outputs to the forecast.
  public var head: Linear
  /// From a step's features to the forecast; zero at first.
  public var skip: Linear?

  /// What flows from one part of a series to the next.
  public typealias State = StackState<AnyState>

  /// A network with random weights.
  ///
  /// - Parameters:
  ///   - architecture: The recurrent layers.
  ///   - inputSize: The number of features of a step.
  ///   - outputSize: The numbers forecast at a step: horizon times targets.
  ///   - hasSkip: Whether the features also reach the forecast directly.
  ///   - key: Where the random numbers come from.
  public init(
    _ architecture: RecurrentArchitecture, inputSize: Int, outputSize: Int, hasSkip: Bool, key: RandomKey
  ) {
    stack = architecture.makeStack(inputSize: inputSize, key: key.folding(0))
    dropout = Dropout(architecture.dropout)
    head = Linear(inputSize: stack.outputSize, outputSize: outputSize, key: key.folding(1))
    skip =
      hasSkip
      ? Linear(
        inputSize: inputSize, outputSize: outputSize, hasBias: false, initializer: .zeros, key: key.folding(2))
      : nil
  }

  /// Visits layers, head and skip.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("stack", &stack)
    visitor.visit("dropout", &dropout)
    visitor.visit("head", &head)
    visitor.visit("skip", &skip)
  }

  /// A forecast at every step: features `[T, N, C]` to `[T, N, outputSize]`, with the states after the last step.
  public func callAsFunction(_ features: SequenceBatch, from state: State? = nil) -> (Tensor, State) {
    let (outputs, finalState) = stack(features, from: state)
    var forecast = head(dropout(outputs.values))
    if let skip { forecast = forecast + skip(features.values) }
    return (forecast, finalState)
  }

  /// A forecast at the last real step only: features `[T, N, C]` to `[N, outputSize]`.
  public func last(_ features: SequenceBatch) -> Tensor {
    let (outputs, _) = stack(features, from: nil)
    let forecast = head(dropout(outputs.last))
    guard let skip else { return forecast }
    return forecast + skip(features.last)
  }
}
