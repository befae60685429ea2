import RecurrentTensor
import Testing

@testable import RecurrentCLI

struct ReferenceCheckTests {
  private static let shape = BenchShape(steps: 5, batch: 3, inputSize: 7, hiddenSize: 9, layers: 2)

  @Test(arguments: BenchCell.allCases, BenchMode.allCases) func kernelsAgree(cell: BenchCell, mode: BenchMode) throws {
    var plain = BenchProblem(cell: cell, shape: Self.shape, mode: mode)
    let check = ReferenceCheck(plain)
    // Single and double precision never agree to the bit.
    #expect(check.worstDifference > 0)
    try check.require(of: plain)
    // Few rows that are normalised together magnify rounding, and a first state that all share is evened out to nothing.
    if cell == .lstmBatchNormalized { plain.shape.batch = 9 }
    let states = BenchProblem.StartingState.allCases.filter { $0 != .trainable || cell != .lstmBatchNormalized }
    plain.lengths = .uniform
    plain.isBidirectional = true
    plain.dropout = 0.3
    for state in states {
      plain.state = state
      try ReferenceCheck(plain).require(of: plain)
    }
  }

  /// Outputs; weights and biases of two layers; the input.
  @Test func whatIsCompared() {
    var train = BenchProblem(cell: .gru, shape: Self.shape, mode: .train).prepared()
    train.run()
    #expect(
      train.results.map(\.shape.dimensions) == [
        [5, 3, 9], [27, 7], [27, 9], [27], [27], [27, 9], [27, 9], [27], [27], [5, 3, 7],
      ])
    #expect(train.results.allSatisfy { $0.scalars.contains { $0 != 0 } })
    var infer = BenchProblem(cell: .gru, shape: Self.shape, mode: .infer).prepared()
    infer.run()
    #expect(infer.results.count == 1)
    #expect(infer.results[0].scalars == train.results[0].scalars)
  }

  @Test func differencesAreFound() {
    #expect(ReferenceCheck.difference([1, 2, 4], [1, 2, 4]) == 0)
    #expect(ReferenceCheck.difference([1, 2.5, 4], [1, 2, 4]) == 0.125)
    #expect(ReferenceCheck.difference([1, .nan], [1, 2]) == .infinity)
    #expect(ReferenceCheck.difference([1], [1, 2]) == .infinity)
    #expect(ReferenceCheck.difference([1e-9], [0]) == .infinity)
    let problem = BenchProblem(cell: .lstm, shape: Self.shape, mode: .infer)
    let error = #expect(throws: BenchError.self) { try ReferenceCheck(worstDifference: 1e-3).require(of: problem) }
    #expect(error?.description.hasPrefix("LSTM T5 B3 I7 H9 L2 infer: the results of the ") == true)
  }

  @Test func largeProblemsAreCut() {
    let shape = BenchShape(steps: 100, batch: 64, inputSize: 1024, hiddenSize: 1024, layers: 1)
    let small = ReferenceCheck.reduced(BenchProblem(cell: .lstm, shape: shape, mode: .infer)).shape
    #expect(small.inputSize == 1024 && small.hiddenSize == 1024 && small.batch == 2 && small.steps == 2)
    let untouched = BenchProblem(cell: .lstm, shape: Self.shape, mode: .train)
    #expect(ReferenceCheck.reduced(untouched).shape == Self.shape)
  }

  @Test func checksumsSeeEveryChange() {
    let a = Tensor([1, 2, 3, 4], shape: [4])
    let sum = Checksum.of([a])
    #expect(sum == Checksum.of([a]))
    #expect(sum != Checksum.of([Tensor([1, 3, 2, 4], shape: [4])]))
    #expect(sum != Checksum.of([Tensor([1, 2, 3, Float(4).nextUp], shape: [4])]))
  }

  @Test func runsAreCounted() {
    var calls = 0
    let timing = Stopwatch(budget: 0, leastRuns: 3).time {
      calls += 1
      var time = Stopwatch.now()
      while Stopwatch.now() < time + 1e-3 { time += 0 }
    }
    #expect(timing.runs == 3 && calls == 5)
    #expect(timing.seconds >= 1e-3)
    let sorted = Stopwatch.Timing(sorting: [5, 1, 3, 4, 2])
    #expect(sorted.seconds == 3 && sorted.spread == 2.0 / 3)
  }
}
