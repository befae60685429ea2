public import RecurrentDistribution
public import RecurrentLayers
public import RecurrentTensor

/// What is trained, on what, and how it is judged. The runner does the rest.
///
/// Everything that a task gives is a pure function of integers: epoch, batch and the key of the run. So a run that was
/// stopped anywhere goes on exactly as if it had not been.
public protocol TrainingTask<Model>: Sendable {
  /// The model that is trained.
  associatedtype Model: Module
  /// What flows from batch to batch within an epoch, such as the states of recurrent layers.
  associatedtype Carry: TrainingCarry = NoCarry

  /// What the losses are means over, as a plural for the display of the rate: "tokens".
  var itemName: String { get }

  /// The number of batches of an epoch, at least 1; epochs count from 0.
  func batchCount(inEpoch epoch: Int) -> Int

  /// What flows into the first batch of an epoch.
  func initialCarry(inEpoch epoch: Int) -> Carry

  /// Examples in a batch, as far as that can be told before training: it decides into how many shares a batch is cut.
  var examplesPerBatch: Int { get }

  /// Computes the loss of a batch, or of a share of one: `batch.share(of:)` says which of its examples.
  ///
  /// A share is computed as if its examples were a batch of their own. One without examples has `BatchLoss.empty`.
  ///
  /// - Parameters:
  ///   - model: The model; dropout is on in it.
  ///   - batch: Which batch, and which share of it. The order of the examples is a function of its epoch and key.
  ///   - carry: What the same share of the batch before left, to be replaced by what the next one needs: `detached()`
  ///     tensors.
  func loss(of model: Model, on batch: BatchPosition, carry: inout Carry) throws -> BatchLoss

  /// What a batch consists of; asked for once before a run, and where its loss is not finite.
  func contents(of batch: BatchPosition) -> BatchContents

  /// How large each batch of an epoch is, in the unit of `BatchContents.size`; from it the memory of a run is told.
  func batchSizes(inEpoch epoch: Int, key: RandomKey) -> [Int]

  /// How large what is judged at one time is, in the same unit; nil where it is as large as a batch.
  var judgedSize: Int? { get }

  /// Bytes that are kept of a judgement beside tensors, such as of the forecasts from every row.
  var judgedByteCount: Int { get }

  /// Judges the model after an epoch, the metric that matters most first; empty where there is nothing to judge it on.
  ///
  /// The names and their order are the same after every epoch.
  func validate(_ model: Model) throws -> [Metric]

  /// The same, the work divided among ranks: all call it with the same model and get the same figures, which are also those
  /// of a single process, bit for bit.
  func validate(_ model: Model, over communicator: any Communicator) throws -> [Metric]
}

extension TrainingTask {
  /// Values.
  public var itemName: String { "values" }

  /// Nothing is told.
  public func contents(of batch: BatchPosition) -> BatchContents { BatchContents() }

  /// All batches are like the first one.
  public func batchSizes(inEpoch epoch: Int, key: RandomKey) -> [Int] {
    let first = BatchPosition(epoch: epoch, index: 0, step: 0, key: key)
    return Array(repeating: contents(of: first).size, count: batchCount(inEpoch: epoch))
  }

  /// As large as a batch.
  public var judgedSize: Int? { nil }

  /// Nothing worth speaking of.
  public var judgedByteCount: Int { 0 }

  /// Nothing is known of the size of batches: they are cut only where that is asked for.
  public var examplesPerBatch: Int { 1 }

  /// No judgement but the training loss.
  public func validate(_ model: Model) throws -> [Metric] { [] }

  /// Every rank does all of the work.
  public func validate(_ model: Model, over communicator: any Communicator) throws -> [Metric] { try validate(model) }
}

extension TrainingTask where Carry == NoCarry {
  /// Nothing flows from batch to batch.
  public func initialCarry(inEpoch epoch: Int) -> NoCarry { NoCarry() }
}

/// A figure that says how good a model is.
public struct Metric: Hashable, Sendable {
  /// Which way is better.
  public enum Direction: Hashable, Sendable {
    /// As for errors.
    case lowerIsBetter
    /// As for accuracies.
    case higherIsBetter
  }

  /// The name in files, in lower case: `rmse`.
  public let name: String
  /// The figure.
  public let value: Double
  /// Which way is better.
  public let direction: Direction

  /// A figure with its name.
  public init(_ name: String, _ value: Double, _ direction: Direction = .lowerIsBetter) {
    self.name = name
    self.value = value
    self.direction = direction
  }
}

/// What flows from batch to batch within an epoch. It can be written to a checkpoint, so that a run resumes in the middle
/// of an epoch.
public protocol TrainingCarry: Sendable {
  /// All of it as tensors with names.
  var tensors: [(name: String, tensor: Tensor)] { get }
  /// Takes the tensors back that `tensors` gave.
  ///
  /// - Throws: An error with one line of description where they are not those of such a carry.
  mutating func restore(from tensors: [String: Tensor]) throws
}

/// Nothing flows from batch to batch.
public struct NoCarry: TrainingCarry {
  /// Nothing.
  public init() {}
  /// No tensors.
  public var tensors: [(name: String, tensor: Tensor)] { [] }
  /// Nothing to take back.
  public mutating func restore(from tensors: [String: Tensor]) {}
}
