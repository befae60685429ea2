import Foundation
import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

/// Measurements of gradients, Jacobians and gates against closed forms.
@Suite struct MeasurementsTests {
  static let key = RandomKey(seed: 3)
  /// Rows: (2, 1), (0, 0.5).
  static let matrix: [[Double]] = [[2, 1], [0, 0.5]]

  /// h′ = R h + x, linear, with R as above.
  static var linearCell: ElmanCell {
    var cell = ElmanCell(inputSize: 2, hiddenSize: 2, activation: .identity, bias: .none, key: key)
    cell.weights.inputHidden.value = Tensor([1, 0, 0, 1], shape: [2, 2])
    cell.weights.hiddenHidden.value = Tensor(matrix.flatMap { $0.map { Float($0) } }, shape: [2, 2])
    return cell
  }

  /// The gradient g of h_T is (Rᵀ)ᵏ g at lag k.
  static func expected(_ gradient: [Double], lag: Int) -> [Double] {
    (0..<lag).reduce(gradient) { g, _ in (0..<2).map { column in (0..<2).reduce(0) { $0 + matrix[$1][column] * g[$1] } }
    }
  }

  static func close(_ a: Double, _ b: Double, _ tolerance: Double = 1e-6) -> Bool {
    abs(a - b) <= tolerance * max(1, abs(b))
  }

  @Test func stateGradientsOfLinearNetwork() throws {
    let inputs = SequenceBatch(Tensor(normal: [6, 1, 2], deviation: 1, key: Self.key))
    // The loss is 3 h₀ − h₁ after the last step.
    let weights = Tensor([3, -1], shape: [1, 2])
    let gradients = RecurrentLayer(Self.linearCell).stateGradients(inputs) { ($0.last * weights).sum() }
    let found = try #require(gradients["hidden"])
    #expect(found.shape == [6, 1, 2] && gradients["cell"] == nil && gradients.norms(of: "cell") == nil)
    let norms = try #require(gradients.norms(of: "hidden"))
    for lag in 0..<6 {
      let expected = Self.expected([3, -1], lag: lag)
      let values = found[5 - lag].scalars.map(Double.init)
      #expect(zip(values, expected).allSatisfy { Self.close($0, $1) })
      #expect(Self.close(norms[lag], (expected[0] * expected[0] + expected[1] * expected[1]).squareRoot()))
    }
  }

  /// A layer that walks backwards counts its lags from its own last step, the first of the sequence.
  @Test func stateGradientsFollowTheDirection() throws {
    let inputs = SequenceBatch(Tensor(normal: [4, 2, 2], deviation: 1, key: Self.key))
    let layer = RecurrentLayer(Self.linearCell, direction: .backward)
    let norms = try #require(layer.stateGradients(inputs) { $0.values[0].sum() }.norms(of: "hidden"))
    for lag in 0..<4 {
      let one = Self.expected([1, 1], lag: lag)
      #expect(Self.close(norms[lag], (2 * (one[0] * one[0] + one[1] * one[1])).squareRoot()))
    }
  }

  /// A loss that looks at every step: each state's gradient holds its own share and what flows back from later ones.
  @Test func stateGradientsOfALossAtEveryStep() throws {
    let inputs = SequenceBatch(Tensor(normal: [3, 1, 2], deviation: 1, key: Self.key))
    let gradients = RecurrentLayer(Self.linearCell).stateGradients(inputs) { $0.values.sum() }
    let first = try #require(gradients["hidden"])[0].scalars.map(Double.init)
    let parts = (0..<3).map { Self.expected([1, 1], lag: $0) }
    for unit in 0..<2 { #expect(Self.close(first[unit], parts.reduce(0) { $0 + $1[unit] })) }
  }

  /// An LSTM whose gates are shut off from the state: forget gate 1, the others of the input alone.
  static var carousel: LSTMCell {
    var cell = LSTMCell(inputSize: 1, hiddenSize: 3, bias: .single, key: key)
    cell.weights.hiddenHidden.value = Tensor(zeros: [12, 3])
    cell.weights.inputBias?.value.withMutableScalars { scalars in
      for unit in 3..<6 { scalars[unit] = 100 }
    }
    return cell
  }

  /// The constant error carousel: through the cell state nothing is lost from lag 1 on.
  @Test func constantErrorCarousel() {
    let inputs = SequenceBatch(Tensor(normal: [50, 2, 1], deviation: 1, key: Self.key))
    let gradient = Tensor(normal: [2, 3], deviation: 1, key: Self.key.folding(1))
    let jacobians = Self.carousel.stepJacobians(inputs)
    let norms = jacobians.gradientNorms(of: gradient, along: .part(1))
    #expect(norms.count == 51 && norms[1] > 0)
    #expect(norms[2...].allSatisfy { Self.close($0, norms[1], 1e-9) })
    // Nothing flows through the hidden state, whose matrix is 0.
    #expect(jacobians.gradientNorms(of: gradient, along: .part(0))[1...].allSatisfy { $0 == 0 })
    // The hidden state, which follows the cell state at every step, adds a little that does not grow.
    #expect(abs(jacobians.largestLyapunovExponent(transient: 10)) < 1e-2)
  }

  /// Along the whole state the gradient that is carried is the one that the tape finds.
  @Test func gradientsAlongTheWholeStateAreThoseOfTheTape() throws {
    let cell = LSTMCell(inputSize: 2, hiddenSize: 4, key: Self.key)
    let inputs = SequenceBatch(Tensor(normal: [7, 3, 2], deviation: 1, key: Self.key))
    let gradients = RecurrentLayer(cell).stateGradients(inputs) { ($0.last * $0.last).sum() }
    let hidden = try #require(gradients.norms(of: "hidden"))
    let memory = try #require(gradients.norms(of: "cell"))
    let incoming = try #require(gradients["hidden"])[6]
    let norms = cell.stepJacobians(inputs).gradientNorms(of: incoming, along: .wholeState)
    // The last hidden state is made already: the cell state after the last step has nothing left to change.
    #expect(Self.close(norms[0], hidden[0]) && memory[0] == 0)
    for lag in 1..<7 {
      #expect(Self.close(norms[lag], (hidden[lag] * hidden[lag] + memory[lag] * memory[lag]).squareRoot(), 1e-5))
    }
  }

  @Test func linearDynamics() throws {
    let cell = Self.linearCell
    let jacobians = cell.stepJacobians(SequenceBatch(Tensor(zeros: [60, 2, 2])))
    #expect(try jacobians.steps[3].spectralRadii().allSatisfy { Self.close($0, 2) })
    #expect(try cell.weights.recurrentSpectralRadii().allSatisfy { Self.close($0, 2) })
    #expect(Self.close(jacobians.largestLyapunovExponent(transient: 30), log(2), 1e-9))
    let gradient = Tensor([3, -1, 0, 0], shape: [2, 2])
    let norms = jacobians.gradientNorms(of: gradient, along: .wholeState)
    let expected = Self.expected([3, -1], lag: 5)
    #expect(Self.close(norms[5], (expected[0] * expected[0] + expected[1] * expected[1]).squareRoot()))
  }

  @Test func radiiOfEachGate() throws {
    var cell = LSTMCell(inputSize: 1, hiddenSize: 2, key: Self.key)
    let blocks: [Float] = [1, 0, 0, 3, 0, 2, -2, 0, 0, 1, 0, 0, 0.5, 0, 0, -0.25]
    cell.weights.hiddenHidden.value = Tensor(blocks, shape: [8, 2])
    let radii = try cell.weights.recurrentSpectralRadii()
    #expect(zip(radii, [3, 2, 0, 0.5]).allSatisfy { Self.close($0, $1) })
  }

  @Test func saturationOfGates() throws {
    var cell = LSTMCell(inputSize: 1, hiddenSize: 2, bias: .single, key: Self.key)
    cell.weights.inputHidden.value = Tensor(zeros: [8, 1])
    cell.weights.hiddenHidden.value = Tensor(zeros: [8, 2])
    // i: one open, one half; f: both closed; o: one just open, one just closed.
    cell.weights.inputBias?.value = Tensor([10, 0, -10, -10, 0, 0, 2.2, -2.2], shape: [8])
    let inputs = SequenceBatch(Tensor(zeros: [5, 2, 1]), lengths: [5, 2])
    let trace = RecurrentLayer(cell).trace(inputs)
    let gates = trace.gateSaturations(lengths: inputs.lengths)
    #expect(gates.map(\.gate) == ["input_gate", "forget_gate", "output_gate"])
    #expect(gates.map(\.openShare) == [0.5, 0, 0.5] && gates.map(\.closedShare) == [0, 1, 0.5])
    #expect(Self.close(gates[0].mean, (1 / (1 + exp(-10.0)) + 0.5) / 2, 1e-5))
    // Padding holds zeros and would look closed.
    #expect(trace.gateSaturations()[0].closedShare == 0.3)
    #expect(trace.gateSaturations(lengths: inputs.lengths, above: 0.95, below: 0.05)[2].openShare == 0)
  }
}
