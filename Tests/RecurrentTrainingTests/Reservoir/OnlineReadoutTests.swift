import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentTraining

@Suite struct OnlineReadoutTests {
  private let fixture: Fixture
  private let features: Tensor
  private let targets: Tensor

  init() throws {
    fixture = try Fixture("reservoir/reservoir")
    features = try fixture.tensor("online/features")
    targets = try fixture.tensor("online/targets")
  }

  /// Weights after 1, 20 and 60 steps, as far as the fixture has them.
  private func expectReservoirPy(_ name: String, _ rule: some OnlineReadout, after steps: [Int] = [1, 20, 60]) throws {
    var rule = rule
    for step in 0..<60 {
      let before = rule.readout
      let said = rule.learn(features[step], target: targets[step])
      #expect(said.scalars == before(features[step]).scalars)
      guard steps.contains(step + 1) else { continue }
      let pairs =
        try Array(zip(rule.readout.weights, fixture.doubles("online/\(name)/Wout\(step + 1)")))
        + Array(zip(rule.readout.biases, fixture.doubles("online/\(name)/bias\(step + 1)")))
      #expect(pairs.count == 20)
      for (ours, theirs) in pairs { #expect(abs(ours - theirs) <= 1e-9 + 1e-9 * abs(theirs), "\(name) \(step + 1)") }
    }
  }

  @Test func recursiveLeastSquaresOfReservoirPy() throws {
    try expectReservoirPy(
      "rls", RecursiveLeastSquares(featureCount: 9, outputSize: 2, initialPenalty: 1e-2, bias: .none))
    try expectReservoirPy(
      "rls_forgetting",
      RecursiveLeastSquares(featureCount: 9, outputSize: 2, initialPenalty: 1e-1, forgetting: 0.97, bias: .none))
    try expectReservoirPy(
      "rls_mean_error",
      RecursiveLeastSquares(featureCount: 9, outputSize: 2, initialPenalty: 1e-2, forgetting: 0.99, bias: .meanError))
    try expectReservoirPy(
      "rls_constant", RecursiveLeastSquares(featureCount: 9, outputSize: 2, initialPenalty: 1e-2), after: [60])
  }

  @Test func leastMeanSquaresOfReservoirPy() throws {
    try expectReservoirPy("lms", LeastMeanSquares(featureCount: 9, outputSize: 2, learningRate: 0.05))
    try expectReservoirPy(
      "lms_plain", LeastMeanSquares(featureCount: 9, outputSize: 2, learningRate: 0.02, hasBias: false))
  }

  /// Without forgetting it is ridge regression, one step at a time.
  @Test func recursionEndsAtTheRidgeSolution() throws {
    var rule = RecursiveLeastSquares(featureCount: 9, outputSize: 2, initialPenalty: 0.3, bias: .none)
    for step in 0..<60 { _ = rule.learn(features[step], target: targets[step]) }
    var regression = RidgeRegression(featureCount: 9, outputSize: 2)
    regression.add(RidgeRegressionTests.batch(features), targets: targets.reshaped(to: [60, 1, 2]))
    let ridge = try regression.solve(ridge: 0.3, hasBias: false)
    for (a, b) in zip(rule.readout.weights, ridge.weights) { #expect(abs(a - b) < 1e-9) }
  }
}
