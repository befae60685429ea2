import RecurrentTestSupport
import Testing

@testable import RecurrentTasks

@Suite struct QuantilesTests {
  private let fixture: Fixture
  private let probabilities: [Double]

  init() throws {
    fixture = try Fixture("distributions/distributions")
    probabilities = try fixture.doubles("quantiles/probabilities")
  }

  @Test func normal() throws {
    for (probability, expected) in zip(probabilities, try fixture.doubles("quantiles/normal")) {
      #expect(abs(Quantiles.normal(probability) - expected) <= 1e-12 * max(1, abs(expected)), "\(probability)")
    }
    #expect(Quantiles.normal(0) == -.infinity && Quantiles.normal(1) == .infinity)
  }

  @Test func studentT() throws {
    let expected = try fixture.doubles("quantiles/student-t")
    for (row, degrees) in try fixture.doubles("quantiles/degrees").enumerated() {
      for (column, probability) in probabilities.enumerated() {
        let truth = expected[row * probabilities.count + column]
        let found = Quantiles.studentT(probability, degrees: degrees)
        #expect(
          abs(found - truth) <= 1e-8 * max(1e-3, abs(truth)), "\(probability) of \(degrees): \(found), not \(truth)")
      }
    }
  }

  @Test func negativeBinomial() throws {
    let expected = try fixture.doubles("quantiles/negative-binomial")
    let (means, shapes) = (try fixture.doubles("quantiles/means"), try fixture.doubles("quantiles/shapes"))
    for row in means.indices {
      for (column, probability) in probabilities.enumerated() {
        let found = Quantiles.negativeBinomial(probability, mean: means[row], shape: shapes[row])
        let truth = expected[row * probabilities.count + column]
        // At a million the two sums of a million terms may part in the last digit.
        #expect(
          abs(Double(found) - truth) <= (means[row] > 1e5 ? 2 : 0), "\(probability) of \(means[row]), \(shapes[row])")
      }
    }
  }

  @Test func empirical() {
    let values = [1.0, 2, 4, 8]
    #expect(Quantiles.empirical(0.5, ofSorted: values) == 3)
    #expect(Quantiles.empirical(1, ofSorted: values) == 8)
    #expect(Quantiles.empirical(0.9, ofSorted: [5]) == 5)
  }

  @Test func quantilesBetweenAndBeyondLevels() {
    let distribution = StepDistribution.quantiles(levels: [0.1, 0.5, 0.9], values: [0, 4, 6])
    #expect(distribution.center == 4)
    #expect(abs(distribution.quantile(0.3) - 2) < 1e-12)
    #expect(abs(distribution.quantile(0.95) - 6.25) < 1e-12)
    #expect(abs(distribution.quantile(0.05) + 0.5) < 1e-12)
    // What crosses is sorted.
    let crossed = StepDistribution(.quantile, raw: [3, 1, 2], levels: [0.1, 0.5, 0.9], unit: 1)
    #expect(crossed == .quantiles(levels: [0.1, 0.5, 0.9], values: [1, 2, 3]))
  }

  /// Numbers drawn by the inverse of a distribution function have its moments.
  @Test func drawnCounts() {
    let distribution = StepDistribution.negativeBinomial(mean: 6, shape: 2, unit: 3)
    let values = (0..<20_000).map { distribution.quantile((Double($0) + 0.5) / 20_000) * 3 }
    let mean = values.reduce(0, +) / 20_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect(abs(mean - 6) < 0.01)
    // μ + μ² / r
    #expect(abs(variance - 24) < 0.3)
    #expect(values.allSatisfy { abs($0 - $0.rounded()) < 1e-9 })
  }
}
