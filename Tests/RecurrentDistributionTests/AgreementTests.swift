import RecurrentDistribution
import Testing

@Suite struct AgreementTests {
  @Test(arguments: [1, 3]) func ranksThatAgreePass(count: Int) throws {
    _ = try InProcessCommunicator.run(count: count) { communicator in
      try communicator.requireAgreement(on: [("the version", "0.1.0"), ("the data", "")])
    }
  }

  @Test func theFirstDifferenceIsToldToAllAlike() throws {
    let told = try InProcessCommunicator.run(count: 4) { communicator in
      let data = communicator.rank % 2 == 0 ? "abc" : "abd"
      let error = #expect(throws: CommunicationError.self) {
        try communicator.requireAgreement(on: [("the version", "1"), ("the data", data), ("the end", data)])
      }
      return error?.description ?? ""
    }
    let line = "the data of ranks 1, 3 differs from that of rank 0; give all hosts the same program, files and flags"
    #expect(told == Array(repeating: line, count: 4))
  }

  @Test func aMissingFactIsADifference() {
    #expect(throws: CommunicationError.ranksDiffer(what: "b", ranks: [1])) {
      try InProcessCommunicator.run(count: 2) { communicator in
        let facts = [(name: "a", value: "1"), (name: "b", value: "")]
        try communicator.requireAgreement(on: communicator.rank == 0 ? facts : Array(facts.prefix(1)))
      }
    }
  }
}
