import RecurrentDistribution
import Testing

@Suite struct GatheringTests {
  @Test(arguments: [1, 2, 3]) func allGetTheBytesOfAllWhileOtherWorkGoesOn(ranks: Int) throws {
    let found = try InProcessCommunicator.run(count: ranks) { communicator -> [[[UInt8]]] in
      let own = UInt8(communicator.rank)
      let first = Gathering([own, 1], over: communicator)
      let second = Gathering([UInt8](repeating: own, count: 2000), over: communicator)
      try communicator.barrier()
      // In another order than they were submitted in.
      let long = try second.wait()
      return [try first.wait(), long.map { Array($0.suffix(1)) }]
    }
    let expected = [(0..<ranks).map { [UInt8($0), 1] }, (0..<ranks).map { [UInt8($0)] }]
    #expect(found == Array(repeating: expected, count: ranks))
  }

  @Test func theEndOfARankReachesWhoeverWaits() throws {
    struct Broken: Error {}
    #expect(throws: Broken.self) {
      try InProcessCommunicator.run(count: 2) { communicator in
        if communicator.rank == 1 { throw Broken() }
        let gathering = Gathering([1], over: communicator)
        #expect(throws: CommunicationError.rankLost(rank: 1)) { try gathering.wait() }
      }
    }
  }
}
