import Foundation
import RecurrentTraining

@testable import RecurrentTasks

/// Files for the tests of classifiers.
final class SampleFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/recurrent-classify-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { path + "/" + name }

  /// Writes a file and gives its path.
  @discardableResult
  func put(_ text: String, in name: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  /// Labelled texts whose label is that of their only telling word.
  func putTexts(_ count: Int, in name: String) throws -> String {
    let fillers = ["the", "film", "was", "seen", "today", "by", "me"]
    let lines = (0..<count).map { index in
      let words = (0..<2 + index % 5).map { fillers[(index * 3 + $0 * 5) % fillers.count] }
      let isGood = index % 2 == 0
      let place = index % (words.count + 1)
      return (isGood ? "good" : "bad") + "\t"
        + (words.prefix(place) + [isGood ? "splendid" : "awful"] + words.dropFirst(place)).joined(separator: " ")
    }
    return try put(lines.joined(separator: "\n") + "\n", in: name)
  }

  /// Signals of two channels: the label says which of them rises; a third column names who made them.
  func putSignals(_ count: Int, in name: String) throws -> String {
    var lines = ["id,t,a,b,y,who"]
    for index in 0..<count {
      for step in 0..<6 + index % 4 {
        let rising = Double(step) / 4
        let still = Double((index * 7 + step * 3) % 5) / 10
        let pair = index % 2 == 0 ? "\(rising),\(still)" : "\(still),\(rising)"
        lines.append("\(index),\(step),\(pair),\(index % 2 == 0 ? "a" : "b"),\(index % 5)")
      }
    }
    return try put(lines.joined(separator: "\n") + "\n", in: name)
  }
}

extension ClassificationConfiguration {
  /// Settings that train in a moment.
  static func quick(_ data: String) -> ClassificationConfiguration {
    var configuration = ClassificationConfiguration()
    configuration.data = [data]
    configuration.network.embedding = 8
    configuration.network.architecture.hidden = [8]
    configuration.network.headDropout = 0
    configuration.training.epochs = 15
    configuration.training.optimizer.learningRate = 0.02
    configuration.training.threads = 1
    configuration.batchSize = 8
    return configuration
  }

  /// The same for the signals of `SampleFolder`.
  static func quickSignals(_ data: String) -> ClassificationConfiguration {
    var configuration = quick(data)
    configuration.series = "id"
    configuration.time = "t"
    configuration.label = "y"
    configuration.channels = ["a", "b"]
    return configuration
  }
}
