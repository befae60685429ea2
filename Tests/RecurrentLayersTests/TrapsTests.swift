import Foundation
import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Faults that other recurrent libraries have had, one test each.
struct TrapsTests {
  static let key = RandomKey(seed: 31)
  static let inputs = SequenceBatch(Tensor(normal: [5, 4, 3], key: RandomKey(seed: 1)), lengths: [3, 5, 0, 1])

  static func lstm(_ inputs: Int, _ hidden: Int, _ number: Int = 0) -> LSTMCell {
    LSTMCell(inputSize: inputs, hiddenSize: hidden, key: key.folding(number))
  }

  /// Two bidirectional layers.
  static let stack = RecurrentStack([
    BidirectionalLayer(forward: lstm(3, 4), backward: lstm(3, 4, 1)),
    BidirectionalLayer(forward: lstm(8, 4, 2), backward: lstm(8, 4, 3)),
  ])

  static func bits(_ tensor: Tensor) -> [UInt32] { tensor.scalars.map(\.bitPattern) }

  static func bits<State>(_ states: StackState<State>) -> [[UInt32]] {
    states.layers.flatMap { $0.components.map(bits) }
  }

  // MARK: Formulas

  /// A gradient check cannot see a wrong formula, so the cells are computed by hand: one unit, one input, two steps.
  @Test func cellsFollowTheirEquations() {
    let (w, r, b, c) = (0.6, -0.4, 0.2, -0.3)
    func sigma(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }
    // The weights of gate k are those above plus k / 10.
    func gate(_ k: Double, _ x: Double, _ h: Double) -> Double {
      (w + k / 10) * x + b + k / 10 + (r + k / 10) * h + c + k / 10
    }
    let inputs = [0.7, -1.1]
    var (elman, lstm, cell, after, before) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for x in inputs {
      elman = Foundation.tanh(gate(0, x, elman))
      cell = sigma(gate(1, x, lstm)) * cell + sigma(gate(0, x, lstm)) * Foundation.tanh(gate(2, x, lstm))
      lstm = sigma(gate(3, x, lstm)) * Foundation.tanh(cell)
      let recurrent = (r + 0.2) * after + c + 0.2
      let n = Foundation.tanh((w + 0.2) * x + b + 0.2 + sigma(gate(0, x, after)) * recurrent)
      after = (1 - sigma(gate(1, x, after))) * n + sigma(gate(1, x, after)) * after
      let m = Foundation.tanh(gate(2, x, sigma(gate(0, x, before)) * before))
      before = (1 - sigma(gate(1, x, before))) * m + sigma(gate(1, x, before)) * before
    }

    func last(_ cell: some RecurrentCell) -> Float {
      var cell = cell
      cell.mapParameters { path, value in
        let first = path.hasPrefix("weight_ih") ? w : path.hasPrefix("weight_hh") ? r : path == "bias_ih" ? b : c
        return Tensor((0..<value.count).map { Float(first + Double($0) / 10) }, shape: value.shape)
      }
      let x = SequenceBatch(Tensor(inputs.map { Float($0) }, shape: [2, 1, 1]))
      return cell.scan(x, from: nil, direction: .forward).1.hidden.scalar
    }
    #expect(abs(Double(last(ElmanCell(inputSize: 1, hiddenSize: 1, key: Self.key))) - elman) < 1e-6)
    #expect(abs(Double(last(Self.lstm(1, 1))) - lstm) < 1e-6)
    for (variant, expected) in [(GRUCell.Variant.resetAfter, after), (.resetBefore, before)] {
      let cell = GRUCell(inputSize: 1, hiddenSize: 1, variant: variant, key: Self.key)
      #expect(abs(Double(last(cell)) - expected) < 1e-6)
    }
    #expect(abs(after - before) > 1e-3)
  }

  // MARK: States, rows, lengths

  @Test func noStateIsTheZeroState() {
    let (outputs, last) = Self.stack(Self.inputs)
    let zero = StackState(layers: last.layers.map { state in state.map { Tensor(zeros: $0.shape) } })
    let (outputsFromZero, lastFromZero) = Self.stack(Self.inputs, from: zero)
    #expect(Self.bits(outputs.values) == Self.bits(outputsFromZero.values))
    #expect(Self.bits(last) == Self.bits(lastFromZero))
  }

  @Test func aRowDoesNotDependOnItsNeighbours() {
    let (outputs, last) = Self.stack(Self.inputs)
    for row in 0..<4 {
      let alone = SequenceBatch(
        Self.inputs.values.slice(axis: 1, row..<row + 1), lengths: Self.inputs.lengths.map { [Int($0[row])] })
      let (outputsAlone, lastAlone) = Self.stack(alone)
      #expect(Self.bits(outputsAlone.values) == Self.bits(outputs.values.slice(axis: 1, row..<row + 1)))
      #expect(Self.bits(lastAlone) == Self.bits(last.selecting(rows: [row])))
    }
  }

  /// Each row of the backward direction starts at its own last step and ends at step 0.
  @Test func theBackwardStateBelongsToTheFirstStep() {
    let layer = BidirectionalLayer(forward: Self.lstm(3, 4), backward: Self.lstm(3, 4, 1))
    let (ahead, back, last) = layer.separate(Self.inputs)
    #expect(Self.bits(last.forward.hidden) == Self.bits(ahead.last))
    for (row, length) in [(0, 3), (1, 5), (3, 1)] {
      let hidden = last.backward.hidden.rows(at: [Int32(row)])
      #expect(Self.bits(hidden) == Self.bits(back.values[0].rows(at: [Int32(row)])))
      // The same row turned around and run forward gives the same outputs in the opposite order.
      let steps = (0..<length).reversed().map { Self.inputs.values[$0].rows(at: [Int32(row)]) }
      let turned = layer.backward.cell.scan(SequenceBatch(Tensor(stacking: steps)), from: nil, direction: .forward)
      #expect(Self.bits(turned.1.cell) == Self.bits(last.backward.cell.rows(at: [Int32(row)])))
      for step in 0..<length {
        #expect(
          Self.bits(turned.0.values[step]) == Self.bits(back.values[length - 1 - step].rows(at: [Int32(row)])))
      }
    }
  }

  @Test func anEmptyRowKeepsItsStateAndGivesZeros() {
    let given = StackState(
      layers: Self.stack(Self.inputs).finalState.layers.map { $0.map { Tensor(normal: $0.shape, key: Self.key) } })
    let (outputs, last) = Self.stack(Self.inputs, from: given)
    #expect(Self.bits(last.selecting(rows: [2])) == Self.bits(given.selecting(rows: [2])))
    #expect(Self.bits(outputs.values.slice(axis: 1, 2..<3)).allSatisfy { $0 == 0 })
    let none = Self.stack(SequenceBatch(Tensor(zeros: [0, 4, 3])), from: given)
    #expect(none.outputs.values.shape == [0, 4, 8])
    #expect(Self.bits(none.finalState) == Self.bits(given))
  }

  // MARK: Dropout

  @Test func dropoutActsBetweenFusedLayersInTrainingOnly() {
    var stack = RecurrentStack([LSTM(Self.lstm(3, 8)), LSTM(Self.lstm(8, 4))], dropout: 0.5)
    func outputs(_ key: RandomKey?) -> [UInt32] {
      let scope = GradientScope()
      return scope.evaluate(at: &stack, key: key) { stack in
        let values = stack(Self.inputs).outputs.values
        return (values.sum(), Self.bits(values))
      }.auxiliary
    }
    let plain = Self.bits(RecurrentStack(stack.layers)(Self.inputs).outputs.values)
    #expect(outputs(nil) == plain)
    #expect(Self.bits(stack(Self.inputs).outputs.values) == plain)
    let dropped = outputs(RandomKey(seed: 1))
    #expect(dropped != plain)
    #expect(outputs(RandomKey(seed: 1)) == dropped)
    #expect(outputs(RandomKey(seed: 2)) != dropped)
    #expect(Self.bits(stack(Self.inputs).outputs.values) == plain, "the key must not outlive the step")
  }

  @Test func dropoutLeavesTheLastLayerAlone() {
    var one = RecurrentStack([LSTM(Self.lstm(3, 8))], dropout: 0.5)
    let plain = Self.bits(one(Self.inputs).outputs.values)
    let scope = GradientScope()
    let trained = scope.evaluate(at: &one, key: Self.key) { stack in
      let values = stack(Self.inputs).outputs.values
      return (values.sum(), Self.bits(values))
    }.auxiliary
    #expect(trained == plain)
  }

  /// One evaluation has one mask for each shape, so that a mask can be held constant over steps.
  @Test func aMaskIsConstantOverSteps() {
    var dropout = Dropout(0.5)
    let scope = GradientScope()
    let (steps, sequence) = scope.evaluate(at: &dropout, key: Self.key) { dropout in
      let ones = Tensor(repeating: 1, shape: [8, 64])
      return (Tensor(0), ([dropout(ones).scalars, dropout(ones).scalars], dropout(Tensor(stacking: [ones, ones]))))
    }.auxiliary
    #expect(steps[0] == steps[1])
    #expect(sequence[0].scalars != sequence[1].scalars)
    #expect(Set(steps[0]) == [0, 2])
  }

  // MARK: First values

  @Test func orthogonalIsPerGateOrOverAllGates() {
    func matrix(_ initializer: Initializer) -> [[Double]] {
      let cell = LSTMCell(
        inputSize: 2, hiddenSize: 6, initialization: RecurrentInitialization(recurrent: initializer), key: Self.key)
      let scalars = cell.weights.hiddenHidden.value.scalars
      return (0..<24).map { row in scalars[row * 6..<row * 6 + 6].map(Double.init) }
    }
    /// The largest difference between the products of rows (or columns) and those of an orthonormal set.
    func deviation(_ vectors: [[Double]]) -> Double {
      vectors.indices.flatMap { a in
        vectors.indices.map { b in
          abs(zip(vectors[a], vectors[b]).reduce(0) { $0 + $1.0 * $1.1 } - (a == b ? 1 : 0))
        }
      }.max() ?? 0
    }
    func columns(_ matrix: [[Double]]) -> [[Double]] { (0..<6).map { column in matrix.map { $0[column] } } }
    let perGate = matrix(.orthogonal())
    let whole = matrix(.orthogonalOverAllGates())
    for gate in 0..<4 {
      #expect(deviation(Array(perGate[gate * 6..<gate * 6 + 6])) < 1e-6)
      #expect(deviation(Array(whole[gate * 6..<gate * 6 + 6])) > 0.1)
    }
    #expect(deviation(columns(whole)) < 1e-6)
    #expect(abs(deviation(columns(perGate)) - 3) < 1e-5, "four orthogonal blocks have columns of squared length 4")
    #expect(perGate[0] != perGate[6])
  }

  /// The 1 of the forget gate is part of the bias that is stored; nothing is added when the cell runs.
  @Test func theForgetBiasIsStored() throws {
    let initialization = RecurrentInitialization(bias: .constant(0.25), forgetBias: 1)
    for bias in [RecurrentBias.double, .single] {
      let cell = LSTMCell(inputSize: 2, hiddenSize: 3, bias: bias, initialization: initialization, key: Self.key)
      let first = try #require(cell.weights.inputBias).value.scalars
      let second = cell.weights.hiddenBias?.value.scalars ?? [Float](repeating: 0, count: 12)
      #expect(Array(first[3..<6]) == [1, 1, 1])
      #expect(Array(second[3..<6]) == [0, 0, 0])
      #expect(first[0] == 0.25 && first[6] == 0.25 && first[11] == 0.25)
    }
    // With all numbers 0 every gate is open by a half: the cell state halves at each step.
    var cell = LSTMCell(inputSize: 2, hiddenSize: 3, initialization: initialization, key: Self.key)
    cell.mapParameters { _, value in Tensor(zeros: value.shape) }
    let start = LSTMState(hidden: Tensor(zeros: [1, 3]), cell: Tensor(repeating: 0.8, shape: [1, 3]))
    #expect(cell.step(Tensor(zeros: [1, 2]), from: start).cell.scalars == [0.4, 0.4, 0.4])
  }

  // MARK: Files

  /// PyTorch's order within a bidirectional layer is forward before backward, and `_reverse` ends the name.
  @Test func directionsLoadIntoTheirOwnPlaces() throws {
    var model = Self.stack
    let saved = Dictionary(
      uniqueKeysWithValues: model.parameters.enumerated().map { position, entry in
        (entry.path, Tensor(repeating: Float(position), shape: entry.parameter.value.shape))
      })
    try model.load(saved)
    #expect(model.layers[1].backward.cell.weights.inputHidden.value.scalars[0] == 12)
    #expect(saved["weight_ih_l1_reverse"]?.scalars[0] == 12)
    #expect(model.layers[0].forward.cell.weights.hiddenBias?.value.scalars[0] == 3)
    #expect(saved["bias_hh_l0"]?.scalars[0] == 3)
  }

  /// Two names may come with one memory, as views do; training one must not change the other.
  @Test func loadedTensorsThatShareMemoryBecomeSeparate() throws {
    var model = LSTM(Self.lstm(4, 4))
    let shared = Tensor(repeating: 0.5, shape: [16, 4])
    let bias = Tensor(repeating: 0.5, shape: [16])
    try model.load(["weight_ih_l0": shared, "weight_hh_l0": shared, "bias_ih_l0": bias, "bias_hh_l0": bias])
    model.cell.weights.inputHidden.value.withMutableScalars { $0[0] = 7 }
    #expect(model.cell.weights.inputHidden.value.scalars[0] == 7)
    #expect(model.cell.weights.hiddenHidden.value.scalars[0] == 0.5)
    #expect(shared.scalars[0] == 0.5)
  }

  /// The names in a file say which GRU it is, and neither loads as the other.
  @Test func gruVariantsDoNotLoadAsEachOther() throws {
    func gru(_ variant: GRUCell.Variant) -> GRU {
      GRU(GRUCell(inputSize: 2, hiddenSize: 3, variant: variant, key: Self.key))
    }
    func values(_ gru: GRU) -> [String: Tensor] {
      Dictionary(uniqueKeysWithValues: gru.parameters.map { ($0.path, $0.parameter.value) })
    }
    for (mine, other) in [(GRUCell.Variant.resetAfter, GRUCell.Variant.resetBefore), (.resetBefore, .resetAfter)] {
      var model = gru(mine)
      let error = #expect(throws: ParameterLoadingError.self) { try model.load(values(gru(other))) }
      #expect(error?.problems.count == 2)
      #expect(error?.description.contains("weight_hh_reset_before_l0") == true)
      try model.load(values(gru(mine)))
    }
  }
}
