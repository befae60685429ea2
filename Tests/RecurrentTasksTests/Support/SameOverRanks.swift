import RecurrentDistribution
import RecurrentTensor
import Testing

/// Expects that one process and every rank of two, three and four give the same, bit for bit.
func expectSameOverRanks<Result: Equatable & Sendable>(
  _ expected: Result, location: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable (any Communicator) throws -> Result
) throws {
  // The ranks are threads of this process, and more of them than cores.
  ComputeEnvironment.threads = 1
  #expect(try body(SingleProcess()) == expected, "one process", sourceLocation: location)
  for ranks in [2, 3, 4] {
    for found in try InProcessCommunicator.run(count: ranks, body) where found != expected {
      Issue.record("\(ranks) ranks give something else", sourceLocation: location)
    }
  }
}
