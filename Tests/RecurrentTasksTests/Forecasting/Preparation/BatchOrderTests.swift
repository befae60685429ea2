import RecurrentTasks
import Testing

@Suite struct BatchOrderTests {
  @Test func shufflingByHand() {
    // Fisher and Yates from the end: 3 <-> 1, 2 <-> 2, 1 <-> 0.
    var draws = [1, 2, 0].makeIterator()
    var bounds: [Int] = []
    let order = BatchOrder.shuffled(4) { bound in
      bounds.append(bound)
      return draws.next() ?? 0
    }
    #expect(order == [3, 0, 2, 1])
    #expect(bounds == [4, 3, 2])
  }

  @Test func everyOrderIsEquallyLikely() {
    // Over all possible draws each of the 24 orders of four comes exactly once.
    var orders: Set<[Int]> = []
    for draw in 0..<24 {
      var rest = draw
      orders.insert(
        BatchOrder.shuffled(4) { bound in
          defer { rest /= bound }
          return rest % bound
        })
    }
    #expect(orders.count == 24)
  }

  @Test func batchesHoldEveryExampleOnce() {
    let order = Array(0..<10)
    #expect(BatchOrder.batches(order, size: 4).map(Array.init) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    #expect(BatchOrder.batches(order, size: 100).map(Array.init) == [order])
    #expect(BatchOrder.batches([], size: 4).isEmpty)
    #expect(BatchOrder.shuffled(0) { _ in 0 } == [])
  }
}
