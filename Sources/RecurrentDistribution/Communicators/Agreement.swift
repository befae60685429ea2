extension Communicator {
  /// Checks that something is the same on all ranks, such as the version of the program and digests of settings and data:
  /// ranks that differ would compute nonsense together.
  ///
  /// - Parameter facts: What must be the same, and what it is on this rank; the names are in the same order everywhere.
  /// - Throws: `ranksDiffer`, on all ranks alike, with the first fact that is not the same.
  public func requireAgreement(on facts: [(name: String, value: String)]) throws(CommunicationError) {
    // Texts hold no such byte, in any encoding.
    let own = facts.map { Array($0.value.utf8) }.joined(separator: [0xFF])
    let all = try allGather(Array(own)).map { $0.split(separator: 0xFF, omittingEmptySubsequences: false) }
    for (index, fact) in facts.enumerated() {
      let expected = all[0].dropFirst(index).first
      let others = all.indices.filter { all[$0].dropFirst(index).first != expected }
      if !others.isEmpty { throw .ranksDiffer(what: fact.name, ranks: others) }
    }
  }
}
