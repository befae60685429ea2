import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Cells written by a user, with `step` alone, run wherever the library's own cells run.
struct RecurrentCellTests {
  static let key = RandomKey(seed: 12)

  static func cell(_ inputs: Int, _ hidden: Int, _ number: Int = 0) -> MinimalGatedCell {
    MinimalGatedCell(inputSize: inputs, hiddenSize: hidden, key: key.folding(number))
  }

  @Test func minimalGatedCellKeepsTheLaws() {
    let check = checkCell(Self.cell(3, 4))
    #expect(check.violations.isEmpty)
    #expect(check.worstGradientError < 1e-6)
  }

  /// A running mean of the inputs beside the output, and a count: parts of other widths and ranks than `[N, H]`.
  struct AveragingCell: RecurrentCell {
    struct State: RecurrentState {
      static let componentNames = ["output", "sums", "count"]
      var hidden: Tensor
      var sums: Tensor
      var count: Tensor

      init(components: [Tensor]) {
        hidden = components[0]
        sums = components[1]
        count = components[2]
      }
      var components: [Tensor] { [hidden, sums, count] }
    }

    var head: Linear
    var inputSize: Int { head.inputSize }
    var hiddenSize: Int { head.outputSize }

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) { visitor.visit("head", &head) }

    func zeroState(like input: Tensor) -> State {
      let rows = input.shape[-2]
      let parts: [Tensor] = [
        Tensor(zeros: [rows, hiddenSize]), Tensor(zeros: [rows, inputSize, 1]), Tensor(repeating: 1, shape: [rows]),
      ]
      return State(components: parts.map { $0.converted(to: input.elementType) })
    }

    func step(_ input: Tensor, from state: State) -> State {
      let rows = input.shape[0]
      let sums = state.sums + input.reshaped(to: [rows, inputSize, 1])
      let count = state.count + 1
      let mean = sums.reshaped(to: [rows, inputSize]) / count.reshaped(to: [rows, 1])
      return State(components: [tanh(head(mean)), sums, count])
    }
  }

  @Test func statesMayHavePartsOfAnyShape() {
    let cell = AveragingCell(head: Linear(inputSize: 3, outputSize: 2, key: Self.key))
    #expect(checkCell(cell).violations.isEmpty)
  }

  @Test func trainedFirstStatesTakeTheShapesOfTheCell() {
    let cell = AveragingCell(head: Linear(inputSize: 3, outputSize: 2, key: Self.key))
    let layer = RecurrentLayer(cell, initialState: .trainable)
    #expect(checkModule(layer).isEmpty)
    #expect(
      layer.parameters.map(\.path) == [
        "head.weight_l0", "head.bias_l0", "initial_hidden_l0", "initial_cell_l0", "initial.2.part_l0",
      ])
    let inputs = SequenceBatch(.doubles([4, 3, 3], seed: 1), lengths: [4, 0, 2])
    let check = checkGradient(of: layer) { layer in
      let (outputs, last) = layer(inputs)
      return outputs.values.weighedSum() + last.sums.weighedSum() + last.count.weighedSum()
    }
    #expect(check.agrees, "\(check)")
    #expect(check.count == 6 + 2 + 2 + 3 + 1)
  }

  static let inputs = SequenceBatch(.doubles([4, 3, 2], seed: 2), lengths: [2, 4, 0])

  @Test func runsInALayer() {
    for direction in Direction.allCases {
      let check = checkGradient(of: RecurrentLayer(Self.cell(2, 3), direction: direction)) { layer in
        let (outputs, last) = layer(Self.inputs)
        return outputs.values.weighedSum() + last.hidden.weighedSum()
      }
      #expect(check.agrees, "\(check)")
    }
  }

  @Test(arguments: BidirectionalLayer<MinimalGatedCell>.Merge.allCases)
  func runsInBothDirections(_ merge: BidirectionalLayer<MinimalGatedCell>.Merge) {
    let layer = BidirectionalLayer(
      forward: Self.cell(2, 3), backward: Self.cell(2, 3, 1), merge: merge, initialState: .trainable)
    let check = checkGradient(of: layer) { layer in
      let (outputs, last) = layer(Self.inputs)
      return outputs.values.weighedSum() + last.hidden.weighedSum()
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func runsInAStackWithAnotherKind() {
    let both = BidirectionalLayer(forward: Self.cell(2, 2), backward: Self.cell(2, 2, 1))
    let lstm = LSTM(LSTMCell(inputSize: 4, hiddenSize: 3, key: Self.key))
    let stack = RecurrentStack([AnySequenceLayer(both), AnySequenceLayer(lstm)], dropout: 0.25)
    let check = checkGradient(of: stack, key: RandomKey(seed: 1)) { stack in
      let (outputs, last) = stack(Self.inputs)
      return outputs.values.weighedSum()
        + last.layers.flatMap(\.components).reduce(Tensor(0).converted(to: .float64)) { $0 + $1.weighedSum() }
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func learnsLikeTheLibrarysOwnCells() {
    // The sum of the inputs so far can only be learned by carrying it along.
    struct Model: Module {
      var layer = RecurrentLayer(RecurrentCellTests.cell(1, 4))
      var head = Linear(inputSize: 4, outputSize: 1, key: RecurrentCellTests.key)
      mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
        visitor.visit("layer", &layer)
        visitor.visit("head", &head)
      }
    }
    var model = Model()
    let x = Tensor(uniform: [6, 8, 1], from: -0.5, to: 0.5, key: Self.key)
    var sums = [x[0]]
    for step in 1..<6 { sums.append(sums[step - 1] + x[step]) }
    let targets = Tensor(stacking: sums)
    let scope = GradientScope()
    var losses: [Float] = []
    for _ in 0..<200 {
      losses.append(
        scope.evaluate(at: &model) { model in
          (model.head(model.layer(SequenceBatch(x)).outputs.values) - targets).squared().mean()
        })
      var number = 0
      model.mapParameters { _, value in
        defer { number += 1 }
        return value - scope.gradients[number] * 0.3
      }
    }
    #expect(losses.contains { $0 < losses[0] / 20 })
  }
}
