import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

@Suite struct CausalConvolutionTests {
  private static let key = RandomKey(seed: 3)
  private let layer = CausalConvolution(inputSize: 3, outputSize: 4, kernelSize: 3, dilation: 2, key: key)
  private let x = Tensor(normal: [9, 2, 3], key: key.folding(1))

  @Test func visitsAllThatItHolds() {
    #expect(checkModule(layer).isEmpty)
    let stack = RecurrentStack([layer, CausalConvolution(inputSize: 4, outputSize: 4, kernelSize: 2, key: Self.key)])
    #expect(checkModule(stack).isEmpty)
    #expect(Set(stack.parameters.map(\.path)).count == 4)
  }

  /// The same as the convolution with all its zeros in front.
  @Test func equalsTheCausalPadding() {
    var padded = Conv1d(
      inputChannels: 3, outputChannels: 4, kernelSize: 3, padding: .causal, dilation: 2, key: Self.key)
    padded.weight = layer.convolution.weight
    padded.bias = layer.convolution.bias
    let batch = SequenceBatch(x, lengths: [9, 4])
    #expect(layer(batch).outputs.values.scalars == relu(padded(batch).values).scalars)
  }

  /// However a sequence is cut, outputs and last states have the same bits.
  @Test(arguments: [1, 2, 4, 5, 8]) func partsMakeTheWhole(cut: Int) {
    let whole = layer(SequenceBatch(x))
    let first = layer(SequenceBatch(x.slice(axis: 0, 0..<cut)))
    let second = layer(SequenceBatch(x.slice(axis: 0, cut..<9)), from: first.finalState)
    #expect(
      first.outputs.values.scalars + second.outputs.values.scalars == whole.outputs.values.scalars)
    #expect(second.finalState.past.scalars == whole.finalState.past.scalars)
    #expect(second.finalState.hidden.scalars == whole.finalState.hidden.scalars)
  }

  @Test func eachRowEndsWhereItsStepsEnd() {
    let ragged = layer(SequenceBatch(x, lengths: [9, 5]))
    let alone = layer(SequenceBatch(x.slice(axis: 0, 0..<5).slice(axis: 1, 1..<2)))
    #expect(ragged.finalState.selecting(rows: [1]).past.scalars == alone.finalState.past.scalars)
    #expect(ragged.finalState.selecting(rows: [1]).hidden.scalars == alone.finalState.hidden.scalars)
    #expect(ragged.outputs.values.slice(axis: 0, 5..<9).slice(axis: 1, 1..<2).scalars.allSatisfy { $0 == 0 })
    // A row of no steps keeps what it had.
    let kept = layer(SequenceBatch(x, lengths: [9, 0]), from: ragged.finalState).finalState.selecting(rows: [1])
    #expect(
      kept.past.scalars == alone.finalState.past.scalars && kept.hidden.scalars == alone.finalState.hidden.scalars)
  }

  @Test func stepsDoNotSeeTheFuture() {
    var changed = x.scalars
    for index in 6 * 6..<changed.count { changed[index] += 1 }
    let later = layer(SequenceBatch(Tensor(changed, shape: [9, 2, 3]))).outputs.values
    let values = layer(SequenceBatch(x)).outputs.values
    #expect(later.slice(axis: 0, 0..<6).scalars == values.slice(axis: 0, 0..<6).scalars)
    #expect(later.scalars != values.scalars)
  }

  @Test func gradientsAreThoseOfDifferences() {
    let check = checkGradient(of: layer) { layer in
      let batch = SequenceBatch(x.converted(to: .float64), lengths: [9, 6])
      let (outputs, state) = layer(batch)
      return outputs.values.squared().sum() + state.past.sum() + (state.hidden * 3).sum()
    }
    #expect(check.agrees, "\(check.description)")
  }
}
