import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct SequenceBatchTests {
  /// Row n, step t and feature c hold the number `ntc`.
  static let batchMajor = Tensor(
    [111, 112, 121, 122, 131, 132, 211, 212, 221, 222, 231, 232], shape: [2, 3, 2])

  @Test func batchMajorValuesAreTurned() {
    let batch = SequenceBatch(batchMajor: Self.batchMajor)
    #expect(batch.stepCount == 3 && batch.batchSize == 2 && batch.featureCount == 2)
    #expect(batch.values.shape == [3, 2, 2])
    #expect(batch.values[1].scalars == [121, 122, 221, 222])
    #expect(batch.batchMajor.shape == [2, 3, 2])
    #expect(batch.batchMajor.scalars == Self.batchMajor.scalars)
    #expect(batch.lengths == nil)
  }

  @Test func lastIsEachRowsLastRealStep() {
    #expect(SequenceBatch(batchMajor: Self.batchMajor).last.scalars == [131, 132, 231, 232])
    #expect(SequenceBatch(batchMajor: Self.batchMajor, lengths: [1, 2]).last.scalars == [111, 112, 221, 222])
    #expect(SequenceBatch(batchMajor: Self.batchMajor, lengths: [0, 3]).last.scalars == [0, 0, 231, 232])
  }

  @Test func lastOfNoStepsIsZero() {
    #expect(SequenceBatch(Tensor(zeros: [0, 2, 3])).last.scalars == [Float](repeating: 0, count: 6))
    #expect(SequenceBatch(Tensor(zeros: [0, 2, 3]), lengths: [0, 0]).last.shape == [2, 3])
  }

  @Test func lastCarriesGradients() {
    for lengths in [nil, [3, 1], [0, 2]] {
      let check = checkFunctionGradient(of: Self.batchMajor) { SequenceBatch(batchMajor: $0, lengths: lengths).last }
      #expect(check.agrees, "\(check)")
    }
  }

  @Test func masksAreOneAtRealSteps() {
    #expect(SequenceBatch(batchMajor: Self.batchMajor).mask(elementType: .float32) == nil)
    let mask = SequenceBatch(batchMajor: Self.batchMajor, lengths: [2, 0]).mask(elementType: .float64)
    #expect(mask?.elementType == .float64)
    #expect(mask?.shape == [3, 2, 1])
    #expect(mask?.scalars == [1, 0, 1, 0, 0, 0])
  }

  @Test func otherValuesKeepTheLengths() {
    let batch = SequenceBatch(batchMajor: Self.batchMajor, lengths: [2, 0])
    let wider = batch.replacingValues(Tensor(zeros: [3, 2, 7]))
    #expect(wider.lengths == [2, 0])
    #expect(wider.featureCount == 7)
  }

  @Test func tokensArePaddedAtTheEnd() {
    let batch = TokenBatch([[4, 5, 6], [7], []])
    #expect(batch.stepCount == 3 && batch.batchSize == 3)
    #expect(batch.tokens == [4, 7, -1, 5, -1, -1, 6, -1, -1])
    #expect(batch.lengths == [3, 1, 0])
    #expect(TokenBatch([[1, 2], [3, 4]]).lengths == nil)
    #expect(TokenBatch([[1, 2], [3, 4]]).tokens == [1, 3, 2, 4])
    #expect(TokenBatch([]).stepCount == 0)
  }

  @Test func embeddedTokensKeepTheirLengths() {
    let embedding = Embedding(vocabularySize: 3, size: 2, key: RandomKey(seed: 1))
    let vectors = embedding.weight.value.scalars
    let sequence = embedding(TokenBatch([[2, 0], [1]]))
    #expect(sequence.lengths == [2, 1])
    #expect(sequence.values.shape == [2, 2, 2])
    let expected: [Float] = [vectors[4], vectors[5], vectors[2], vectors[3], vectors[0], vectors[1], 0, 0]
    #expect(sequence.values.scalars == expected)
    let check = checkGradient(of: embedding) { $0(TokenBatch([[2, 0], [1], [2]])).values.weighedSum() }
    #expect(check.agrees, "\(check)")
  }
}
