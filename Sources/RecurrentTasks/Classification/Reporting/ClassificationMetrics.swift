public import RecurrentTraining

/// How good the answers of a classifier are.
public struct ClassificationMetrics: Hashable, Sendable {
  /// How often each true label was taken for each label, `counts[true][predicted]`.
  public let counts: [[Int]]
  /// The mean of -log of the probability of the right label, in nats.
  public let logLoss: Double
  /// For each k: the share of examples whose right label is among the k most probable ones.
  public let topShares: [Int: Double]

  /// Precision, recall and their harmonic mean for one label.
  public struct LabelFigures: Hashable, Sendable {
    /// Of those that were given the label, the share that has it; 0 where there is none.
    public let precision: Double
    /// Of those that have the label, the share that was given it; 0 where there is none.
    public let recall: Double
    /// 2 · precision · recall / (precision + recall); 0 where both are.
    public let f1: Double
    /// How many have the label.
    public let support: Int
  }

  /// Compares predictions with the truth.
  ///
  /// - Parameters:
  ///   - predictions: The probability of each label, for each example.
  ///   - truth: The number of the right label of each example.
  ///   - labelCount: How many labels there are.
  ///   - topK: A number of guesses that is counted too, where there are more labels than that.
  init(_ predictions: [[Double]], truth: [Int32], labelCount: Int, topK: Int) {
    precondition(predictions.count == truth.count, "\(predictions.count) predictions for \(truth.count) examples")
    var counts = [[Int]](repeating: [Int](repeating: 0, count: labelCount), count: labelCount)
    var loss = 0.0
    var hits = 0
    for (probabilities, truth) in zip(predictions, truth) {
      let truth = Int(truth)
      var best = 0
      for index in probabilities.indices where probabilities[index] > probabilities[best] { best = index }
      counts[truth][best] += 1
      // A probability that has become 0 counts as the smallest number, so that the mean stays finite.
      loss -= logarithm(max(probabilities[truth], .leastNormalMagnitude))
      let better = probabilities.indices.count {
        probabilities[$0] > probabilities[truth] || (probabilities[$0] == probabilities[truth] && $0 < truth)
      }
      if better < topK { hits += 1 }
    }
    self.counts = counts
    logLoss = loss / Double(max(1, truth.count))
    topShares = labelCount > topK ? [topK: Double(hits) / Double(max(1, truth.count))] : [:]
  }

  /// What comes out where every example is given one label.
  init(always label: Int, truth: [Int32], labelCount: Int) {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: labelCount), count: labelCount)
    for truth in truth { counts[Int(truth)][label] += 1 }
    self.counts = counts
    logLoss = .infinity
    topShares = [:]
  }

  /// The number of examples.
  public var count: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  /// The share of right answers.
  public var accuracy: Double {
    Double(counts.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(max(1, count))
  }

  /// The mean F1 of the labels that occur, in truth or among the answers.
  public var macroF1: Double {
    let occurring = labels.indices.filter { label in
      labels[label].support > 0 || counts.contains { $0[label] > 0 }
    }
    return occurring.reduce(0) { $0 + labels[$1].f1 } / Double(max(1, occurring.count))
  }

  /// The figures of each label.
  public var labels: [LabelFigures] {
    counts.indices.map { label in
      let right = Double(counts[label][label])
      let given = Double(counts.reduce(0) { $0 + $1[label] })
      let support = counts[label].reduce(0, +)
      let precision = given > 0 ? right / given : 0
      let recall = support > 0 ? right / Double(support) : 0
      let sum = precision + recall
      return LabelFigures(
        precision: precision, recall: recall, f1: sum > 0 ? 2 * precision * recall / sum : 0, support: support)
    }
  }

  /// The measures by name, the accuracy first.
  public var list: [Metric] {
    var list = [Metric("accuracy", accuracy, .higherIsBetter), Metric("macro_f1", macroF1, .higherIsBetter)]
    if logLoss.isFinite { list.append(Metric("log_loss", logLoss)) }
    list += topShares.sorted { $0.key < $1.key }.map { Metric("top\($0.key)_accuracy", $0.value, .higherIsBetter) }
    return list
  }
}

/// How far predicted numbers are from the true ones.
public struct RegressionMetrics: Hashable, Sendable {
  /// The root of the mean of the squared errors, in the unit of the data.
  public let rootMeanSquaredError: Double
  /// The mean of the absolute errors.
  public let meanAbsoluteError: Double
  /// The share of the variance that is explained: 1 for no error, 0 for the quality of the mean; nil where the true numbers
  /// are all equal.
  public let explainedShare: Double?

  /// Compares predictions with the truth.
  init(_ predictions: [Double], truth: [Double]) {
    precondition(predictions.count == truth.count, "\(predictions.count) predictions for \(truth.count) examples")
    let count = Double(max(1, truth.count))
    let errors = zip(predictions, truth).map { $0 - $1 }
    let squares = errors.reduce(0) { $0 + $1 * $1 }
    let mean = truth.reduce(0, +) / count
    let variation = truth.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    rootMeanSquaredError = (squares / count).squareRoot()
    meanAbsoluteError = errors.reduce(0) { $0 + abs($1) } / count
    explainedShare = variation > 0 ? 1 - squares / variation : nil
  }

  /// The measures by name.
  public var list: [Metric] {
    var list = [Metric("rmse", rootMeanSquaredError), Metric("mae", meanAbsoluteError)]
    if let explainedShare { list.append(Metric("r2", explainedShare, .higherIsBetter)) }
    return list
  }
}
