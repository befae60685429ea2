import CRecurrentKernels
import RecurrentTensor

/// The matrices and biases of a cell that the fused kernels run: G gates of H units.
///
/// Named as in PyTorch: `weight_ih` `[G·H, I]`, `weight_hh` `[G·H, H]`, `bias_ih` and `bias_hh` `[G·H]`.
public struct FusedWeights: Module {
  /// What the input is multiplied by, `[G·H, I]`.
  public var inputHidden: Parameter
  /// What the hidden state is multiplied by, `[G·H, H]`.
  public var hiddenHidden: Parameter
  /// The bias beside the input's matrix, `[G·H]`; nil for none.
  public var inputBias: Parameter? {
    get { storedInputBias.optional }
    set { storedInputBias.optional = newValue }
  }
  /// The bias beside the hidden state's matrix, `[G·H]`; nil for none.
  public var hiddenBias: Parameter? {
    get { storedHiddenBias.optional }
    set { storedHiddenBias.optional = newValue }
  }
  @usableFromInline var storedInputBias: OptionalParameter
  @usableFromInline var storedHiddenBias: OptionalParameter
  private let cache = RecurrentCache()

  init(
    inputSize: Int, hiddenSize: Int, gates: Int, bias: RecurrentBias, initialization: RecurrentInitialization,
    key: RandomKey
  ) {
    precondition(
      inputSize > 0 && hiddenSize > 0, "input size \(inputSize) and hidden size \(hiddenSize) must be at least 1")
    let key = key.folding(.initialization)
    let bound = 1 / Float(hiddenSize).squareRoot()
    let rows = gates * hiddenSize
    func values(_ initializer: Initializer, _ shape: Shape, _ number: Int) -> Parameter {
      Parameter(initializer.values(shape, gates: gates, bound: bound, key: key.folding(number)))
    }
    inputHidden = values(initialization.input, [rows, inputSize], 0)
    hiddenHidden = values(initialization.recurrent, [rows, hiddenSize], 1)
    storedInputBias = OptionalParameter(bias == .none ? nil : values(initialization.bias, [rows], 2))
    storedHiddenBias = OptionalParameter(bias == .double ? values(initialization.bias, [rows], 3) : nil)
  }

  /// Visits the two matrices, then the biases.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visit(&visitor, hiddenHiddenName: "weight_hh")
  }

  /// The same with another name for the matrix that the hidden state is multiplied by.
  @inlinable
  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor, hiddenHiddenName: StaticString) {
    visitor.visit("weight_ih", &inputHidden)
    visitor.visit(hiddenHiddenName, &hiddenHidden)
    storedInputBias.accept(&visitor, as: "bias_ih")
    storedHiddenBias.accept(&visitor, as: "bias_hh")
  }

  var inputSize: Int { inputHidden.value.shape[1] }
  var hiddenSize: Int { hiddenHidden.value.shape[1] }

  /// Sets the biases of one gate so that they add up to `value`.
  mutating func setBias(ofGate gate: Int, to value: Float) {
    setBiases(ofGate: gate, to: [Float](repeating: value, count: hiddenSize))
  }

  /// Sets the biases of one gate so that those of each unit add up to its number.
  mutating func setBiases(ofGate gate: Int, to values: [Float]) {
    let range = gate * hiddenSize..<(gate + 1) * hiddenSize
    inputBias?.value.withMutableScalars { scalars in
      for (row, value) in zip(range, values) { scalars[row] = value }
    }
    hiddenBias?.value.withMutableScalars { scalars in
      for row in range { scalars[row] = 0 }
    }
  }

  /// Runs a sequence through the fused kernel of a kind of cell.
  func scan(
    _ kind: RecurrentKind, _ inputs: SequenceBatch, hidden: OptionalTensor, cell: OptionalTensor, direction: Direction,
    hiddenMask: OptionalTensor = .absent, recomputation: Recomputation = .never
  ) -> RecurrentScan.Result {
    if recomputation != .never {
      let start = BidirectionalScan.Direction(
        weights: tensors, initialHidden: hidden, initialCell: cell, hiddenMask: hiddenMask)
      let recomputed = RecomputedScan.apply(
        kind, inputs.values, lengths: inputs.lengths, isReversed: direction == .backward, start, recomputation)
      if let recomputed { return recomputed }
    }
    return RecurrentScan.apply(
      kind, inputs.values, lengths: inputs.lengths, isReversed: direction == .backward, weights: tensors,
      initialHidden: hidden, initialCell: cell, hiddenMask: hiddenMask)
  }

  /// The weights as the kernels take them.
  var tensors: RecurrentWeights {
    RecurrentWeights(
      inputHidden: inputHidden.value, hiddenHidden: hiddenHidden.value, inputBias: storedInputBias.tensor,
      hiddenBias: storedHiddenBias.tensor, cache: cache)
  }

  /// Runs a sequence through the fused kernels of two cells of one kind, in both directions at once.
  static func scanBothWays(
    _ kind: RecurrentKind, _ forward: FusedWeights, _ backward: FusedWeights, _ inputs: SequenceBatch,
    hidden: (forward: Tensor?, backward: Tensor?), cell: (forward: Tensor?, backward: Tensor?) = (nil, nil),
    modifiers: (forward: StepModifiers, backward: StepModifiers)
  ) -> BidirectionalScan.Result {
    let ahead = BidirectionalScan.Direction(
      weights: forward.tensors, initialHidden: OptionalTensor(hidden.forward),
      initialCell: OptionalTensor(cell.forward), hiddenMask: OptionalTensor(modifiers.forward.hiddenMask))
    let back = BidirectionalScan.Direction(
      weights: backward.tensors, initialHidden: OptionalTensor(hidden.backward),
      initialCell: OptionalTensor(cell.backward), hiddenMask: OptionalTensor(modifiers.backward.hiddenMask))
    let recomputed = RecomputedScan.apply(
      kind, inputs.values, lengths: inputs.lengths, forward: ahead, backward: back, modifiers.forward.recomputation)
    return recomputed
      ?? BidirectionalScan.apply(kind, inputs.values, lengths: inputs.lengths, forward: ahead, backward: back)
  }
}

/// A parameter that may be absent, for the hot path; see `OptionalTensor`.
@usableFromInline
struct OptionalParameter: Sendable {
  /// Without elements where there is none.
  @usableFromInline var parameter: Parameter
  @usableFromInline var isPresent: Bool

  init(_ parameter: Parameter?) {
    isPresent = parameter != nil
    self.parameter = parameter ?? Parameter(Tensor(zeros: [0]))
  }

  var optional: Parameter? {
    get { isPresent ? parameter : nil }
    set { self = OptionalParameter(newValue) }
  }

  var tensor: OptionalTensor { isPresent ? OptionalTensor(parameter.value) : .absent }

  /// Shows the parameter to a visitor, in place, if there is one.
  @inlinable
  mutating func accept(_ visitor: inout some ModuleVisitor, as name: StaticString) {
    if isPresent { visitor.visit(name, &parameter) }
  }
}

// Whoever reflects on a model to find its parameters finds those that are there.
extension OptionalParameter: CustomReflectable {
  @usableFromInline var customMirror: Mirror {
    Mirror(self, children: isPresent ? ["parameter": parameter] : [:])
  }
}
