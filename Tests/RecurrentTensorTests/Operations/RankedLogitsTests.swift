import Foundation
import Testing

@testable import RecurrentTensor

@Suite struct RankedLogitsTests {
  private static let logits = Tensor([0, 2, 1, 2, -1, 5, -.infinity, 0], shape: [2, 4])

  @Test func ranksWithTheLogarithmsOfTheProbabilities() {
    var ranked = RankedLogits()
    ranked.rank(Self.logits, count: 3)
    #expect((0..<3).map { ranked.symbol(0, rank: $0) } == [1, 3, 2])
    #expect((0..<3).map { ranked.symbol(1, rank: $0) } == [1, 3, 0])
    let sum = log(exp(0.0) + 2 * exp(2.0) + exp(1.0))
    for (rank, logit) in [2.0, 2, 1].enumerated() {
      #expect(abs(ranked.logProbability(0, rank: rank) - (logit - sum)) < 1e-6)
    }
    #expect(abs(ranked.logSum(0) - sum) < 1e-6)
  }

  @Test func canBeUsedAgainForOtherSizes() {
    var ranked = RankedLogits()
    ranked.rank(Self.logits, count: 4)
    #expect(ranked.symbol(1, rank: 3) == nil)
    ranked.rank(Self.logits[1].reshaped(to: [1, 4]), count: 1)
    #expect(ranked.symbol(0, rank: 0) == 1 && ranked.count == 1)
    ranked.rank(Self.logits, count: 2)
    #expect(ranked.symbol(1, rank: 1) == 3)
  }

  @Test func excludedSymbolsTakePartInTheSum() {
    var lists = RowLists()
    lists.append(7)
    lists.removeAll()
    lists.append(1)
    lists.append(3)
    lists.endRow()
    lists.endRow()
    var (all, some) = (RankedLogits(), RankedLogits())
    all.rank(Self.logits, count: 2)
    some.rank(Self.logits, count: 2, excluding: lists)
    #expect((0..<2).map { some.symbol(0, rank: $0) } == [2, 0])
    #expect((0..<2).map { some.symbol(1, rank: $0) } == [1, 3])
    #expect(some.logSum(0) == all.logSum(0))
  }

  @Test func aRowWithWhatIsNoNumberHasNoSymbols() {
    var ranked = RankedLogits()
    ranked.rank(Tensor([1, .nan, 3, 1, 2, 3], shape: [2, 3]), count: 2)
    #expect(ranked.symbol(0, rank: 0) == nil)
    #expect(ranked.symbol(1, rank: 0) == 2)
  }
}
