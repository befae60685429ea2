import Foundation
import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentLayers

@Suite struct ReservoirTests {
  private static func random(
    units: Int, connectivity: Double = 0.1, radius: Double = 0.9, leakRate: Double = 0.4
  ) throws -> Reservoir {
    try Reservoir(
      inputSize: 3,
      configuration: ReservoirConfiguration(
        units: units, spectralRadius: radius, leakRate: leakRate, biasScaling: 0.2, connectivity: connectivity),
      key: RandomKey(seed: 11))
  }

  /// Sparse and dense.
  @Test(arguments: [0.1, 1]) func lawsOfCells(connectivity: Double) throws {
    let check = checkCell(try Self.random(units: 19, connectivity: connectivity))
    #expect(check.violations.isEmpty, "\(check.violations)")
    #expect(check.worstGradientError < 1e-6)
  }

  /// ReservoirPy's states of the same matrices.
  @Test(arguments: ["plain", "leaky", "dense", "rates", "linear", "sigmoid", "relu", "softplus"])
  func statesOfReservoirPy(name: String) throws {
    let fixture = try Fixture("reservoir/reservoir")
    let activation: ReservoirActivation = name == "linear" ? .identity : ReservoirActivation(rawValue: name) ?? .tanh
    let reservoir = Reservoir(
      inputWeights: try fixture.tensor("\(name)/Win"), recurrentWeights: try fixture.tensor("\(name)/W"),
      bias: try fixture.tensor("\(name)/bias"), leakRates: try fixture.tensor("\(name)/lr"), activation: activation)
    let inputs = try fixture.tensor("\(name)/inputs")
    let expected = try fixture.tensor("\(name)/states")
    let states = reservoir.scan(
      SequenceBatch(inputs.reshaped(to: [inputs.shape[0], 1, inputs.shape[1]])), from: nil, direction: .forward
    ).0.values.reshaped(to: expected.shape)
    let used = Tolerance(absolute: 2e-6, relative: 1e-5).used(states, expected)
    #expect(used <= 1, "\(used) of the tolerance")
  }

  /// The echo state property: where a reservoir began is forgotten.
  @Test func firstStatesAreForgotten() throws {
    let reservoir = try Self.random(units: 100, radius: 0.8, leakRate: 0.7)
    let inputs = Tensor(uniform: [200, 1, 3], from: -1, to: 1, key: RandomKey(seed: 5))
    let both = SequenceBatch(Tensor(concatenating: [inputs, inputs], axis: 1))
    let start = HiddenState(hidden: Tensor(uniform: [2, 100], from: -1, to: 1, key: RandomKey(seed: 6)))
    let states = reservoir.scan(both, from: start, direction: .forward).0.values
    func distance(_ time: Int) -> Float {
      let rows = states[time]
      return (rows[0] - rows[1]).squared().sum().scalar
    }
    #expect(distance(0) > 1)
    #expect(distance(199) < 1e-10)
  }

  /// Beyond a radius of 1 a linear reservoir without input grows by the radius in every step.
  @Test(arguments: [0.5, 1.25]) func spectralRadiusIsTheRateOfGrowth(radius: Double) throws {
    let reservoir = try Reservoir(
      inputSize: 1,
      configuration: ReservoirConfiguration(units: 50, spectralRadius: radius, activation: .identity),
      key: RandomKey(seed: 2))
    #expect(abs(try reservoir.hiddenHidden.value.spectralRadius() / radius - 1) < 1e-6)
    let start = HiddenState(hidden: Tensor(uniform: [1, 50], from: -1, to: 1, key: RandomKey(seed: 6)))
    let silence = SequenceBatch(Tensor(zeros: [50, 1, 1]))
    let states = reservoir.scan(silence, from: start, direction: .forward).0.values
    func norm(_ time: Int) -> Double { Double(states[time].squared().sum().scalar).squareRoot() }
    // A pair of complex eigenvalues lets the norm swing about its trend.
    #expect(abs(log(norm(49) / norm(19)) / 30 - log(radius)) < 0.05)
  }

  @Test func everyUnitHearsTheSameNumberOfUnits() throws {
    let reservoir = try Self.random(units: 40, connectivity: 0.15)
    let weights = reservoir.hiddenHidden.value.scalars
    for row in 0..<40 { #expect(weights[row * 40..<(row + 1) * 40].count { $0 != 0 } == 6) }
    #expect(Set(try Self.random(units: 40, connectivity: 0.15).hiddenHidden.value.scalars) == Set(weights))
  }

  @Test func distributionsAndScales() throws {
    let configuration = ReservoirConfiguration(
      units: 60, inputScaling: 0.5, feedbackScaling: 3, biasScaling: 0.1, inputConnectivity: 0.5,
      inputDistribution: .sign)
    let reservoir = try Reservoir(
      inputSize: 4, feedbackSize: 2, configuration: configuration, key: RandomKey(seed: 1))
    let weights = reservoir.inputHidden.value.scalars
    for row in 0..<60 {
      let (inputs, fedBack) = (weights[row * 6..<row * 6 + 4], weights[row * 6 + 4..<row * 6 + 6])
      #expect(inputs.count { abs($0) == 0.5 } == 2 && inputs.count { $0 == 0 } == 2)
      #expect(fedBack.count { abs($0) == 3 } == 1 && fedBack.count { $0 == 0 } == 1)
    }
    #expect(Set(weights).count == 5)
    #expect(reservoir.bias?.value.scalars.allSatisfy { abs($0) <= 0.1 } == true)
  }

  @Test func noiseIsAddedToTheSums() throws {
    var reservoir = try Self.random(units: 30)
    reservoir.hiddenHidden.value = Tensor(zeros: [30, 30])
    reservoir.leakRates.value = Tensor(repeating: 1, shape: [30])
    let inputs = SequenceBatch(Tensor(zeros: [500, 1, 3]))
    let quiet = reservoir.run(inputs, noise: nil).0.values
    let noisy = reservoir.run(inputs, noise: (deviation: 0.01, key: RandomKey(seed: 8))).0.values
    let deviation = ((noisy - quiet).squared().mean().scalar).squareRoot()
    #expect(abs(deviation - 0.01) < 0.001)
    #expect(noisy.scalars == reservoir.run(inputs, noise: (deviation: 0.01, key: RandomKey(seed: 8))).0.values.scalars)
  }

  /// Weights that were replaced are used, and frozen ones get no gradient.
  @Test func weightsAreParameters() throws {
    var reservoir = try Self.random(units: 20)
    let inputs = SequenceBatch(Tensor(uniform: [9, 2, 3], key: RandomKey(seed: 4)))
    let before = reservoir.scan(inputs, from: nil, direction: .forward).0.values.scalars
    let other = try Self.random(units: 20, radius: 0.3)
    #expect(reservoir.parameters.map(\.path) == ["weight_ih", "weight_hh", "bias", "leak_rates"])
    reservoir.hiddenHidden.value = other.hiddenHidden.value
    #expect(reservoir.scan(inputs, from: nil, direction: .forward).0.values.scalars != before)
    #expect(
      reservoir.scan(inputs, from: nil, direction: .forward).0.values.scalars
        == other.scan(inputs, from: nil, direction: .forward).0.values.scalars)
    #expect(reservoir.parameters.allSatisfy { !$0.parameter.isTrainable })
  }

  @Test func settingsOutOfRange() {
    func error(_ change: (inout ReservoirConfiguration) -> Void) -> String? {
      var configuration = ReservoirConfiguration(units: 10)
      change(&configuration)
      do throws(ReservoirError) {
        _ = try Reservoir(inputSize: 1, configuration: configuration, key: RandomKey(seed: 0))
        return nil
      } catch {
        return error.description
      }
    }
    #expect(error { $0.units = 0 } == "reservoir: units is 0, allowed is 1 to 30000")
    #expect(error { $0.leakRate = 1.5 } == "reservoir: leakRate is 1.5, allowed is above 0 and at most 1")
    #expect(error { $0.connectivity = .nan } == "reservoir: connectivity is nan, allowed is above 0 and at most 1")
    #expect(error { $0.spectralRadius = -1 } == "reservoir: spectralRadius is -1.0, allowed is 0 to 1000000")
    #expect(error { $0.inputScaling = .infinity }?.contains("inputScaling is inf") == true)
    #expect(error { _ in } == nil)
  }
}
