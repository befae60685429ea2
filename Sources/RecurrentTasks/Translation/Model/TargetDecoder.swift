public import RecurrentLayers
import RecurrentTensor

/// The half of a translator that writes.
///
/// With the vector e of the symbol before, the context c of the source, and what attention finds, a:
///
///     h = layers([e; c], h′)             c only where it reaches the steps
///     s = tanh(W [a; h])                 with attention; h itself without
///     y = E s + b                        tied, or a map of its own
///
/// Before the step, attention asks with the state before and its answer stands beside e; with input feeding the s of the
/// step before does. Where attention follows the step and nothing of it is fed back, all steps of a batch are one fused
/// sequence in training.
public struct TargetDecoder: Module {
  /// The vectors of the symbols, `[V, E]`.
  public var embedding: Embedding
  /// What drops numbers of the vectors in training.
  public var inputDropout: SequenceDropout
  /// How the context becomes the first state; nil for the layers' own.
  public var bridge: Bridge?
  /// The recurrent layers.
  public var layers: RecurrentStack<AnySequenceLayer>
  /// How the decoder looks back; nil where it does not.
  public var attention: AnyAttention?
  /// How much what was looked at before adds to a score; nil where it does not count.
  public var coverageWeight: Parameter?
  /// W; nil where h itself makes the logits.
  public var combination: Linear?
  /// What drops numbers of s in training.
  public var outputDropout: SequenceDropout
  /// From s to logits; nil where the vectors of the symbols do it.
  public var head: Linear?
  /// The bias of the logits of tied vectors.
  public var bias: Parameter?
  let order: AttentionOrder
  let contextReachesSteps: Bool
  private let tiedCache = LinearCache()

  init(_ configuration: TranslationConfiguration, vocabularySize: Int, encoder: SourceEncoder, key: RandomKey) {
    let (size, contextSize) = (configuration.embedding, encoder.layers.outputSize)
    embedding = Embedding(
      vocabularySize: vocabularySize, size: size, initializer: configuration.vectorInitializer, key: key.folding(0))
    inputDropout = SequenceDropout(configuration.embeddingDropout, masks: configuration.dropoutMasks)
    outputDropout = SequenceDropout(configuration.outputDropout, masks: configuration.dropoutMasks)
    order = configuration.attentionOrder
    contextReachesSteps = configuration.contextRoute.reachesSteps
    let hidden = configuration.decoder.outputSize
    let attention = configuration.makeAttention(querySize: hidden, keySize: contextSize, key: key.folding(1))
    let combined = configuration.isTied ? size : hidden
    let seen: Int =
      switch (attention, order) {
      case (nil, _), (_, .afterStep): 0
      case (let attention?, .beforeStep): attention.contextSize
      case (_, .afterStepWithFeeding): combined
      }
    layers = configuration.decoder.makeStack(
      inputSize: size + (contextReachesSteps ? contextSize : 0) + seen, key: key.folding(2))
    if configuration.contextRoute.reachesState {
      bridge =
        configuration.bridge == .identity
        ? .identity : Bridge(contextSize: contextSize, to: layers, key: key.folding(3))
    }
    if attention != nil || combined != hidden {
      combination = Linear(
        inputSize: (attention?.contextSize ?? 0) + hidden, outputSize: combined, key: key.folding(4))
    }
    if attention != nil, configuration.coverage { coverageWeight = Parameter(Tensor(zeros: [1])) }
    self.attention = attention
    if configuration.isTied {
      bias = Parameter(Tensor(zeros: [vocabularySize]))
    } else {
      head = Linear(inputSize: combined, outputSize: vocabularySize, key: key.folding(5))
    }
  }

  /// Visits everything in the order of the computation.
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("embedding", &embedding)
    visitor.visit("input_dropout", &inputDropout)
    visitor.visit("bridge", &bridge)
    visitor.visit("layers", &layers)
    visitor.visit("attention", &attention)
    visitor.visit("coverage_weight", &coverageWeight)
    visitor.visit("combination", &combination)
    visitor.visit("output_dropout", &outputDropout)
    visitor.visit("head", &head)
    visitor.visit("bias", &bias)
  }

  // MARK: What is carried

  /// What the decoder knows of the sources.
  public struct Memory: Sendable {
    /// What attention keeps of them.
    let attention: AttentionMemory?
    /// `[N, K]`.
    let context: Tensor
    /// The state before the first step.
    let first: StackState<AnyState>
    /// The number of sources, N.
    var count: Int { context.shape[0] }
    /// The number of steps of the longest source.
    let stepCount: Int
  }

  /// What the decoder carries from step to step, a row for each beginning of each source.
  public struct State: Sendable {
    /// The state of the layers.
    var layers: StackState<AnyState>
    /// The s of the step before, `[R, A]`; nil where it is not fed.
    var fed: Tensor?
    /// The sum of all weights so far, `[R, S]`; nil where it does not count.
    var coverage: Tensor?
  }

  /// What is needed of an encoding for all steps.
  func memory(of source: SourceEncoder.Output) -> Memory {
    let first = layers.firstState(like: source.context)
    return Memory(
      attention: attention?.prepare(source.outputs), context: source.context,
      first: bridge.map { $0(source.context, carrying: source.finalState.components, into: first) } ?? first,
      stepCount: source.outputs.stepCount)
  }

  /// The state before the first step, one beginning for each source.
  func firstState(_ memory: Memory) -> State {
    let needsFeeding = attention != nil && order == .afterStepWithFeeding
    func zeros(_ width: Int) -> Tensor {
      Tensor(repeating: 0, shape: [memory.count, width], elementType: memory.context.elementType)
    }
    return State(
      layers: memory.first, fed: needsFeeding ? zeros(sizeOfCombination) : nil,
      coverage: coverageWeight.map { _ in zeros(memory.stepCount) })
  }

  private var sizeOfCombination: Int { combination?.outputSize ?? layers.outputSize }

  // MARK: Steps

  /// One step of all rows up to s.
  ///
  /// - Parameters:
  ///   - vectors: e, `[R, E]`, with a multiple of N rows: the beginnings of all sources, one beginning of each after the
  ///     other.
  ///   - memory: What is known of the sources.
  ///   - state: The state before the step.
  /// - Returns: s, `[R, A]`, the weights of the source's steps, `[R, S]`, and the state after the step.
  func advance(
    _ vectors: Tensor, _ memory: Memory, from state: State
  ) -> (output: Tensor, weights: Tensor?, state: State) {
    let beginnings = vectors.shape[0] / memory.count
    var next = state
    var inputs = [vectors]
    if contextReachesSteps { inputs.append(memory.context.repeatingRows(beginnings)) }
    var found: (context: Tensor, weights: Tensor)?
    if order == .beforeStep {
      found = look(state.layers.hidden, memory, state, beginnings)
      if let found { inputs.append(found.context) }
    }
    if let fed = state.fed { inputs.append(fed) }
    let joined = inputs.count == 1 ? vectors : Tensor(concatenating: inputs, axis: 1)
    let (outputs, layerState) = layers(
      SequenceBatch(joined.reshaped(to: [1, joined.shape[0], joined.shape[1]])), from: state.layers)
    let hidden = outputs.values[0]
    if order != .beforeStep { found = look(hidden, memory, state, beginnings) }
    let output = combined(found?.context, hidden)
    next.layers = layerState
    if state.fed != nil { next.fed = output }
    if let coverage = state.coverage, let found { next.coverage = coverage + found.weights }
    return (output, found?.weights, next)
  }

  /// What attention finds for some states, `[R, H]`: contexts, `[R, C]`, and weights, `[R, S]`.
  private func look(
    _ hidden: Tensor, _ memory: Memory, _ state: State, _ beginnings: Int
  ) -> (context: Tensor, weights: Tensor)? {
    guard let attention, let steps = memory.attention else { return nil }
    let count = memory.count
    let bias = state.coverage.flatMap { coverage in
      coverageWeight.map { (coverage * $0.value).reshaped(to: [beginnings, count, memory.stepCount]) }
    }
    let (context, weights) = attention(
      hidden.reshaped(to: [beginnings, count, hidden.shape[1]]), over: steps, adding: bias)
    return (
      context.reshaped(to: [beginnings * count, context.shape[2]]),
      weights.reshaped(to: [beginnings * count, memory.stepCount])
    )
  }

  /// s of contexts and outputs of any number of steps.
  private func combined(_ context: Tensor?, _ hidden: Tensor) -> Tensor {
    let both = context.map { Tensor(concatenating: [$0, hidden], axis: hidden.shape.rank - 1) } ?? hidden
    return combination.map { tanh($0(both)) } ?? both
  }

  /// The logits of s, `[…, A]` to `[…, V]`.
  func logits(_ output: Tensor) -> Tensor {
    if let head { return head(output) }
    return output.linear(weight: embedding.weight.value, bias: bias?.value, cache: tiedCache)
  }

  // MARK: Whole sequences

  /// Whether all steps under a teacher are one fused sequence.
  var isFused: Bool { attention == nil || (order == .afterStep && coverageWeight == nil) }

  /// All steps under a teacher up to s, `[U, N, A]`, fused; see `isFused`.
  ///
  /// - Parameter fed: The symbols that are fed, `[U, N]`.
  func fused(_ fed: TokenBatch, _ memory: Memory) -> Tensor {
    var inputs = inputDropout(embedding(fed)).values
    let steps = fed.stepCount
    if contextReachesSteps {
      let width = memory.context.shape[1]
      let context = memory.context.repeatingRows(steps).reshaped(to: [steps, memory.count, width])
      inputs = Tensor(concatenating: [inputs, context], axis: 2)
    }
    // What stands at padding is never looked at, so that lengths need not be kept.
    let hidden = layers(SequenceBatch(inputs), from: memory.first).outputs.values
    let context: Tensor? = memory.attention.flatMap { steps in attention.map { $0(hidden, over: steps).context } }
    return outputDropout(SequenceBatch(combined(context, hidden))).values
  }
}

extension Tensor {
  /// The rows of `[N, K]` so many times over, `[count · N, K]`.
  func repeatingRows(_ count: Int) -> Tensor {
    if count == 1 { return self }
    let rows = Int32(shape[0])
    return self.rows(at: (0..<count).flatMap { _ in 0..<rows })
  }
}
