import Foundation
import RecurrentDistribution
import RecurrentFormats
import RecurrentTraining

/// How a classifier, or a regression, did on some examples.
enum ClassificationEvaluation {
  case labels(ClassificationMetrics)
  case numbers(RegressionMetrics)

  /// The measures by name.
  var metrics: [Metric] {
    switch self {
    case .labels(let metrics): metrics.list
    case .numbers(let metrics): metrics.list
    }
  }
}

extension Classifier {
  /// Judges the classifier on a part.
  func evaluation(of part: ClassificationData.PartData) -> ClassificationEvaluation {
    evaluation(of: part, predictions(for: part.examples))
  }

  /// The same, the examples divided among ranks.
  func evaluation(
    of part: ClassificationData.PartData, over communicator: any Communicator
  ) throws -> ClassificationEvaluation {
    evaluation(of: part, try predictions(for: part.examples) { try communicator.sharing($0, $1) })
  }

  private func evaluation(
    of part: ClassificationData.PartData, _ predictions: [Prediction]
  ) -> ClassificationEvaluation {
    switch part.answers {
    case .classes(let classes):
      let probabilities = predictions.map { prediction in
        if case .probabilities(let values) = prediction { values } else { [Double]() }
      }
      return .labels(
        ClassificationMetrics(
          probabilities, truth: classes, labelCount: labels.count, topK: configuration.topK))
    case .numbers(let truth):
      let numbers = predictions.map { prediction in
        if case .number(let value) = prediction { value } else { 0.0 }
      }
      return .numbers(RegressionMetrics(numbers, truth: truth))
    }
  }

  /// The figures of one part, of the answer that needs no model, the table of labels and the picture.
  ///
  /// - Parameters:
  ///   - part: The examples.
  ///   - name: What the part is called.
  ///   - usual: The answers of the training part, which say what the most frequent one is; nil takes the part's own.
  func findings(
    of part: ClassificationData.PartData, name: String, usual: Answers?
  ) -> (row: TaskFindings.Row, baseline: TaskFindings.Row?, evaluation: ClassificationEvaluation) {
    findings(evaluation(of: part), of: part, name: name, usual: usual)
  }

  /// The same of a part that was judged before.
  func findings(
    _ evaluation: ClassificationEvaluation, of part: ClassificationData.PartData, name: String, usual: Answers?
  ) -> (row: TaskFindings.Row, baseline: TaskFindings.Row?, evaluation: ClassificationEvaluation) {
    let row = TaskFindings.Row(name, evaluation.metrics)
    switch (part.answers, usual ?? part.answers) {
    case (.classes(let classes), .classes(let known)):
      var counts = [Int](repeating: 0, count: labels.count)
      for number in known { counts[Int(number)] += 1 }
      let commonest = counts.indices.max { (counts[$0], -$0) < (counts[$1], -$1) } ?? 0
      let metrics = ClassificationMetrics(always: commonest, truth: classes, labelCount: labels.count)
      return (row, TaskFindings.Row("majority", metrics.list), evaluation)
    case (.numbers(let numbers), .numbers(let known)):
      let mean = known.reduce(0, +) / Double(max(1, known.count))
      let metrics = RegressionMetrics(numbers.map { _ in mean }, truth: numbers)
      return (row, TaskFindings.Row("mean", metrics.list), evaluation)
    default: return (row, nil, evaluation)
    }
  }

  /// A table with a row for each label.
  func table(_ metrics: ClassificationMetrics, title: String) -> TaskFindings.Table {
    var table = TextTable(["label", "precision", "recall", "f1", "support"])
    func number(_ value: Double) -> String { String(format: "%.4f", value) }
    for (label, figures) in zip(labels, metrics.labels) {
      table.append([
        label.printable(limit: 40), number(figures.precision), number(figures.recall), number(figures.f1),
        String(figures.support),
      ])
    }
    return TaskFindings.Table(title, table)
  }

  /// The same for programs.
  func details(_ metrics: ClassificationMetrics) -> JSONObject {
    var labels = JSONObject()
    for (label, figures) in zip(self.labels, metrics.labels) {
      labels[label] = [
        "precision": .number(figures.precision), "recall": .number(figures.recall), "f1": .number(figures.f1),
        "support": .integer(figures.support),
      ]
    }
    return [
      "labels": .object(labels),
      "confusion": .array(metrics.counts.map { .array($0.map { .integer($0) }) }),
    ]
  }

  /// The confusion matrix as a picture.
  func chart(_ metrics: ClassificationMetrics, title: String) -> ConfusionMatrixChart {
    let accuracy = String(format: "%.1f", metrics.accuracy * 100)
    let f1 = String(format: "%.3f", metrics.macroF1)
    return ConfusionMatrixChart(
      title: title, subtitle: "\(metrics.count) examples, accuracy \(accuracy) %, macro F1 \(f1)", classes: labels,
      counts: metrics.counts)
  }
}

/// The natural logarithm; Foundation's, under a name that tensors do not have.
func logarithm(_ x: Double) -> Double { Foundation.log(x) }
