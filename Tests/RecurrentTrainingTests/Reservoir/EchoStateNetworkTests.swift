import Foundation
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

@testable import RecurrentTraining

@Suite struct EchoStateNetworkTests {
  private static func reservoir(_ fixture: Fixture, _ name: String) throws -> Reservoir {
    Reservoir(
      inputWeights: try fixture.tensor("\(name)/Win"), recurrentWeights: try fixture.tensor("\(name)/W"),
      bias: try fixture.tensor("\(name)/bias"), leakRates: try fixture.tensor("\(name)/lr"))
  }

  private static func part(_ tensor: Tensor, _ count: Int) -> Tensor {
    tensor.view([count, 1, tensor.shape[1]], from: 0)
  }

  /// Fits 120 steps, of which 20 are washed out, and predicts all from the beginning.
  private static func predictions(_ network: EchoStateNetwork, _ fixture: Fixture, _ name: String, ridge: Double) throws
    -> Tensor
  {
    var network = network
    let inputs = try fixture.tensor("\(name)/inputs")
    let targets = try fixture.tensor("\(name)/targets")
    try network.fit(SequenceBatch(part(inputs, 120)), targets: part(targets, 120), ridge: ridge, washout: 20)
    return network.predict(SequenceBatch(part(inputs, inputs.shape[0]))).0.values.reshaped(to: targets.shape)
  }

  private static func distance(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.doubles, b.doubles).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test func ridgeReadoutsOfReservoirPy() throws {
    let fixture = try Fixture("reservoir/reservoir")
    for (name, ridge) in [("plain", 1e-6), ("leaky", 1e-4), ("dense", 1e-2), ("rates", 1e-5)] {
      let network = EchoStateNetwork(
        reservoirs: [try Self.reservoir(fixture, name)], inputSize: 2, outputSize: 2)
      let found = try Self.predictions(network, fixture, name, ridge: ridge)
      let distance = Self.distance(found, try fixture.tensor("\(name)/predictions"))
      #expect(distance < 2e-4, "\(name): \(distance)")
    }
  }

  /// Teacher forcing while fitting; the network's own outputs afterwards.
  @Test func feedbackOfReservoirPy() throws {
    let fixture = try Fixture("reservoir/reservoir")
    let network = EchoStateNetwork(
      reservoirs: [try Self.reservoir(fixture, "feedback")], inputSize: 2, outputSize: 2, hasFeedback: true)
    let found = try Self.predictions(network, fixture, "feedback", ridge: 1e-2)
    let distance = Self.distance(found, try fixture.tensor("feedback/predictions"))
    #expect(distance < 1e-4, "\(distance)")
  }

  @Test(arguments: EchoStateNetwork.Arrangement.allCases)
  func severalReservoirsOfReservoirPy(arrangement: EchoStateNetwork.Arrangement) throws {
    let fixture = try Fixture("reservoir/reservoir")
    let name = arrangement.rawValue
    let network = EchoStateNetwork(
      reservoirs: [try Self.reservoir(fixture, "\(name)/first"), try Self.reservoir(fixture, "\(name)/second")],
      inputSize: 2, outputSize: 2, arrangement: arrangement, readsInputs: true)
    let found = try Self.predictions(network, fixture, name, ridge: 1e-4)
    let distance = Self.distance(found, try fixture.tensor("\(name)/predictions"))
    #expect(distance < 1e-4, "\(distance)")
  }

  private static func random(feedback: Bool = false, _ seed: UInt64 = 3) throws -> EchoStateNetwork {
    try EchoStateNetwork(
      inputSize: 1, outputSize: 1,
      configuration: EchoStateConfiguration(
        reservoirs: [
          ReservoirConfiguration(units: 60, leakRate: 0.5, biasScaling: 0.2),
          ReservoirConfiguration(units: 30, spectralRadius: 0.7, activation: .sigmoid),
        ], arrangement: .series, hasFeedback: feedback, readsInputs: true),
      key: RandomKey(seed: seed))
  }

  private static let wave = (0...400).map { Float(sin(Double($0) / 5) + 0.4 * sin(Double($0) / 3)) }
  private static let inputs = SequenceBatch(Tensor(Array(wave.dropLast()), shape: [400, 1, 1]))
  private static let targets = Tensor(Array(wave.dropFirst()), shape: [400, 1, 1])

  @Test func generatesAWave() throws {
    var network = try Self.random()
    let head = SequenceBatch(Self.inputs.values.view([300, 1, 1], from: 0))
    let state = try network.fit(head, targets: Self.targets.view([300, 1, 1], from: 0), ridge: 1e-6, washout: 50)
    let (generated, _) = network.generate(100, from: state, first: Self.inputs.values[300])
    #expect(Self.distance(generated, Self.targets.view([100, 1, 1], from: 300)) < 0.05)
    let (none, _) = network.generate(0, from: state, first: Self.inputs.values[300])
    #expect(none.shape == [0, 1, 1])
  }

  /// Data in parts give the readout of the whole, to the bit.
  @Test(arguments: [false, true]) func partsOfTheData(feedback: Bool) throws {
    var network = try Self.random(feedback: feedback)
    var regression = network.makeRegression()
    var state: EchoStateNetwork.State?
    for (start, count) in [(0, 120), (120, 1), (121, 279)] {
      state = network.accumulate(
        SequenceBatch(Self.inputs.values.view([count, 1, 1], from: start)),
        targets: Self.targets.view([count, 1, 1], from: start), into: &regression, from: state,
        washout: start == 0 ? 50 : 0)
    }
    let parts = try regression.solve(ridge: 1e-5)
    try network.fit(Self.inputs, targets: Self.targets, ridge: 1e-5, washout: 50)
    #expect(parts.weights == network.readout.weights && parts.biases == network.readout.biases)
  }

  /// Whole sequences, steps and threads give the same bits.
  @Test(arguments: [false, true]) func stepsAreThePrediction(feedback: Bool) throws {
    var network = try Self.random(feedback: feedback)
    try network.fit(Self.inputs, targets: Self.targets, ridge: 1e-5, washout: 50)
    let whole = network.predict(Self.inputs).0.values.scalars
    var state = network.zeroState(batchSize: 1)
    let steps = (0..<400).map { network.step(Self.inputs.values[$0], from: &state).scalar }
    #expect(steps == whole)
  }

  /// A row of a ragged batch is predicted as it is alone, and 0 stands behind its end.
  @Test func rowsAndPadding() throws {
    var network = try Self.random()
    try network.fit(Self.inputs, targets: Self.targets, ridge: 1e-5, washout: 50)
    let rows = Tensor(
      concatenating: [
        Self.inputs.values.view([30, 1, 1], from: 0), Self.inputs.values.view([30, 1, 1], from: 100),
      ], axis: 1)
    let ragged = network.predict(SequenceBatch(rows, lengths: [30, 12])).0.values
    let alone = network.predict(SequenceBatch(Self.inputs.values.view([12, 1, 1], from: 100))).0.values.scalars
    #expect((0..<12).map { ragged[$0][1].scalar } == alone)
    #expect((12..<30).allSatisfy { ragged[$0][1].scalar == 0 })
  }

  @Test func learnsOnline() throws {
    for feedback in [false, true] {
      var network = try Self.random(feedback: feedback)
      var rule = RecursiveLeastSquares(featureCount: network.featureCount, outputSize: 1, initialPenalty: 1e-3)
      let (outputs, _) = network.learn(Self.inputs, targets: Self.targets, with: &rule)
      func error(_ range: Range<Int>) -> Float { range.map { abs((outputs[$0] - Self.targets[$0]).scalar) }.max() ?? 1 }
      #expect(error(0..<10) > 0.1 && error(350..<400) < 0.02, "feedback \(feedback): \(error(350..<400))")
      #expect(network.readout.weights == rule.readout.weights)
    }
  }

  @Test func noiseKeepsWeightsSmall() throws {
    var (quiet, noisy) = (try Self.random(), try Self.random())
    try quiet.fit(Self.inputs, targets: Self.targets, ridge: 1e-9, washout: 50)
    try noisy.fit(
      Self.inputs, targets: Self.targets, ridge: 1e-9, washout: 50, noise: (deviation: 0.01, key: RandomKey(seed: 1)))
    func norm(_ network: EchoStateNetwork) -> Double { network.readout.weights.reduce(0) { $0 + $1 * $1 } }
    #expect(norm(noisy) < norm(quiet) / 2)
  }

  @Test func savedNetworksAreTheSame() throws {
    let folder = try TemporaryFolder()
    for feedback in [false, true] {
      var network = try Self.random(feedback: feedback)
      try network.fit(Self.inputs, targets: Self.targets, ridge: 1e-5, washout: 50)
      try network.save(to: folder.path("model"))
      let loaded = try EchoStateNetwork(modelFolder: folder.path("model"))
      #expect(loaded.readout.weights == network.readout.weights)
      #expect(loaded.predict(Self.inputs).0.values.scalars == network.predict(Self.inputs).0.values.scalars)
    }
  }

  /// Sizes that the tensors of the file do not have are refused before memory is asked for.
  @Test func damagedFolders() throws {
    let folder = try TemporaryFolder()
    try Self.random().save(to: folder.path("model"))
    let text = try #require(folder.text("model/config.json"))
    try FileManager.default.removeItem(atPath: folder.path("model/MANIFEST.sha256"))
    for (old, new, key) in [
      ("\"units\": 60", "\"units\": 4000000000000", "reservoirs.0.units"),
      ("\"input_size\": 1", "\"input_size\": 9223372036854775807", "reservoirs.0.units"),
      ("\"output_size\": 1", "\"output_size\": 2", "output_size"),
      ("\"activation\": \"tanh\"", "\"activation\": \"sine\"", "reservoirs.0.activation"),
      ("\"has_feedback\": false", "\"has_feedback\": true", "reservoirs.0.units"),
    ] {
      #expect(text.contains(old))
      try folder.put(Array(text.replacing(old, with: new).utf8), in: "model/config.json")
      let error = #expect(throws: ModelFolderError.self) { try EchoStateNetwork(modelFolder: folder.path("model")) }
      #expect(error?.reason == .malformed(key: "settings.\(key)"), "\(old)")
    }
    try folder.put(Array(text.replacing("\"has_bias\": true", with: "\"has_bias\": false").utf8), in: "model/config.json")
    let error = #expect(throws: ModelFolderError.self) { try EchoStateNetwork(modelFolder: folder.path("model")) }
    guard case .parameters = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func settingsOutOfRange() {
    let none = EchoStateConfiguration(reservoirs: [])
    #expect(throws: ReservoirError.self) {
      try EchoStateNetwork(inputSize: 1, outputSize: 1, configuration: none, key: RandomKey(seed: 0))
    }
    let one = EchoStateConfiguration(reservoirs: [ReservoirConfiguration(units: 5)])
    #expect(throws: ReservoirError.self) {
      try EchoStateNetwork(inputSize: 1, outputSize: 0, configuration: one, key: RandomKey(seed: 0))
    }
  }
}
