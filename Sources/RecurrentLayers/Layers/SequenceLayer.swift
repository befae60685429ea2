public import RecurrentTensor

/// A layer that turns a sequence and a state into a sequence and a state; what recurrent stacks are made of.
public protocol SequenceLayer: Module {
  /// What the layer carries from one call to the next.
  associatedtype State: LayerState
  /// The number of features of an input step.
  var inputSize: Int { get }
  /// The number of features of an output step.
  var outputSize: Int { get }

  /// All steps of a batch.
  ///
  /// - Parameters:
  ///   - inputs: `[T, N, inputSize]`.
  ///   - state: Where to begin; nil is the layer's own first state, zero unless it is trained.
  /// - Returns: The outputs, `[T, N, outputSize]`, 0 at padded steps, and the states after each row's last step.
  func callAsFunction(_ inputs: SequenceBatch, from state: State?) -> (outputs: SequenceBatch, finalState: State)

  /// The layer's own first state, `[N, …]`, where it begins when no state is given: zero unless it is trained.
  ///
  /// - Parameter inputs: Any tensor `[…, N, C]` of the element type of the inputs.
  func firstState(like inputs: Tensor) -> State

  /// Visits the parameters as layer number `layer` of a stack of equal layers, which gives them the names of
  /// `torch.nn.LSTM`: `weight_ih_l{layer}`, `weight_ih_l{layer}_reverse`. Without a number they are `weight_ih` and
  /// `weight_ih_reverse`.
  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor, asLayer layer: Int?)

  /// What must agree, besides the output size, for layers of a stack to count as equal: the type that does the work.
  var kind: any SequenceLayer.Type { get }
}

extension SequenceLayer {
  /// All steps of a batch, from the layer's own first state; see `callAsFunction(_:from:)`.
  @inlinable
  public func callAsFunction(_ inputs: SequenceBatch) -> (outputs: SequenceBatch, finalState: State) {
    self(inputs, from: nil)
  }

  /// A state that was read from a file, if it fits this layer.
  ///
  /// - Throws: `StateError` where it belongs to another layer.
  public func validated(_ state: State) throws(StateError) -> State {
    let found = state.components
    let rows = found.first.map { $0.shape.rank == 0 ? 0 : $0.shape[0] } ?? 0
    let first = firstState(like: Tensor(zeros: [rows, inputSize]))
    let expected = first.components
    guard found.count == expected.count else {
      throw .partCount(expected: expected.count, actual: found.count)
    }
    for (part, pair) in zip(found, expected).enumerated() where pair.0.shape != pair.1.shape {
      throw .shape(part: part, expected: pair.1.shape, actual: pair.0.shape)
    }
    return first.replacing(components: found)
  }

  /// The layer's own type.
  public var kind: any SequenceLayer.Type { Self.self }

  /// Visits the parameters as the only layer.
  @inlinable
  public mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visit(&visitor, asLayer: 0)
  }
}

/// The first state of a recurrent layer when the caller gives none.
public enum InitialState: String, Hashable, Sendable, CaseIterable {
  /// Zeros.
  case zero
  /// A parameter, the same for all rows; before training the cell's zero state.
  case trainable
}

/// A trained first state: one row for each part of a cell's state.
@usableFromInline
struct TrainableState<State: RecurrentState>: Module {
  @usableFromInline var parts: [Parameter]

  /// Begins with `state`, that of a batch of one row.
  init(_ state: State) { parts = state.components.map { Parameter($0) } }

  /// `initial_hidden` and `initial_cell`; a state of more parts has the others at `initial.2.part` and so on.
  @inlinable
  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    for index in parts.indices {
      switch index {
      case 0: visitor.visit("initial_hidden", &parts[index])
      case 1: visitor.visit("initial_cell", &parts[index])
      default:
        visitor.enter(.name("initial"))
        visitor.enter(.index(index))
        visitor.visit("part", &parts[index])
        visitor.leave()
        visitor.leave()
      }
    }
  }

  /// The state for a batch of `batchSize` rows.
  @usableFromInline
  func callAsFunction(batchSize: Int) -> State {
    State(components: parts.map { $0.value.selectingRows([Int32](repeating: 0, count: batchSize)) })
  }
}
