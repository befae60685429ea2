import ArgumentParser
import Testing

@testable import RecurrentCLI

struct BenchProblemTests {
  private let shape = BenchShape(steps: 2, batch: 3, inputSize: 4, hiddenSize: 5, layers: 1)

  @Test func shapesAreRead() throws {
    #expect(try BenchShape("2,3,4,5,1") == shape)
    #expect(try BenchShape(" 2, 3,4,5 ,1") == shape)
    for text in ["", "2,3,4,5", "2,3,4,5,1,1", "2,3,4,5,0", "2,3,4,-5,1", "2,3,4,x,1", "2.0,3,4,5,1", "2,,4,5,1"] {
      #expect(throws: UsageError.self) { try BenchShape(text) }
    }
    // Neither sizes nor their products may overflow.
    for text in ["99999999999999999999,1,1,1,1", "2147483648,2147483648,1,1,1", "1,1,2000000,2000000,1"] {
      #expect(throws: UsageError.self) { try BenchShape(text) }
    }
  }

  /// What cannot be built is refused before anything is.
  @Test func aProjectionHalvesAtLeastTwoUnits() throws {
    let one = try BenchCommand.parse(["--cells", "LSTM-projection", "--shapes", "1,1,1,1,1"])
    #expect(throws: UsageError.self) { try one.problems() }
    let two = try BenchCommand.parse(["--cells", "LSTM-projection", "--shapes", "1,1,1,2,1"])
    #expect(try two.problems().count == 2)
  }

  /// Two for each weight and row, and three times as many with gradients.
  @Test(arguments: [(BenchCell.lstm, 4.0), (.gru, 3), (.gruResetBefore, 3), (.rnn, 1)])
  func operations(cell: BenchCell, gates: Double) {
    let forward = BenchProblem(cell: cell, shape: shape, mode: .infer)
    #expect(forward.operations == 2 * 6 * gates * 5 * (4 + 5))
    #expect(BenchProblem(cell: cell, shape: shape, mode: .train).operations == 3 * forward.operations)
  }

  @Test func operationsOfStacks() {
    var problem = BenchProblem(cell: .rnn, shape: shape, mode: .infer)
    problem.shape.layers = 3
    #expect(problem.operations == 2 * 6 * 5 * (9 + 10 + 10))
    // Upper layers of two directions read the outputs of both.
    problem.isBidirectional = true
    #expect(problem.operations == 2 * 6 * 10 * (9 + 15 + 15))
  }

  @Test func onlyRealStepsCount() throws {
    var problem = BenchProblem(cell: .rnn, shape: shape, mode: .infer, lengths: .uniform)
    problem.shape.steps = 40
    problem.shape.batch = 9
    let lengths = try #require(problem.rowLengths)
    #expect(lengths.count == 9 && lengths.max() == 40 && (lengths.min() ?? 0) >= 1 && Set(lengths).count > 3)
    #expect(problem.rowsPerStep.reduce(0, +) == lengths.reduce(0, +))
    #expect(problem.rowsPerStep.first == 9 && problem.rowsPerStep.last ?? 0 >= 1)
    #expect(problem.operations == Double(lengths.reduce(0, +)) * 2 * 5 * 9)
  }

  @Test func wordsNameCases() throws {
    let cells: [BenchCell] = try WordList.read("lstm, GRU-reset-before,RNN", option: "--cells")
    #expect(cells == [.lstm, .gruResetBefore, .rnn])
    #expect(throws: UsageError.self) { try WordList.read("", option: "--cells") as [BenchCell] }
    let error = #expect(throws: UsageError.self) { try WordList.read("LSTN", option: "--cells") as [BenchCell] }
    #expect(error?.description == "--cells: there is no 'LSTN'; did you mean 'LSTM'?")
  }
}
