public import RecurrentDistribution
public import RecurrentTraining

/// The models of all tasks.
public enum TaskModels {
  /// The kinds of model that there are.
  public static let kinds: [any TaskModel.Type] = [
    Forecaster.self, Classifier.self, Tagger.self, Translator.self, LanguageModel.self,
  ]

  /// Loads a model of whatever task.
  ///
  /// - Throws: `ModelFolderError` where the task is not one of this library, and what loading a model of the task throws.
  public static func load(_ folder: ModelFolder) throws -> any TaskModel {
    guard let kind = kinds.first(where: { $0.task == folder.description.task }) else {
      throw ModelFolderError(
        path: folder.path, reason: .unknownTask(folder.description.task, known: kinds.map { $0.task }))
    }
    return try kind.init(folder)
  }
}

/// A model that can be judged on a file with the right answers.
public protocol EvaluableModel: TaskModel {
  /// Judges the model; the figures stand in a row called `test`.
  ///
  /// - Parameters:
  ///   - data: A file like that of training; nil is the test part of the training, where it can be had.
  ///   - picture: Where to draw what the task draws; nil for no picture. Only rank 0 draws.
  ///   - communicator: The ranks that judge the model together. All make the same call and read the same data, each does
  ///     its part of the work, and all get the figures of a single process.
  ///   - onProgress: Told how many of how many sequences are done, now and then, where each of them takes a search.
  func evaluate(
    on data: String?, drawing picture: String?, over communicator: any Communicator,
    onProgress: (_ done: Int, _ total: Int) -> Void
  ) throws -> TaskFindings
}

extension EvaluableModel {
  /// Judges the model, telling nothing on the way.
  public func evaluate(
    on data: String?, drawing picture: String?, over communicator: any Communicator = SingleProcess()
  ) throws -> TaskFindings {
    try evaluate(on: data, drawing: picture, over: communicator) { _, _ in }
  }
}
