public import RecurrentLayers
public import RecurrentTensor

/// A series that comes window by window: each window begins with the state that the one before left, and the gradient of
/// its loss flows back through the last k2 steps, `reach`, and no further (truncated back-propagation through time,
/// Williams and Peng, 1990).
///
/// ```swift
/// var stream = TruncatedStream<SequenceBatch, LSTMState>(reach: 70)
/// for window in windows {                       // k1 steps each
///   _ = scope.evaluate(at: &model) { model in
///     let outputs = stream.run(window.inputs) { model.lstm($0, from: $1) }
///     return meanSquaredError(model.head(outputs.values), window.targets)
///   }
///   optimizer.update(&model, with: scope.gradients)
/// }
/// ```
///
/// With k1 = k2 a window is one pass and nothing but the state is kept. With k1 < k2 the inputs of the last k2 − k1 steps
/// are kept too, and run again before each window, with the parameters as they are by then. A stream is a value: it lives
/// from call to call for as long as the series goes on, and it is what a `TrainingTask` may carry from batch to batch.
///
/// Rows may end: a window in which a row has no real step leaves the row's state as it is.
public struct TruncatedStream<Inputs: StepSequence, State: LayerState & TensorCoded>: Sendable {
  /// Steps that lie within reach of the next window, and the state before them.
  private struct Block: Sendable {
    var inputs: Inputs
    var state: State?
  }

  /// The steps that a gradient flows back through, k2, those of the window included.
  public let reach: Int
  /// The state after the last step, cut off from what made it; nil before the first one.
  public private(set) var state: State?
  /// The steps that have passed since the stream began.
  public private(set) var stepCount = 0
  private var blocks: [Block] = []

  /// A stream that has not begun.
  ///
  /// - Parameters:
  ///   - reach: k2, at least the steps of every window.
  ///   - state: Where it begins; nil is the model's own first state, through which a gradient flows while it is in reach.
  public init(reach: Int, from state: State? = nil) {
    precondition(reach > 0, "a gradient that reaches back \(reach) steps")
    self.reach = reach
    self.state = state?.detached()
  }

  /// Runs the next window.
  ///
  /// - Parameters:
  ///   - inputs: The k1 steps of the window, at most `reach`.
  ///   - model: Runs some steps from a state, as recurrent layers and stacks do; nil is its own first state.
  /// - Returns: What the model gave for the steps of the window, and for no others.
  public mutating func run<Outputs, Failure: Error>(
    _ inputs: Inputs, through model: (Inputs, State?) throws(Failure) -> (outputs: Outputs, finalState: State)
  ) throws(Failure) -> Outputs {
    precondition(inputs.stepCount <= reach, "a window of \(inputs.stepCount) steps is beyond a reach of \(reach)")
    let lookBack = reach - inputs.stepCount
    forgetBlocks(beyond: lookBack)
    let before = try stateBeforeWindow(lookBack, model)
    let (outputs, finalState) = try model(inputs, before)
    if inputs.stepCount < reach { blocks.append(Block(inputs: inputs.detached(), state: before?.detached())) }
    state = finalState.detached()
    stepCount += inputs.stepCount
    return outputs
  }

  private var keptSteps: Int { blocks.reduce(0) { $0 + $1.inputs.stepCount } }

  private mutating func forgetBlocks(beyond lookBack: Int) {
    while let first = blocks.first, keptSteps - first.inputs.stepCount >= lookBack { blocks.removeFirst() }
  }

  /// Runs what is within reach once more. The states between blocks are those of the parameters of now.
  private mutating func stateBeforeWindow<Outputs, Failure: Error>(
    _ lookBack: Int, _ model: (Inputs, State?) throws(Failure) -> (outputs: Outputs, finalState: State)
  ) throws(Failure) -> State? {
    guard let first = blocks.first else { return state }
    var before = first.state
    let excess = keptSteps - lookBack
    if excess > 0 {
      before = try model(first.inputs.steps(0..<excess), before).finalState.detached()
      blocks[0] = Block(inputs: first.inputs.steps(excess..<first.inputs.stepCount), state: before)
    }
    for index in blocks.indices {
      blocks[index].state = before?.detached()
      before = try model(blocks[index].inputs, before).finalState
    }
    return before
  }
}

extension TruncatedStream: TrainingCarry {
  /// What a checkpoint needs: the state, and the inputs within reach with the states before them.
  public var tensors: [(name: String, tensor: Tensor)] {
    func below(_ prefix: String, _ value: (any TensorCoded)?) -> [(name: String, tensor: Tensor)] {
      value?.tensors.map { ("\(prefix).\($0.name)", $0.tensor) } ?? []
    }
    return [("counts", Tensor(counts))] + below("state", state)
      + blocks.enumerated().flatMap { number, block in
        below("block.\(number).inputs", block.inputs) + below("block.\(number).state", block.state)
      }
  }

  /// Goes on where the stream that gave the tensors stood.
  ///
  /// - Throws: `TruncatedStreamError` where they are not those of such a stream.
  public mutating func restore(from tensors: [String: Tensor]) throws {
    let blocks = tensors.below("block").groupedByNumber.map { group in
      (inputs: Inputs(tensors: group.below("inputs")), state: State(tensors: group.below("state")), group: group)
    }
    let state = State(tensors: tensors.below("state"))
    let counts = tensors["counts"]?.scalars.compactMap { Int(exactly: $0) } ?? []
    guard counts.count == 3, counts.allSatisfy({ 0...Self.wordSize ~= $0 }), counts[2] == blocks.count,
      state != nil || tensors.below("state").isEmpty,
      blocks.allSatisfy({ $0.inputs != nil && ($0.state != nil || $0.group.below("state").isEmpty) })
    else { throw TruncatedStreamError() }
    self.state = state
    self.blocks = blocks.compactMap { block in block.inputs.map { Block(inputs: $0, state: block.state) } }
    stepCount = counts[0] + counts[1] * Self.wordSize
  }

  // Whole numbers up to 2^24 are exact as floats.
  private static var wordSize: Int { 1 << 24 }
  /// Steps in two parts, and blocks.
  private var counts: [Float] {
    [Float(stepCount % Self.wordSize), Float(stepCount / Self.wordSize), Float(blocks.count)]
  }
}

/// Tensors that are not those of a stream of the model.
public struct TruncatedStreamError: Error, CustomStringConvertible {
  /// One line.
  public var description: String { "the carried states are not those of a stream through this model" }
}
