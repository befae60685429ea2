public import RecurrentTensor

/// What a layer carries from one call to the next: tensors with one row for each sequence of the batch.
///
/// States are values that can be kept, written to a file and read elsewhere: the stream then goes on with the same bits.
/// A state that comes from a file goes through the layer's `validated(_:)` first.
public protocol LayerState: Sendable, Codable {
  /// The parts, each `[N, …]`, in a fixed order.
  var components: [Tensor] { get }
  /// The same kind of state made of other parts, as many as there are.
  func replacing(components: [Tensor]) -> Self
  /// The hidden state: the output after the last step, `[N, H]`; of a stack, that of its last layer, and of two
  /// directions both side by side.
  var hidden: Tensor { get }
}

extension LayerState {
  /// The state with `transform` applied to each part.
  public func map(_ transform: (Tensor) -> Tensor) -> Self {
    replacing(components: components.map(transform))
  }

  /// The same numbers, cut off from the computation that made them: no gradient flows back through them.
  public func detached() -> Self { map { $0.detached() } }

  /// The states of some rows of the batch, in the given order.
  public func selecting(rows: [Int]) -> Self {
    map { $0.selectingRows(rows.map(Int32.init)) }
  }

  /// This state with some rows replaced by those of another: row `rows[k]` becomes row `k` of `other`.
  ///
  /// A server that runs the streams of many users in one batch gathers their states with `selecting(rows:)` and puts them
  /// back with this.
  public func replacing(rows: [Int], with other: Self) -> Self {
    let mine = components
    let theirs = other.components
    precondition(mine.count == theirs.count, "the states are of different kinds")
    guard let first = mine.first else { return self }
    var choice = (0..<first.shape[0]).map(Int32.init)
    for (place, row) in rows.enumerated() {
      precondition(choice.indices.contains(row), "row \(row) is not in a batch of \(choice.count)")
      choice[row] = Int32(choice.count + place)
    }
    return replacing(
      components: zip(mine, theirs).map { Tensor(concatenating: [$0, $1], axis: 0).selectingRows(choice) })
  }

  /// The states of several batches as one batch, in their order.
  public init(joining states: [Self]) {
    guard let first = states.first else { preconditionFailure("there are no states to join") }
    let parts = states.map(\.components)
    self = first.replacing(
      components: parts[0].indices.map { part in Tensor(concatenating: parts.map { $0[part] }, axis: 0) })
  }
}

extension Tensor {
  /// The parts of the outermost axis that `indices` name; zeros for a negative index.
  func selectingRows(_ indices: [Int32]) -> Tensor {
    let width = shape.elementCount(of: 1..<shape.rank)
    return reshaped(to: [shape[0], width]).rows(at: indices)
      .reshaped(to: shape.replacing(axis: 0, with: indices.count))
  }
}

/// A state from outside that does not fit the layer it was given to.
public enum StateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The number of parts differs.
  case partCount(expected: Int, actual: Int)
  /// A part has another shape.
  case shape(part: Int, expected: Shape, actual: Shape)

  /// One line that says what differs.
  public var description: String {
    switch self {
    case .partCount(let expected, let actual):
      "the state has \(actual) parts, the layer's has \(expected): it belongs to another kind of layer"
    case .shape(let part, let expected, let actual):
      "part \(part) of the state has shape \(actual), the layer needs \(expected): it belongs to a layer of other sizes"
    }
  }
}
