public import RecurrentTraining

/// The models of all tasks.
public enum TaskModels {
  /// The kinds of model that there are.
  public static let kinds: [any TaskModel.Type] = [Forecaster.self, LanguageModel.self]

  /// Loads a model of whatever task.
  ///
  /// - Throws: `ModelDataError` where the task is not one of this library, and what loading a model of the task throws.
  public static func load(_ folder: ModelFolder) throws -> any TaskModel {
    guard let kind = kinds.first(where: { $0.task == folder.description.task }) else {
      let known = kinds.map { "'\($0.task)'" }.joined(separator: ", ")
      throw ModelDataError(
        path: folder.path, problem: "the task '\(folder.description.task)' is none of those known here (\(known))")
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
  ///   - picture: Where to draw what the task draws; nil for no picture.
  func evaluate(on data: String?, drawing picture: String?) throws -> TaskFindings
}
