import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

@Suite struct DirectionWeightsTests {
  private static let key = RandomKey(seed: 5)

  /// Every cell that other systems know, with its options.
  static let cells: [(name: String, cell: RecurrentDescription.Cell)] = {
    func lstm(_ change: (inout LSTMVariant) -> Void) -> RecurrentDescription.Cell {
      var variant = LSTMVariant()
      change(&variant)
      return .lstm(variant: variant)
    }
    func gru(_ change: (inout GRUVariant) -> Void) -> RecurrentDescription.Cell {
      var variant = GRUVariant()
      change(&variant)
      return .gru(variant: variant)
    }
    return [
      ("lstm", .lstm()), ("lstm with peepholes", lstm { $0.hasPeepholes = true }),
      ("coupled lstm", lstm { ($0.couplesGates, $0.hasPeepholes) = (true, true) }),
      ("projected lstm", lstm { $0.projectionSize = 3 }), ("clipped lstm", lstm { $0.gateClip = 1 }),
      ("gru", .gru()), ("gru with reset before", gru { $0.reset = .resetBefore }),
      ("gru of the other sense", gru { $0.updateGate = .takesNewState }),
      ("hard gru with reset before", gru { ($0.reset, $0.gateActivation) = (.resetBefore, .hardSigmoid()) }),
      ("tanh", .elman()), ("relu", .elman(activation: .relu)), ("hard tanh", .elman(activation: .hardTanh)),
    ]
  }()

  static let directions: [RecurrentDescription.Directions] = [.forward, .backward, .both(), .both(merge: .multiply)]

  private func outputs(_ layer: AnySequenceLayer) -> [Float] {
    let x = Tensor(normal: [6, 3, 4], key: RandomKey(seed: 9))
    return layer(SequenceBatch(x, lengths: [6, 2, 4]), from: nil).outputs.values.scalars
  }

  /// The weights of a layer make a layer that computes the very same, and the layer says itself what it is.
  @Test(arguments: cells.indices, [RecurrentBias.double, .single, .none])
  func weightsMakeTheLayerAgain(cell: Int, bias: RecurrentBias) throws {
    for directions in Self.directions {
      var description = RecurrentDescription(
        Self.cells[cell].cell, inputSize: 4, hiddenSize: 5, directions: directions, bias: bias)
      // Cells with options have one bias at most.
      if !description.isFused, bias == .double { description.bias = .single }
      let layer = description.makeLayer(key: Self.key)
      // A task's model has no such cell, so that nothing asks it what it is.
      if Self.cells[cell].name != "hard tanh" { #expect(try RecurrentDescription(of: layer) == description) }
      let weights = description.weights(of: layer)
      #expect(weights.count == description.directionCount)
      for direction in weights {
        let shapes = description.shapes
        #expect(direction.inputHidden.shape == shapes.inputHidden)
        #expect(direction.hiddenHidden.shape == shapes.hiddenHidden)
        #expect(direction.inputBias?.shape == (bias == .none ? nil : shapes.bias))
        #expect(direction.peepholes?.shape == shapes.peepholes)
        #expect(direction.projection?.shape == shapes.projection)
      }
      let again = try description.makeLayer(weights)
      #expect(outputs(again) == outputs(layer), "\(Self.cells[cell].name), \(directions)")
      #expect(again.tensors.map(\.path) == layer.tensors.map(\.path))
    }
  }

  /// Gates in the order of the description, whichever way the layer keeps them: a cell with options that change nothing
  /// computes what the plain one does with two biases.
  @Test func optionsThatChangeNothingKeepTheWeights() throws {
    var lstm = LSTMVariant()
    lstm.gateClip = 1e6
    var gru = GRUVariant()
    gru.gateClip = 1e6
    var before = gru
    before.reset = .resetBefore
    var plainBefore = GRUVariant()
    plainBefore.reset = .resetBefore
    let pairs: [(RecurrentDescription.Cell, RecurrentDescription.Cell)] = [
      (.lstm(), .lstm(variant: lstm)), (.gru(), .gru(variant: gru)),
      (.gru(variant: plainBefore), .gru(variant: before)),
    ]
    for (plain, options) in pairs {
      let fused = RecurrentDescription(plain, inputSize: 4, hiddenSize: 5, directions: .both())
      var other = fused
      (other.cell, other.bias) = (options, .single)
      let layer = fused.makeLayer(key: Self.key)
      let changed = try other.makeLayer(fused.weights(of: layer))
      let pairs = zip(outputs(layer), outputs(changed))
      #expect(pairs.allSatisfy { abs($0 - $1) <= 1e-6 + 1e-5 * abs($1) }, "\(plain)")
    }
  }

  /// Two biases are added where the layer has room for one, and what is missing counts as zeros.
  @Test func biasesAreAdded() throws {
    let double = RecurrentDescription(.lstm(), inputSize: 4, hiddenSize: 5)
    var single = double
    single.bias = .single
    var weights = double.weights(of: double.makeLayer(key: Self.key))
    let (a, b) = (outputs(try double.makeLayer(weights)), outputs(try single.makeLayer(weights)))
    #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 })
    let sum = try #require(weights[0].inputBias) + #require(weights[0].hiddenBias)
    (weights[0].inputBias, weights[0].hiddenBias) = (sum, nil)
    #expect(outputs(try double.makeLayer(weights)) == outputs(try single.makeLayer(weights)))
  }

  @Test func wrongShapesAreRefused() {
    let description = RecurrentDescription(.gru(), inputSize: 4, hiddenSize: 5)
    var weights = description.weights(of: description.makeLayer(key: Self.key))
    weights[0].inputHidden = Tensor(zeros: [15, 3])
    #expect(throws: ParameterLoadingError.self) { try description.makeLayer(weights) }
    weights = description.weights(of: description.makeLayer(key: Self.key))
    weights[0].inputBias = nil
    #expect(throws: ParameterLoadingError.self) { try description.makeLayer(weights) }
  }

  /// What no other system's layer does has no description.
  @Test func layersWithMoreAreNotDescribed() {
    let cell = LSTMCell(inputSize: 3, hiddenSize: 2, key: Self.key)
    for layer: any SequenceLayer in [
      RecurrentLayer(cell, initialState: .trainable), RecurrentLayer(cell, zoneout: Zoneout(hidden: 0.1, cell: 0.1)),
      Residual(RecurrentLayer(LSTMCell(inputSize: 2, hiddenSize: 2, key: Self.key))),
    ] {
      #expect(throws: UndescribedLayer.self) { try RecurrentDescription(of: AnySequenceLayer(layer)) }
    }
  }
}
