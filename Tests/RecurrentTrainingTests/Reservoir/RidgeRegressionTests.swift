import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentTraining

@Suite struct RidgeRegressionTests {
  static func batch(_ tensor: Tensor) -> SequenceBatch {
    SequenceBatch(tensor.reshaped(to: [tensor.shape[0], 1, tensor.shape[1]]))
  }

  /// What ReservoirPy's `Ridge` finds on its own states, rounded to float.
  @Test(arguments: ["plain", "leaky", "dense", "rates", "linear", "sigmoid", "relu", "softplus"])
  func reservoirPy(name: String) throws {
    let ridge = ["leaky": 1e-4, "dense": 1e-2, "rates": 1e-5, "linear": 1e-3, "relu": 1e-5, "softplus": 1e-4]
    let fixture = try Fixture("reservoir/reservoir")
    let states = try fixture.tensor("\(name)/states")
    let targets = try fixture.tensor("\(name)/targets")
    func first(_ tensor: Tensor) -> Tensor { tensor.view([120, 1, tensor.shape[1]], from: 0) }
    var regression = RidgeRegression(featureCount: states.shape[1], outputSize: 2)
    regression.add(SequenceBatch(first(states)), targets: first(targets), washout: 20)
    #expect(regression.stepCount == 100)
    let readout = try regression.solve(ridge: ridge[name] ?? 1e-6)
    // The features are rounded, which moves weights along directions that hardly matter; what is said is compared.
    let predictions = readout(states)
    let used = Tolerance(absolute: 2e-5, relative: 1e-4).used(predictions, try fixture.tensor("\(name)/predictions"))
    #expect(used <= 1, "\(used) of the tolerance")
    let weights = try fixture.doubles("\(name)/Wout")
    let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let distance = zip(weights, readout.weights).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    #expect(distance <= 1e-2 * norm, "\(distance) of \(norm)")
  }

  private static let features = Tensor(normal: [50, 1, 4], key: RandomKey(seed: 1))

  /// Without a penalty a map that is linear is found exactly; with one the gradient of the objective is 0.
  @Test func solvesTheNormalEquations() throws {
    let map = Tensor([1, -2, 0.5, 3, 0.25, 1, 1, -1], shape: [2, 4])
    let targets = Self.features.linear(weight: map, bias: Tensor([0.5, -4]))
    var regression = RidgeRegression(featureCount: 4, outputSize: 2)
    regression.add(SequenceBatch(Self.features), targets: targets)
    let exact = try regression.solve(ridge: 0)
    for (a, b) in zip(exact.weights, map.doubles) { #expect(abs(a - b) < 1e-6) }
    for (a, b) in zip(exact.biases, [0.5, -4]) { #expect(abs(a - b) < 1e-6) }

    for hasBias in [true, false] {
      let readout = try regression.solve(ridge: 3, hasBias: hasBias)
      let errors = (readout(Self.features) - targets).doubles
      let x = Self.features.doubles
      for output in 0..<2 {
        for feature in 0..<4 {
          let slope = (0..<50).reduce(0) { $0 + errors[2 * $1 + output] * x[4 * $1 + feature] }
          #expect(abs(slope + 3 * readout.weights[output * 4 + feature]) < 1e-4)
        }
        let mean = (0..<50).reduce(0) { $0 + errors[2 * $1 + output] }
        if hasBias { #expect(abs(mean) < 1e-4) } else { #expect(readout.biases[output] == 0) }
      }
    }
  }

  @Test func partsAndPaddingChangeNothing() throws {
    let targets = Tensor(normal: [50, 1, 1], key: RandomKey(seed: 2))
    func readout(_ body: (inout RidgeRegression) -> Void) throws -> [Double] {
      var regression = RidgeRegression(featureCount: 4, outputSize: 1)
      body(&regression)
      #expect(regression.stepCount == 40)
      return try regression.solve(ridge: 1e-3).weights
    }
    func part(_ range: Range<Int>) -> (SequenceBatch, Tensor) {
      (
        SequenceBatch(Self.features.view([range.count, 1, 4], from: range.lowerBound * 4)),
        targets.view([range.count, 1, 1], from: range.lowerBound)
      )
    }
    let whole = try readout { $0.add(part(0..<50).0, targets: part(0..<50).1, washout: 10) }
    let parts = try readout {
      $0.add(part(10..<13).0, targets: part(10..<13).1)
      $0.add(part(13..<50).0, targets: part(13..<50).1)
    }
    let padded = try readout {
      let nan = Tensor(repeating: .nan, shape: [3, 1, 4])
      let values = Tensor(concatenating: [part(0..<50).0.values, nan], axis: 0)
      let more = Tensor(concatenating: [targets, Tensor(repeating: .nan, shape: [3, 1, 1])], axis: 0)
      $0.add(SequenceBatch(values, lengths: [50]), targets: more, washout: 10)
    }
    #expect(parts == whole && padded == whole)
  }

  @Test func errors() {
    func error(ridge: Double, _ body: (inout RidgeRegression) -> Void) -> RidgeError? {
      var regression = RidgeRegression(featureCount: 4, outputSize: 1)
      body(&regression)
      do throws(RidgeError) {
        _ = try regression.solve(ridge: ridge)
        return nil
      } catch { return error }
    }
    let targets = Tensor(zeros: [50, 1, 1])
    #expect(error(ridge: 1) { _ in } == .noSteps)
    #expect(error(ridge: 1) { $0.add(SequenceBatch(Self.features), targets: targets, washout: 50) } == .noSteps)
    #expect(error(ridge: -1) { $0.add(SequenceBatch(Self.features), targets: targets) } == .penalty(-1))
    var bad = Self.features
    bad.withMutableScalars { $0[7] = .infinity }
    #expect(error(ridge: 1) { $0.add(SequenceBatch(bad), targets: targets) } == .notFinite)
    let twice = Tensor(concatenating: [Self.features.view([50, 1, 2], from: 0), Self.features.view([50, 1, 2], from: 0)], axis: 2)
    let found = error(ridge: 0) { $0.add(SequenceBatch(twice), targets: targets) }
    #expect(found == .singular(feature: 2, steps: 50, ridge: 0) || found == .singular(feature: 3, steps: 50, ridge: 0))
    #expect(error(ridge: 1e-3) { $0.add(SequenceBatch(twice), targets: targets) } == nil)
    #expect(
      RidgeError.singular(feature: 2, steps: 50, ridge: 0).description
        == "ridge regression: over 50 steps feature 2 depends on those before it; raise the penalty 0.0 or give more steps")
  }
}
