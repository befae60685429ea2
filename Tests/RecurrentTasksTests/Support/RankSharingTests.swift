import RecurrentDistribution
import Testing

@testable import RecurrentTasks

/// Which rank does which piece of a work that is divided, and what all get of it.
@Suite struct RankSharingTests {
  @Test(arguments: 1...5, [0, 1, 4, 7, 40]) func everyPieceIsDoneByOneRank(ranks: Int, count: Int) throws {
    let found = try InProcessCommunicator.run(count: ranks) { communicator -> (own: [Int], all: [String]) in
      var own: [Int] = []
      let all = try communicator.sharing(count) { number -> String in
        own.append(number)
        return "piece \(number)"
      }
      return (own, all)
    }
    #expect(found.flatMap(\.own).sorted() == Array(0..<count))
    #expect(found.allSatisfy { $0.all == (0..<count).map { "piece \($0)" } })
  }

  /// Batches sorted by length are ever more work.
  @Test(arguments: [2, 3, 4, 8]) func piecesThatGrowAreSharedEvenly(ranks: Int) throws {
    let count = 4 * ranks
    let work = try InProcessCommunicator.run(count: ranks) { communicator in
      (0..<count).reduce(0) { $0 + (communicator.rank(ofPiece: $1) == communicator.rank ? $1 : 0) }
    }
    #expect(Set(work).count == 1, "\(work)")
  }

  @Test(arguments: [1, 2, 3], [1, 5, 6]) func whatIsDoneIsToldOnce(ranks: Int, count: Int) throws {
    let told = try InProcessCommunicator.run(count: ranks) { communicator -> [Int] in
      guard communicator.rank == 0 else {
        _ = try communicator.sharing(count) { Double($0) }
        return []
      }
      var told: [Int] = []
      _ = try communicator.sharing(count) { number -> Double in
        told += communicator.piecesDone(with: number, of: count)
        return 0
      }
      return told
    }
    #expect(told[0] == Array(0..<count))
  }
}
