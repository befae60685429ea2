import RecurrentDistribution
import Testing

@Suite struct InProcessCommunicatorTests {
  @Test(arguments: 1...5) func gathersInTheOrderOfTheRanks(count: Int) throws {
    let gathered = try InProcessCommunicator.run(count: count) { communicator in
      // Other counts for other ranks, and none for rank 0.
      try communicator.allGather([UInt8](repeating: UInt8(communicator.rank), count: communicator.rank))
    }
    let expected = (0..<count).map { [UInt8](repeating: UInt8($0), count: $0) }
    #expect(gathered == Array(repeating: expected, count: count))
  }

  @Test func exchangesDifferentCounts() throws {
    let received = try InProcessCommunicator.run(count: 2) { communicator in
      let sent: [UInt8] = communicator.rank == 0 ? [1, 2, 3] : []
      var received = [UInt8](repeating: 0, count: communicator.rank == 0 ? 0 : 3)
      try sent.withUnsafeBytes { sent throws(CommunicationError) in
        try received.withUnsafeMutableBytes { received throws(CommunicationError) in
          try communicator.exchange(sent, received, with: 1 - communicator.rank)
        }
      }
      return received
    }
    #expect(received == [[], [1, 2, 3]])
  }

  @Test func aWrongCountIsAnError() {
    #expect(throws: CommunicationError.countMismatch(expected: 2, received: 3, peer: 0)) {
      try InProcessCommunicator.run(count: 2) { communicator in
        var bytes = [UInt8](repeating: 7, count: communicator.rank == 0 ? 3 : 2)
        try bytes.withUnsafeMutableBytes { bytes throws(CommunicationError) in
          try communicator.broadcast(bytes, from: 0)
        }
      }
    }
  }

  @Test(arguments: 0..<3) func broadcastsFromAnyRank(root: Int) throws {
    let received = try InProcessCommunicator.run(count: 3) { communicator in
      var bytes = [UInt8](repeating: UInt8(communicator.rank + 1), count: 4)
      try bytes.withUnsafeMutableBytes { bytes throws(CommunicationError) in
        try communicator.broadcast(bytes, from: root)
      }
      return bytes
    }
    #expect(received == Array(repeating: [UInt8](repeating: UInt8(root + 1), count: 4), count: 3))
  }

  @Test func theFailureOfARankReachesThoseThatWait() {
    struct Broken: Error {}
    #expect(throws: Broken.self) {
      try InProcessCommunicator.run(count: 3) { communicator in
        if communicator.rank == 2 { throw Broken() }
        try communicator.barrier()
      }
    }
  }

  @Test func submittedWorkComesBeforeLaterCalls() throws {
    let gathered = try InProcessCommunicator.run(count: 2) { communicator in
      communicator.submit { _ = try? communicator.allGather([1]) }
      return try communicator.allGather([2])
    }
    #expect(gathered == [[[2], [2]], [[2], [2]]])
  }
}
