import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct SequencePoolingTests {
  static let lengths = [5, 0, 3, 1]
  static let values = Tensor(normal: [5, 4, 3], key: RandomKey(seed: 8))

  static func pooled(_ kind: String, _ batch: SequenceBatch) -> Tensor {
    let state = HiddenState(hidden: Tensor(zeros: [batch.batchSize, 1]))
    return kind == "mean" ? MeanPooling()(batch, finalState: state) : MaxPooling()(batch, finalState: state)
  }

  @Test func meanAndMaximumAreTakenOverRealSteps() {
    let batch = SequenceBatch(Tensor([1, -4, 2, -5, 9, 9], shape: [3, 2, 1]), lengths: [2, 2])
    #expect(Self.pooled("mean", batch).scalars == [1.5, -4.5])
    #expect(Self.pooled("max", batch).scalars == [2, -4])
    #expect(Self.pooled("mean", SequenceBatch(batch.values)).scalars == [4, 0])
    #expect(Self.pooled("max", SequenceBatch(batch.values)).scalars == [9, 9])
  }

  @Test(arguments: ["mean", "max"]) func aRowOfLengthZeroGivesZeros(_ kind: String) {
    let found = Self.pooled(kind, SequenceBatch(Self.values, lengths: Self.lengths))
    #expect(found[1].scalars == [0, 0, 0])
    #expect(Self.pooled(kind, SequenceBatch(Tensor(zeros: [0, 2, 3]))).scalars == [0, 0, 0, 0, 0, 0])
    #expect(Self.pooled(kind, SequenceBatch(Tensor(zeros: [0, 1, 3]), lengths: [0])).scalars == [0, 0, 0])
  }

  @Test(arguments: ["mean", "max"]) func gradients(_ kind: String) {
    for lengths in [nil, Self.lengths] {
      let check = checkFunctionGradient(of: Self.values, step: 1e-5) {
        Self.pooled(kind, SequenceBatch($0, lengths: lengths))
      }
      #expect(check.agrees, "\(check)")
    }
  }

  /// Neither what padding holds, nor how much of it there is, nor the other rows change a bit.
  @Test(arguments: ["mean", "max"]) func rowsStandAlone(_ kind: String) {
    func bits(_ tensor: Tensor) -> [UInt32] { tensor.scalars.map(\.bitPattern) }
    let whole = Self.pooled(kind, SequenceBatch(Self.values, lengths: Self.lengths))
    var spoiled = Self.values
    spoiled.withMutableScalars { scalars in
      for index in scalars.indices where index / 12 >= Self.lengths[index / 3 % 4] { scalars[index] = .nan }
    }
    #expect(bits(Self.pooled(kind, SequenceBatch(spoiled, lengths: Self.lengths))) == bits(whole))
    let longer = Tensor(concatenating: [Self.values, Tensor(repeating: 7, shape: [3, 4, 3])], axis: 0)
    #expect(bits(Self.pooled(kind, SequenceBatch(longer, lengths: Self.lengths))) == bits(whole))
    for (row, length) in Self.lengths.enumerated() where length > 0 {
      let alone = SequenceBatch(Self.values.slice(axis: 1, row..<row + 1).slice(axis: 0, 0..<length))
      #expect(bits(Self.pooled(kind, alone)) == bits(whole[row]), "row \(row)")
    }
  }

  @Test func theLastStateIsThatOfEachRow() {
    let key = RandomKey(seed: 3)
    let layer = SkipConnectionsTests.both(3, 2)
    let batch = SequenceBatch(Self.values, lengths: Self.lengths)
    let (outputs, last) = layer(batch)
    let pooled = LastStatePooling()(outputs, finalState: last)
    for (row, length) in Self.lengths.enumerated() where length > 0 {
      let output = outputs.values
      #expect(Array(pooled[row].scalars[..<2]) == Array(output[length - 1][row].scalars[..<2]))
      #expect(Array(pooled[row].scalars[2...]) == Array(output[0][row].scalars[2...]))
    }
    #expect(pooled[1].scalars == [0, 0, 0, 0])
    let stack = RecurrentStack(LSTM(inputSize: 3, hiddenSize: 2, key: key), GRU(inputSize: 2, hiddenSize: 5, key: key))
    let (top, state) = stack(batch)
    #expect(LastStatePooling()(top, finalState: state).scalars == state.layers[1].hidden.scalars)
    #expect(LastStatePooling(.all)(top, finalState: state).shape == [4, 9])
  }

  @Test func transformsStandAroundAPooling() {
    let key = RandomKey(seed: 4)
    let before = Linear(inputSize: 3, outputSize: 2, key: key)
    let after = Linear(inputSize: 2, outputSize: 4, key: key.folding(1))
    let pooling = TransformedPooling(steps: [before, Activation.tanh], .mean, after: [after])
    let batch = SequenceBatch(Self.values)
    let state = HiddenState(hidden: Tensor(zeros: [4, 3]))
    let expected = after(tanh(before(Self.values)).mean(axis: 0))
    for (a, b) in zip(pooling(batch, finalState: state).scalars, expected.scalars) { #expect(abs(a - b) < 1e-6) }
    #expect(checkModule(pooling) == [])
    let ragged = SequenceBatch(Self.values.converted(to: .float64), lengths: Self.lengths)
    let check = checkGradient(of: pooling) { $0(ragged, finalState: state).weighedSum() }
    #expect(check.agrees, "\(check)")
  }
}
