import RecurrentTensor
import RecurrentTestSupport
import Testing

struct CTCTests {
  private static func targets(_ rows: [[Int32]], blank: Int32 = 0) -> CTCTargets {
    let longest = rows.map(\.count).max() ?? 0
    return CTCTargets(
      symbols: (0..<longest).flatMap { place in rows.map { place < $0.count ? $0[place] : -1 } },
      lengths: rows.map { Int32($0.count) }, longest: longest, batchSize: rows.count, blank: blank)
  }

  @Test(arguments: [0, 2, 3], [nil, [5, 0, 6, 3], [2, 6, 4, 1]] as [[Int32]?])
  func gradient(blank: Int32, lengths: [Int32]?) {
    // Of the other symbols the first two: repeated, one after the other, none.
    let (a, b) = (Int32(blank == 0 ? 1 : 0), Int32(blank == 3 ? 2 : 3))
    let targets = Self.targets([[a, a], [b], [a, b, b], []], blank: blank)
    let check = checkFunctionGradient(of: .doubles([6, 4, 4], seed: 1)) {
      $0.ctcLosses(targets: targets, lengths: lengths, impossible: 0)
    }
    #expect(check.agrees, "\(check)")
    let losses = Tensor.doubles([6, 4, 4], seed: 1).ctcLosses(targets: targets, lengths: lengths)
    #expect(losses.doubles.allSatisfy { $0 >= 0 })
  }

  /// With one way only, a target of as many symbols as steps, the loss is the sum of the cross-entropies.
  @Test func asManySymbolsAsStepsIsCrossEntropy() {
    let logits = Tensor.doubles([3, 2, 5], seed: 2)
    let losses = logits.ctcLosses(targets: Self.targets([[1, 2, 1], [4, 3, 4]])).doubles
    let steps = logits.crossEntropy(targets: [1, 4, 2, 3, 1, 4]).doubles
    for row in 0..<2 {
      #expect(abs(losses[row] - (steps[row] + steps[2 + row] + steps[4 + row])) < 1e-12)
    }
  }

  @Test func emptyBatchAndNoSteps() {
    #expect(Tensor(zeros: [4, 0, 3]).ctcLosses(targets: Self.targets([])).shape == [0])
    let losses = Tensor(zeros: [0, 2, 3]).ctcLosses(targets: Self.targets([[], [1]]))
    #expect(losses.scalars == [0, .infinity])
    let best = Tensor(zeros: [0, 2, 3]).ctcBest(targets: Self.targets([[], [1]]))
    #expect(best.states.isEmpty && best.scores.scalars == [0, -.infinity])
  }

  @Test func targetsBehindAnEndAreNotRead() {
    let logits = Tensor(normal: [5, 2, 3], key: RandomKey(seed: 3))
    func losses(_ behind: Int32) -> [Float] {
      let targets = CTCTargets(symbols: [1, 2, behind, 1], lengths: [1, 2], longest: 2, batchSize: 2, blank: 0)
      return logits.ctcLosses(targets: targets).scalars
    }
    #expect(losses(-1) == losses(0))
    #expect(losses(-1) == losses(1000))
  }

  /// Of equally likely alignments the one that ends with a symbol, and that goes on as early as it can.
  @Test func tiesAreDecidedAlike() {
    let best = Tensor(zeros: [5, 1, 3]).ctcBest(targets: Self.targets([[1, 2]]))
    #expect(best.states == [1, 3, 3, 3, 3])
    #expect(Tensor(zeros: [3, 1, 3]).ctcBest(targets: Self.targets([[]])).states == [0, 0, 0])
  }
}
