import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct SequenceDropoutTests {
  static let key = RandomKey(seed: 5)

  /// Ones after dropout in training, `[4, 3, 50]`.
  private func masks(_ dropout: SequenceDropout, key: RandomKey?) -> [[Float]] {
    var dropout = dropout
    let ones = SequenceBatch(Tensor(repeating: 1, shape: [4, 3, 50]))
    let values = GradientScope().evaluate(at: &dropout, key: key) { dropout in
      let values = dropout(ones).values
      return (values.sum(), values.detached().scalars)
    }.auxiliary
    return (0..<12).map { Array(values[$0 * 50..<($0 + 1) * 50]) }
  }

  @Test func oneMaskForAllStepsOfARow() {
    let rows = masks(SequenceDropout(0.5), key: Self.key)
    for step in 1..<4 { #expect(rows[step * 3..<step * 3 + 3] == rows[..<3]) }
    #expect(Set(rows).count == 3)
    #expect(Set(rows.joined()) == [0, 2])
  }

  @Test func aMaskForEveryStep() {
    #expect(Set(masks(SequenceDropout(0.5, masks: .perStep), key: Self.key)).count == 12)
  }

  @Test(arguments: DropoutMasks.allCases) func masksDependOnTheKeyAloneAndOnlyTrainingDrops(_ kind: DropoutMasks) {
    let dropout = SequenceDropout(0.5, masks: kind)
    #expect(masks(dropout, key: Self.key) == masks(dropout, key: Self.key))
    #expect(masks(dropout, key: Self.key) != masks(dropout, key: Self.key.folding(1)))
    #expect(masks(dropout, key: nil).joined().allSatisfy { $0 == 1 })
    #expect(masks(SequenceDropout(0, masks: kind), key: Self.key).joined().allSatisfy { $0 == 1 })
  }

  /// Before, between and behind the layers of a stack, over sequences of several lengths.
  @Test func gradientOfAVariationalStack() {
    let stack = RecurrentStack(
      [GRU(inputSize: 2, hiddenSize: 3, key: Self.key), GRU(inputSize: 3, hiddenSize: 3, key: Self.key.folding(1))],
      dropout: 0.4, dropoutMasks: .perSequence)
    let model = ManyToMany(before: [SequenceDropout(0.3)], stack, after: [SequenceDropout(0.3)])
    let inputs = SequenceBatch(.doubles([4, 3, 2], seed: 3), lengths: [4, 0, 2])
    let check = checkGradient(of: model, key: Self.key, sample: 60) { $0(inputs).logits.values.weighedSum() }
    #expect(check.agrees, "\(check)")
    #expect(checkModule(model).isEmpty)
  }

  @Test func layersOfAStackHaveMasksOfTheirOwn() {
    func stack(_ layers: Int) -> RecurrentStack<ElmanRNN> {
      // Each layer hands its input on.
      let layer = { () -> ElmanRNN in
        var cell = ElmanCell(inputSize: 64, hiddenSize: 64, activation: .identity, bias: .none, key: Self.key)
        cell.weights.inputHidden.value = Tensor((0..<4096).map { $0 % 65 == 0 ? 1 : 0 }, shape: [64, 64])
        cell.weights.hiddenHidden.value = Tensor(zeros: [64, 64])
        return RecurrentLayer(cell)
      }
      return RecurrentStack((0..<layers).map { _ in layer() }, dropout: 0.5, dropoutMasks: .perSequence)
    }
    let ones = SequenceBatch(Tensor(repeating: 1, shape: [3, 1, 64]))
    let two = WeightDropTests.outputs(stack(2), ones, key: Self.key)
    let three = WeightDropTests.outputs(stack(3), ones, key: Self.key)
    #expect(Set(two) == [0, 2])
    #expect(Set(three) == [0, 4])
    #expect(Array(two[..<64]) == Array(two[64..<128]))
  }
}
