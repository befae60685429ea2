import RecurrentFormats
public import RecurrentLayers
public import RecurrentTraining

/// A model whose network other systems can run: a list of layers that are not this library's alone.
///
/// ```swift
/// let classifier = try Classifier(modelFolder: "runs/0001-classify")
/// let exchanged = try classifier.exchanged()
/// print(exchanged.network.description.elements.map(\.name), exchanged.notes)
/// ```
public protocol ExchangeableModel: TaskModel {
  /// The network as a list of layers, with the weights of the model.
  ///
  /// - Throws: `ExchangeError` where the network does what such a list cannot say.
  func exchanged() throws(ExchangeError) -> ExchangedNetwork
}

/// The network of a task's model without its task.
public struct ExchangedNetwork: Sendable {
  /// The network; it computes what the model's own one does, bit for bit.
  public let network: SequenceNetwork
  /// The path that each tensor of the network has in the model, by its path in the network.
  public let sources: [String: String]
  /// What whoever runs the network has to do around it, such as scaling its inputs; each is one sentence.
  public let notes: [String]
}

/// A model whose network has no form that other systems know: which part, and which setting avoids it.
public struct ExchangeError: DescribedFailure, Hashable {
  /// The task of the model.
  public let task: String
  /// What stands in the way.
  public let problem: String
  /// How to get a model without it.
  public let mend: String

  /// Makes the error from its parts.
  public init(task: String, problem: String, mend: String) {
    self.task = task
    self.problem = problem
    self.mend = mend
  }

  /// One line: what, and the mend.
  public var description: String {
    "the model of the task '\(task.printable())' cannot leave as a list of layers: \(problem.printable(limit: 400)); \(mend)"
  }

  /// The model is not one that this can be done with.
  public var exitStatus: ExitStatus { .badData }
}

extension TaskModels {
  /// The network of a model of whatever task.
  ///
  /// - Throws: `ExchangeError`.
  public static func exchanged(_ model: any TaskModel) throws(ExchangeError) -> ExchangedNetwork {
    guard let model = model as? any ExchangeableModel else {
      throw ExchangeError(
        task: type(of: model).task, problem: "its network is no list of layers, each the input of the next",
        mend: "convert a model of another task")
    }
    return try model.exchanged()
  }
}
