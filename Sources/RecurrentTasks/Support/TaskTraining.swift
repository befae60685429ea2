public import RecurrentFormats
public import RecurrentTraining

/// The training of the model of a task, from its data to what is told of it at the end. `TaskRun` does the rest.
public protocol TaskTraining: TrainingTask where Model == Product.Network {
  /// What is trained, with all it needs to be used.
  associatedtype Product: TaskModel

  /// Reads the data of a configuration and makes a model with its first weights.
  init(_ configuration: Product.Configuration) throws

  /// The model with its first weights.
  var initial: Product { get }

  /// What is written after training: the trained model with what can only be told from it, such as how far it is off.
  func completed(_ product: Product) throws -> Product

  /// Adds all that the results depend on beside the settings, so that a checkpoint of other data is refused.
  func digestData(into hash: inout SHA256)

  /// Judges the trained model on every part there is.
  ///
  /// - Parameters:
  ///   - product: The trained model.
  ///   - folder: The folder of the run, where pictures go.
  func findings(on product: Product, in folder: RunFolder) throws -> TaskFindings
}

extension TaskTraining {
  /// The model as it was trained.
  public func completed(_ product: Product) throws -> Product { product }
}
