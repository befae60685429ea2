import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
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

  @Test func rowsAreReplaced() {
    let other = LSTMState(hidden: Tensor([9, 8], shape: [1, 2]), cell: Tensor([7, 6], shape: [1, 2]))
    let replaced = Self.state.replacing(rows: [1], with: other)
    #expect(replaced.hidden.scalars == [1, 2, 9, 8])
    #expect(replaced.cell.scalars == [5, 6, 7, 6])
    let stack = StackState(layers: [Self.state]).replacing(rows: [1, 0], with: StackState(layers: [Self.state]))
    #expect(stack.layers[0].hidden.scalars == [3, 4, 1, 2])
    let check = checkFunctionGradient(of: [Self.state.hidden, other.hidden]) { parts in
      HiddenState(hidden: parts[0]).replacing(rows: [0], with: HiddenState(hidden: parts[1])).hidden
    }
    #expect(check.agrees, "\(check)")
  }

  @Test func batchesAreJoined() {
    let joined = LSTMState(joining: [Self.state, Self.state.map { $0 * 10 }])
    #expect(joined.hidden.scalars == [1, 2, 3, 4, 10, 20, 30, 40])
    let single = StackState(layers: [AnyState(Self.state)])
    let any = StackState(joining: [single, single])
    #expect(any.layers[0].components[1].scalars == [5, 6, 7, 8, 5, 6, 7, 8])
  }

  @Test func directionsStandSideBySide() {
    let both = BidirectionalState(forward: Self.state, backward: Self.state.map { $0 * 10 })
    #expect(BidirectionalState<LSTMState>.componentNames == ["hidden", "cell", "hidden_reverse", "cell_reverse"])
    #expect(both.hidden.scalars == [1, 2, 10, 20, 3, 4, 30, 40])
    #expect(BidirectionalState<LSTMState>(components: both.components).backward.cell.scalars == [50, 60, 70, 80])
  }
}
