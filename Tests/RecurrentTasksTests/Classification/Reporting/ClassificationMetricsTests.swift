import Foundation
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct ClassificationMetricsTests {
  /// Six examples of three labels; all figures worked out by hand.
  private static let metrics = ClassificationMetrics(
    [
      [0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.3, 0.2],
      [0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.2, 0.7],
    ], truth: [0, 0, 0, 1, 1, 2], labelCount: 3, topK: 2)

  @Test func countsAndShares() {
    #expect(Self.metrics.counts == [[2, 1, 0], [1, 1, 0], [0, 0, 1]])
    #expect(Self.metrics.count == 6)
    #expect(abs(Self.metrics.accuracy - 4.0 / 6) < 1e-12)
  }

  @Test func figuresOfLabels() {
    let labels = Self.metrics.labels
    #expect(labels.map(\.support) == [3, 2, 1])
    for (found, expected) in zip(labels.map(\.precision), [2.0 / 3, 0.5, 1]) { #expect(abs(found - expected) < 1e-12) }
    for (found, expected) in zip(labels.map(\.recall), [2.0 / 3, 0.5, 1]) { #expect(abs(found - expected) < 1e-12) }
    #expect(abs(Self.metrics.macroF1 - (2.0 / 3 + 0.5 + 1) / 3) < 1e-12)
  }

  @Test func logLossAndTopK() {
    let right = [0.7, 0.1, 0.5, 0.5, 0.3, 0.7]
    let expected = -right.map { log($0) }.reduce(0, +) / 6
    #expect(abs(Self.metrics.logLoss - expected) < 1e-12)
    // Of the second example the right label is tied for the second place and comes first: all are among the first two.
    #expect(Self.metrics.topShares == [2: 1])
  }

  /// A label that neither occurs nor is answered does not count; one that is only answered does, with an F1 of 0.
  @Test func labelsThatDoNotOccur() {
    let sure = ClassificationMetrics(
      [[1, 0, 0, 0], [0, 0, 1, 0]], truth: [0, 0], labelCount: 4, topK: 9)
    #expect(abs(sure.macroF1 - (2.0 / 3 + 0) / 2) < 1e-12)
    #expect(sure.topShares.isEmpty)
    #expect(sure.logLoss.isFinite)
  }

  @Test func theCommonestAnswer() {
    let metrics = ClassificationMetrics(always: 0, truth: [0, 0, 1], labelCount: 2)
    #expect(abs(metrics.accuracy - 2.0 / 3) < 1e-12)
    #expect(abs(metrics.macroF1 - 0.4) < 1e-12)
    #expect(metrics.list.map(\.name) == ["accuracy", "macro_f1"])
  }

  @Test func numbers() throws {
    let metrics = RegressionMetrics([1, 2, 5], truth: [1, 3, 3])
    #expect(abs(metrics.rootMeanSquaredError - (5.0 / 3).squareRoot()) < 1e-12)
    #expect(abs(metrics.meanAbsoluteError - 1) < 1e-12)
    // The true numbers vary by 8/3 around their mean.
    let share = try #require(metrics.explainedShare)
    #expect(abs(share - (1 - 5 / (8.0 / 3))) < 1e-12)
    #expect(RegressionMetrics([1], truth: [2]).explainedShare == nil)
  }
}
