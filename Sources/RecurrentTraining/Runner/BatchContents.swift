public import RecurrentTensor

/// What a batch consists of: told in the report on a step that went wrong, and before a run, by its shapes.
public struct BatchContents: Sendable {
  /// One tensor that goes into a model or comes out of it.
  public struct Part: Sendable {
    /// What it is: `inputs`, `labels`.
    public let name: String
    /// Its shape.
    public let shape: Shape
    /// Its numbers; nil of symbols, which are always finite, and of what has not been computed.
    public let values: Tensor?

    /// The steps of all sequences, `T · N` of `[T, N, C]`; none where there are no sequences.
    var stepCount: Int { shape.rank < 2 ? 0 : shape[0] * shape[1] }

    /// A part without numbers that could be infinite.
    public init(_ name: String, _ shape: Shape) {
      self.name = name
      self.shape = shape
      values = nil
    }

    /// A part with its numbers.
    public init(_ name: String, _ values: Tensor) {
      self.name = name
      shape = values.shape
      self.values = values
    }
  }

  /// The numbers of the examples in the data, from 0: of sentences, windows, or the first and last steps of a stream.
  public var examples: [Int]
  /// What the model reads.
  public var inputs: [Part]
  /// What it is to say.
  public var targets: [Part]
  /// What it says.
  public var outputs: [Part]

  /// How large the batch is: the steps of all its sequences, of inputs and targets, padding included.
  public var size: Int { (inputs + targets).reduce(0) { $0 + $1.stepCount } }

  /// The contents of a batch.
  public init(examples: [Int] = [], inputs: [Part] = [], targets: [Part] = [], outputs: [Part] = []) {
    self.examples = examples
    self.inputs = inputs
    self.targets = targets
    self.outputs = outputs
  }
}
