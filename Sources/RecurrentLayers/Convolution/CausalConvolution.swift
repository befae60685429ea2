public import RecurrentTensor

/// A convolution over time as a layer of a stack: each step sees itself and the K - 1 steps before it, `dilation` apart, and
/// its state is what the next call has to know of them (van den Oord et al., 2016; Bai et al., 2018).
///
///     y[t] = max(0, b + Σ_k W[:, :, k] x[t - (K - 1 - k) · dilation])
///
/// So it runs wherever a recurrent layer does: over streams of steps, in parts of a sequence, beside recurrent layers. Rows
/// that begin anew within a batch are a programmer's mistake.
public struct CausalConvolution: SequenceLayer {
  /// The convolution.
  public var convolution: Conv1d

  /// A convolution from C to D features, its first weights drawn as PyTorch draws them unless told otherwise.
  ///
  /// - Parameters:
  ///   - inputSize: C.
  ///   - outputSize: D.
  ///   - kernelSize: The steps that a step sees, K, at least 2.
  ///   - dilation: How far apart they are.
  ///   - initializer: How W is drawn.
  ///   - key: Where the random numbers come from.
  public init(
    inputSize: Int, outputSize: Int, kernelSize: Int, dilation: Int = 1, initializer: Initializer = .uniform,
    key: RandomKey
  ) {
    precondition(kernelSize >= 2, "a causal convolution sees at least 2 steps, not \(kernelSize)")
    convolution = Conv1d(
      inputChannels: inputSize, outputChannels: outputSize, kernelSize: kernelSize, dilation: dilation,
      initializer: initializer, key: key)
  }

  /// The number of features of an input step, C.
  public var inputSize: Int { convolution.inputChannels }
  /// The number of features of an output step, D.
  public var outputSize: Int { convolution.outputChannels }
  /// How many steps back a step sees.
  public var reach: Int { (convolution.kernelSize - 1) * convolution.dilation }

  /// Zeros before the first step.
  public func firstState(like inputs: Tensor) -> ConvolutionState {
    let rows = inputs.shape[inputs.shape.rank - 2]
    let type = inputs.elementType
    return ConvolutionState(
      past: Tensor(repeating: 0, shape: [rows, reach, inputSize], elementType: type),
      hidden: Tensor(repeating: 0, shape: [rows, outputSize], elementType: type))
  }

  /// Visits weights and bias.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor, asLayer number: Int?) {
    if let number { visitor.enter(.layer(number)) }
    convolution.visit(&visitor)
    if number != nil { visitor.leave() }
  }

  /// All steps of a batch; see `SequenceLayer`.
  public func callAsFunction(
    _ inputs: SequenceBatch, from state: ConvolutionState?
  ) -> (outputs: SequenceBatch, finalState: ConvolutionState) {
    inputs.requireWholeRows(in: "CausalConvolution")
    let state = state ?? firstState(like: inputs.values)
    let steps = Tensor(concatenating: [state.past.permuted([1, 0, 2]), inputs.values], axis: 0)
    let seen = SequenceBatch(steps, sharing: inputs.lengths?.map { $0 + Int32(reach) })
    let outputs = inputs.replacingValues(relu(convolution(seen).values))
    return (outputs, finalState(of: seen, outputs, after: state))
  }

  /// The last steps of each row, and its last output; a row of length 0 keeps the one it had.
  private func finalState(
    of seen: SequenceBatch, _ outputs: SequenceBatch, after state: ConvolutionState
  ) -> ConvolutionState {
    let rows = seen.batchSize
    guard let lengths = outputs.lengths else {
      let past = seen.values.slice(axis: 0, seen.stepCount - reach..<seen.stepCount)
      return ConvolutionState(
        past: past.permuted([1, 0, 2]), hidden: outputs.stepCount == 0 ? state.hidden : outputs.last)
    }
    let places = (0..<rows).flatMap { row in
      (0..<reach).map { Int32((Int(lengths[row]) + $0) * rows + row) }
    }
    let past = seen.values.reshaped(to: [seen.stepCount * rows, inputSize]).rows(at: places)
    let choice = lengths.indices.map { Int32(lengths[$0] == 0 ? $0 : rows + $0) }
    let hidden = Tensor(concatenating: [state.hidden, outputs.last], axis: 0).rows(at: choice)
    return ConvolutionState(past: past.reshaped(to: [rows, reach, inputSize]), hidden: hidden)
  }
}

/// What a causal convolution has to know of the steps before.
public struct ConvolutionState: LayerState {
  /// The last inputs of each row, `[N, reach, C]`, the latest last.
  public var past: Tensor
  /// The output after the last step, `[N, D]`.
  public var hidden: Tensor

  /// A state of these parts.
  public init(past: Tensor, hidden: Tensor) {
    self.past = past
    self.hidden = hidden
  }

  /// The past inputs and the output.
  public var components: [Tensor] { [past, hidden] }

  /// The same kind of state of other parts.
  public func replacing(components: [Tensor]) -> ConvolutionState {
    precondition(components.count == 2, "the state of a convolution has 2 parts, not \(components.count)")
    return ConvolutionState(past: components[0], hidden: components[1])
  }
}
