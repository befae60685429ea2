import RecurrentLayers
import RecurrentTensor
import Testing

struct RecurrentStateTests {
  static let state = LSTMState(
    hidden: Tensor([1, 2, 3, 4], shape: [2, 2]), cell: Tensor([5, 6, 7, 8], shape: [2, 2]))

  @Test func partsComeInTheOrderOfTheirNames() {
    #expect(LSTMState.componentNames == ["hidden", "cell"])
    #expect(Self.state.components.map(\.scalars) == [[1, 2, 3, 4], [5, 6, 7, 8]])
    #expect(LSTMState(components: Self.state.components).cell.scalars == [5, 6, 7, 8])
    #expect(HiddenState(components: [Self.state.cell]).hidden.scalars == [5, 6, 7, 8])
  }

  @Test func rowsAreSelectedInOrder() {
    let selected = Self.state.selecting(rows: [1, 0, 1])
    #expect(selected.hidden.scalars == [3, 4, 1, 2, 3, 4])
    #expect(selected.cell.scalars == [7, 8, 5, 6, 7, 8])
    let stack = StackState(layers: [Self.state, Self.state.map { $0 * 10 }]).selecting(rows: [1])
    #expect(stack.layers.map(\.hidden.scalars) == [[3, 4], [30, 40]])
  }

  @Test func directionsStandSideBySide() {
    let both = BidirectionalState(forward: Self.state, backward: Self.state.map { $0 * 10 })
    #expect(BidirectionalState<LSTMState>.componentNames == ["hidden", "cell", "hidden_reverse", "cell_reverse"])
    #expect(both.hidden.scalars == [1, 2, 10, 20, 3, 4, 30, 40])
    #expect(BidirectionalState<LSTMState>(components: both.components).backward.cell.scalars == [50, 60, 70, 80])
  }
}
