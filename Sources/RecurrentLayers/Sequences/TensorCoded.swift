public import RecurrentTensor

/// A value that is made of tensors with names, so that it can be written to a file and made again.
public protocol TensorCoded: Sendable {
  /// All of it; names are unique.
  var tensors: [(name: String, tensor: Tensor)] { get }
  /// The value that gave these tensors; nil where they are not those of such a value.
  init?(tensors: [String: Tensor])
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

extension AnyState: TensorCoded {
  /// The parts under their numbers.
  public var tensors: [(name: String, tensor: Tensor)] { components.enumerated().map { (String($0), $1) } }

  /// A state of unknown kind from its numbered parts.
  public init?(tensors: [String: Tensor]) {
    let parts = (0..<tensors.count).compactMap { tensors[String($0)] }
    guard !parts.isEmpty, parts.count == tensors.count else { return nil }
    self.init(components: parts)
  }
}

extension StackState: TensorCoded where State: TensorCoded {
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
    guard let lengths = tensors.lengths(steps: values.shape[0], rows: values.shape[1]) else { return nil }
    self.init(values, sharing: lengths.isEmpty ? nil : lengths)
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
    let symbols = tokens.scalars.compactMap { Int32(exactly: $0) }
    guard symbols.count == tokens.count, symbols.allSatisfy({ $0 >= -1 }),
      let lengths = tensors.lengths(steps: tokens.shape[0], rows: tokens.shape[1])
    else { return nil }
    self.init(
      tokens: symbols, stepCount: tokens.shape[0], batchSize: tokens.shape[1],
      lengths: lengths.isEmpty ? nil : lengths)
  }
}

extension [Int32] {
  /// How many of the steps of a range rows of these lengths have.
  fileprivate func within(_ range: Range<Int>) -> [Int32] {
    map { Int32(Swift.min(Swift.max(Int($0) - range.lowerBound, 0), range.count)) }
  }
}

extension [String: Tensor] {
  /// The lengths of rows that are among the tensors; empty where none are, nil where they are not lengths of such rows.
  fileprivate func lengths(steps: Int, rows: Int) -> [Int32]? {
    guard let tensor = self["lengths"] else { return [] }
    let lengths = tensor.scalars.compactMap { Int32(exactly: $0) }
    return tensor.count == rows && lengths.count == rows && lengths.allSatisfy { 0...steps ~= Int($0) } ? lengths : nil
  }

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
