public import RecurrentTensor

/// A value that is made of tensors with names, so that it can be written to a file and made again.
public protocol TensorCoded: Sendable {
  /// All of it; names are unique.
  var tensors: [(name: String, tensor: Tensor)] { get }
  /// The value that gave these tensors; nil where they are not those of such a value.
  init?(tensors: [String: Tensor])
}

/// What a recurrent model carries from one part of a long series to the next: the state of a layer, or of a stack.
public protocol CarriedState: TensorCoded {
  /// The same numbers, cut off from the computation that made them: no gradient flows back through them.
  func detached() -> Self
}

/// A batch of sequences that can be cut along time.
public protocol StepSequence: TensorCoded {
  /// The number of steps, T.
  var stepCount: Int { get }
  /// Some of the steps; a row whose length ends before them has none.
  func steps(_ range: Range<Int>) -> Self
  /// The same numbers, cut off from the computation that made them.
  func detached() -> Self
}

extension RecurrentState {
  /// The parts under their names.
  public var tensors: [(name: String, tensor: Tensor)] { zip(Self.componentNames, components).map { ($0, $1) } }

  /// A state from its named parts.
  public init?(tensors: [String: Tensor]) {
    let parts = Self.componentNames.compactMap { tensors[$0] }
    guard parts.count == Self.componentNames.count, parts.count == tensors.count else { return nil }
    self.init(components: parts)
  }
}

extension AnyState: CarriedState {
  /// The parts under their numbers.
  public var tensors: [(name: String, tensor: Tensor)] { components.enumerated().map { (String($0), $1) } }

  /// A state of unknown kind from its numbered parts.
  public init?(tensors: [String: Tensor]) {
    let parts = (0..<tensors.count).compactMap { tensors[String($0)] }
    guard !parts.isEmpty, parts.count == tensors.count else { return nil }
    self.init(components: parts)
  }
}

extension StackState: TensorCoded, CarriedState where State: CarriedState {
  /// Those of each layer behind its number: `0.hidden`.
  public var tensors: [(name: String, tensor: Tensor)] {
    layers.enumerated().flatMap { number, state in state.tensors.map { ("\(number).\($0.name)", $0.tensor) } }
  }

  /// The states of the layers, first layer first.
  public init?(tensors: [String: Tensor]) {
    let groups = tensors.groupedByNumber
    let layers = groups.compactMap { State(tensors: $0) }
    guard !layers.isEmpty, layers.count == groups.count, groups.reduce(0, { $0 + $1.count }) == tensors.count else {
      return nil
    }
    self.init(layers: layers)
  }
}

extension SequenceBatch: StepSequence {
  /// Some of the steps; a row whose length ends before them has none.
  public func steps(_ range: Range<Int>) -> SequenceBatch {
    SequenceBatch(values.slice(axis: 0, range), sharing: lengths?.within(range))
  }

  /// The same numbers, cut off from the computation that made them.
  public func detached() -> SequenceBatch { replacingValues(values.detached()) }

  /// `values`, and `lengths` where rows have some.
  public var tensors: [(name: String, tensor: Tensor)] {
    [("values", values)] + (lengths.map { [("lengths", Tensor($0.map(Float.init)))] } ?? [])
  }

  /// A batch from its values and lengths.
  public init?(tensors: [String: Tensor]) {
    guard let values = tensors["values"], values.shape.rank == 3 else { return nil }
    let lengths = tensors["lengths"].map { $0.scalars.map { Int32($0) } }
    guard lengths.map({ $0.count == values.shape[1] && $0.allSatisfy { 0...values.shape[0] ~= Int($0) } }) ?? true
    else { return nil }
    self.init(values, sharing: lengths)
  }
}

extension TokenBatch: StepSequence {
  /// Some of the steps; a row whose length ends before them has none.
  public func steps(_ range: Range<Int>) -> TokenBatch {
    TokenBatch(
      tokens: Array(tokens[range.lowerBound * batchSize..<range.upperBound * batchSize]), stepCount: range.count,
      batchSize: batchSize, lengths: lengths?.within(range))
  }

  /// Symbols carry no gradient.
  public func detached() -> TokenBatch { self }

  /// The symbols as numbers, `[T, N]`, and `lengths` where rows have some.
  public var tensors: [(name: String, tensor: Tensor)] {
    [("tokens", Tensor(tokens.map(Float.init), shape: [stepCount, batchSize]))]
      + (lengths.map { [("lengths", Tensor($0.map(Float.init)))] } ?? [])
  }

  /// A batch from its symbols and lengths.
  public init?(tensors: [String: Tensor]) {
    guard let tokens = tensors["tokens"], tokens.shape.rank == 2 else { return nil }
    let lengths = tensors["lengths"].map { $0.scalars.map { Int32($0) } }
    guard lengths.map({ $0.count == tokens.shape[1] && $0.allSatisfy { 0...tokens.shape[0] ~= Int($0) } }) ?? true
    else { return nil }
    self.init(
      tokens: tokens.scalars.map { Int32($0) }, stepCount: tokens.shape[0], batchSize: tokens.shape[1],
      lengths: lengths)
  }
}

extension [Int32] {
  /// How many of the steps of a range rows of these lengths have.
  fileprivate func within(_ range: Range<Int>) -> [Int32] {
    map { Int32(Swift.min(Swift.max(Int($0) - range.lowerBound, 0), range.count)) }
  }
}

extension [String: Tensor] {
  /// Takes tensors apart that have a number and a dot before their name; numbers begin at 0.
  package var groupedByNumber: [[String: Tensor]] {
    var groups: [[String: Tensor]] = []
    while true {
      let group = below(String(groups.count))
      if group.isEmpty { return groups }
      groups.append(group)
    }
  }

  /// The tensors whose name begins with `prefix` and a dot, without both.
  package func below(_ prefix: String) -> [String: Tensor] {
    let start = prefix + "."
    return [String: Tensor](
      uniqueKeysWithValues: filter { $0.key.hasPrefix(start) }.map { (String($0.key.dropFirst(start.count)), $0.value) }
    )
  }
}
