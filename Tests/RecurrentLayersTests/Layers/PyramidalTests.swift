import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct PyramidalTests {
  static let key = RandomKey(seed: 61)

  @Test func pairsStandSideBySide() {
    let values = Tensor((0..<20).map { Float($0) }, shape: [5, 2, 2])
    let whole = SequenceBatch(values).joiningPairs()
    #expect(whole.values.shape == [3, 2, 4])
    #expect(whole.lengths == nil)
    // Row 0 has 0 1, 4 5, 8 9, 12 13, 16 17.
    #expect((0..<3).map { whole.values[$0][0].scalars } == [[0, 1, 4, 5], [8, 9, 12, 13], [16, 17, 0, 0]])
    let ragged = SequenceBatch(values, lengths: [3, 4]).joiningPairs()
    #expect(ragged.lengths == [2, 2])
    #expect((0..<3).map { ragged.values[$0][0].scalars } == [[0, 1, 4, 5], [8, 9, 0, 0], [0, 0, 0, 0]])
    #expect(ragged.values[1][1].scalars == [10, 11, 14, 15])
  }

  @Test(arguments: [0, 1, 2, 7]) func lengthsAreRoundedUp(length: Int) {
    let batch = SequenceBatch(Tensor(zeros: [7, 1, 2]), lengths: [length]).joiningPairs()
    #expect(batch.lengths == (length == 7 ? [4] : [Int32((length + 1) / 2)]))
    #expect(SequenceBatch(Tensor(zeros: [length, 1, 2])).joiningPairs().stepCount == (length + 1) / 2)
  }

  @Test func isTheLayerOverPairs() {
    let layer = GRU(inputSize: 6, hiddenSize: 4, key: Self.key)
    let inputs = SequenceBatch(Tensor(normal: [8, 3, 3], key: Self.key), lengths: [8, 5, 0])
    let pyramid = Pyramidal(layer)
    #expect(pyramid.inputSize == 3 && pyramid.outputSize == 4)
    let (outputs, state) = pyramid(inputs)
    #expect(outputs.lengths == [4, 3, 0])
    let (expected, expectedState) = layer(inputs.joiningPairs())
    #expect(outputs.values.scalars == expected.values.scalars)
    #expect(state.hidden.scalars == expectedState.hidden.scalars)
    #expect(checkModule(pyramid) == [])
  }

  /// Neither padding nor the other rows reach a row.
  @Test func rowsAreAlone() {
    let pyramid = Pyramidal(LSTM(inputSize: 4, hiddenSize: 3, key: Self.key))
    var values = Tensor(normal: [7, 2, 2], key: Self.key)
    let expected = pyramid(SequenceBatch(values, lengths: [5, 7])).outputs.values
    values.withMutableScalars { scalars in
      for step in 5..<7 { for feature in 0..<2 { scalars[step * 4 + feature] = .nan } }
    }
    #expect(pyramid(SequenceBatch(values, lengths: [5, 7])).outputs.values.scalars == expected.scalars)
    let alone = SequenceBatch(values.slice(axis: 1, 0..<1).slice(axis: 0, 0..<5))
    #expect(
      pyramid(alone).outputs.values.scalars == expected.slice(axis: 1, 0..<1).slice(axis: 0, 0..<3).scalars)
  }

  @Test func gradient() {
    let inputs = Tensor.doubles([5, 2, 2], seed: 3)
    let check = checkFunctionGradient(of: inputs) {
      SequenceBatch($0, lengths: [5, 2]).joiningPairs().values.squared()
    }
    #expect(check.agrees, "\(check)")
  }
}
