public import RecurrentTensor

/// At which steps a decoder sees its context beside what is fed back.
public enum ContextSteps: String, Hashable, Sendable, CaseIterable {
  /// At none.
  case none
  /// At the first one; the others see zeros in its place.
  case first
  /// At every one (Cho et al., 2014).
  case every
}

/// A network that makes a sequence of one vector, the context.
///
/// The context reaches the recurrent layers as their first state, through a `Bridge`, at the first step, at every step, or
/// both ways. In training a teacher gives the true outputs, and all steps are one fused sequence; in use each step is fed
/// what the step before gave.
public struct OneToMany<Layer: SequenceLayer, Feed: DecoderFeed>: Module {
  /// The recurrent layers, which see what is fed back followed by the context.
  public var layer: Layer
  /// What is fed back.
  public var feed: Feed
  /// From the outputs of the layers to logits or numbers.
  public var readout: Linear
  /// At which steps the layers see the context.
  public let contextSteps: ContextSteps
  /// How the context becomes the first state; nil for the layers' own.
  public var bridge: Bridge?

  /// A decoder.
  ///
  /// - Parameters:
  ///   - layer: A recurrent layer or stack, as wide at its input as what is fed back and, if the steps see it, the context.
  ///   - feed: What is fed back.
  ///   - readout: From the outputs of the layers to logits or numbers.
  ///   - contextSteps: At which steps the layers see the context.
  ///   - bridge: How the context becomes the first state; nil for the layers' own.
  public init(
    _ layer: Layer, feed: Feed, readout: Linear, contextSteps: ContextSteps = .none, bridge: Bridge? = nil
  ) {
    precondition(contextSteps != .none || bridge != nil, "the context reaches the layers nowhere")
    self.layer = layer
    self.feed = feed
    self.readout = readout
    self.contextSteps = contextSteps
    self.bridge = bridge
  }

  /// Visits bridge, feed, layers and readout.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("bridge", &bridge)
    visitor.visit("feed", &feed)
    visitor.visit("layer", &layer)
    visitor.visit("readout", &readout)
  }

  // MARK: With a teacher

  /// All steps under a teacher, in one fused sequence.
  ///
  /// - Parameters:
  ///   - context: `[N, K]`.
  ///   - targets: The right sequences; each step is fed the target of the step before.
  /// - Returns: The outputs, `[T, N, D]`, 0 at padding.
  public func callAsFunction(_ context: Tensor, targets: Feed.Targets) -> SequenceBatch {
    self(context, targets: targets, from: firstState(context))
  }

  func callAsFunction(_ context: Tensor, targets: Feed.Targets, from state: Layer.State) -> SequenceBatch {
    let fed = feed.delayed(targets, like: context)
    let (outputs, _) = layer(fed.replacingValues(joining(fed.values, context, from: 0)), from: state)
    return TimeDistributed(readout)(outputs)
  }

  // MARK: Step by step

  /// The state before the first step, for a context `[N, K]`.
  ///
  /// - Parameter parts: What an identity bridge takes over; the context itself unless told otherwise.
  public func firstState(_ context: Tensor, carrying parts: [Tensor]? = nil) -> Layer.State {
    let first = layer.firstState(like: context)
    return bridge.map { $0(context, carrying: parts ?? [context], into: first) } ?? first
  }

  /// One step: the output, `[N, D]`, and the state after it.
  ///
  /// - Parameters:
  ///   - number: The number of the step, from 0.
  ///   - fed: What is fed back, `[N, feed.size]`.
  ///   - context: `[N, K]`.
  ///   - state: The state before the step.
  public func step(
    _ number: Int, fed: Tensor, context: Tensor, from state: Layer.State
  ) -> (output: Tensor, state: Layer.State) {
    let inputs = joining(fed.reshaped(to: fed.shape.inserting(1, at: 0)), context, from: number)
    let (outputs, next) = layer(SequenceBatch(inputs), from: state)
    return (readout(outputs.values[0]), next)
  }

  /// Steps that are fed what the step before gave.
  ///
  /// - Parameters:
  ///   - context: `[N, K]`.
  ///   - stepCount: The number of steps, T.
  /// - Returns: The outputs, `[T, N, D]`.
  public func generate(from context: Tensor, stepCount: Int) -> Tensor {
    generate(context, firstState(context), stepCount: stepCount) { _ in false }
  }

  func generate(
    _ context: Tensor, _ first: Layer.State, stepCount: Int, until isOver: (Tensor) -> Bool
  ) -> Tensor {
    precondition(stepCount > 0, "a sequence has at least one step")
    var state = first
    var fed = feed.first(like: context)
    var outputs: [Tensor] = []
    for number in 0..<stepCount {
      let (output, next) = step(number, fed: fed, context: context, from: state)
      outputs.append(output)
      if isOver(output) { break }
      fed = feed.next(after: output)
      state = next
    }
    return Tensor(stacking: outputs)
  }

  /// What the layers see from step `number` on: what is fed, `[T, N, size]`, and the context where it belongs.
  private func joining(_ fed: Tensor, _ context: Tensor, from number: Int) -> Tensor {
    guard contextSteps != .none else { return checked(fed) }
    let rows = context.shape[0]
    let indices = (0..<fed.shape[0]).flatMap { step in
      (0..<rows).map { number + step == 0 || contextSteps == .every ? Int32($0) : -1 }
    }
    let repeated = context.rows(at: indices).reshaped(to: [fed.shape[0], rows, context.shape[1]])
    return checked(feed.size == 0 ? repeated : Tensor(concatenating: [fed, repeated], axis: 2))
  }

  private func checked(_ inputs: Tensor) -> Tensor {
    requireDimension(2, "features fed back and of the context", layer.inputSize, inputs.shape, in: "decoder")
    return inputs
  }
}

extension OneToMany where Feed == TokenFeed {
  /// The symbols that follow each other when each step is fed the likeliest symbol of the step before.
  ///
  /// - Parameters:
  ///   - context: `[N, K]`.
  ///   - limit: The most symbols of a sequence.
  ///   - end: The symbol that ends a sequence, left out of it; nil where all are as long as the limit.
  /// - Returns: One sequence for each row.
  public func generate(from context: Tensor, limit: Int, end: Int32? = nil) -> [[Int32]] {
    generate(context, firstState(context), limit: limit, end: end)
  }

  func generate(_ context: Tensor, _ first: Layer.State, limit: Int, end: Int32?) -> [[Int32]] {
    var writer = GreedyWriter(rowCount: context.shape[0], end: end)
    _ = generate(context, first, stepCount: limit) { writer.write($0) }
    return writer.sequences
  }
}
