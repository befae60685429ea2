import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

@testable import RecurrentTasks

@Suite struct LongLagExperimentTests {
  static let settings = LongLagSettings(
    cell: .gru, hiddenSize: 16, batchSize: 16, learningRate: 1e-2, longestLag: 10, stepLimit: 600,
    stepsBetweenEvaluations: 50, seed: 1)

  @Test(arguments: [StudyCell.lstm, .gru]) func learnsToAdd(_ cell: StudyCell) throws {
    var settings = Self.settings
    settings.cell = cell
    var seen: [LongLagResult.Point] = []
    let result = try LongLagExperiment(AddingProblem(stepCount: 10), settings).run { seen.append($0) }
    #expect(result.isSolved && result.stopReason == nil)
    #expect(result.history == seen)
    #expect(result.history.dropLast().allSatisfy { $0.value > 0.01 })
    let last = try #require(result.history.last)
    #expect(last.value <= 0.01 && last.step % 50 == 0)
    #expect(AddingProblem(stepCount: 10).evaluate(key: RandomKey(seed: 99)) { result.network($0) } < 0.02)
  }

  @Test func theSameSeedGivesTheSameRun() throws {
    var settings = Self.settings
    settings.stepLimit = 60
    func values(_ seed: UInt64) throws -> [Double] {
      settings.seed = seed
      return try LongLagExperiment(CopyMemory(delay: 3, length: 2), settings).run().history.flatMap {
        [$0.loss, $0.value]
      }
    }
    let first = try values(1)
    #expect(first.count == 4)
    #expect(try values(1) == first)
    #expect(try values(2) != first)
  }

  @Test func goalsAndLimits() throws {
    var experiment = LongLagExperiment(AddingProblem(stepCount: 10), Self.settings)
    experiment.goal = 100
    #expect(try experiment.run().history.count == 1)
    experiment.goal = nil
    var settings = Self.settings
    settings.stepLimit = 70
    let all = try LongLagExperiment(AddingProblem(stepCount: 10), settings).run()
    #expect(all.history.map(\.step) == [50, 70] && !all.isSolved)
  }

  @Test func endsWhenAsked() throws {
    let stop = StopRequest()
    stop.stop()
    let result = try LongLagExperiment(AddingProblem(stepCount: 10), Self.settings).run(stop: stop)
    #expect(result.history.map(\.step) == [1] && result.stopReason == .program)
  }

  @Test func divergenceIsAnError() {
    var settings = Self.settings
    settings.cell = .irnn
    settings.learningRate = 1e30
    #expect {
      try LongLagExperiment(AddingProblem(stepCount: 50), settings).run()
    } throws: { error in
      guard case .diverged("adding", "IRNN", let step)? = error as? StudyError else { return false }
      return step > 1 && ExitStatus(of: error) == .diverged
    }
  }

  /// The rate falls to 0: the last steps change next to nothing, and the run differs from one that keeps its rate.
  @Test func decayOfTheLearningRate() throws {
    var settings = Self.settings
    settings.stepLimit = 100
    let kept = try LongLagExperiment(AddingProblem(stepCount: 10), settings).run()
    settings.decaysLearningRate = true
    let decayed = try LongLagExperiment(AddingProblem(stepCount: 10), settings).run()
    #expect(kept.history.map(\.loss) != decayed.history.map(\.loss))
  }

  // MARK: Problems

  /// Whoever knows the answer is right, and whoever says what needs no memory reaches the baseline.
  @Test func measuresOfKnownAnswers() {
    let copy = CopyMemory(delay: 4)
    let key = RandomKey(seed: 5)
    // The symbol of step t comes back at t + 14; answering it needs nothing but a delay.
    let right = copy.evaluate(key: key) { inputs in
      let shifted = Tensor(
        concatenating: [Tensor(zeros: [14, inputs.batchSize, 10]), inputs.values.slice(axis: 0, 0..<10)], axis: 0)
      return shifted.slice(axis: 2, 0..<9)
    }
    #expect(right == 1)
    let guess = copy.evaluate(key: key) { inputs in Tensor(zeros: [inputs.stepCount, inputs.batchSize, 9]) }
    #expect(abs(guess - copy.measure.baseline) < 0.02)

    let adding = AddingProblem(stepCount: 6)
    let sum = adding.evaluate(key: key) { inputs in
      (inputs.values.slice(axis: 2, 0..<1) * inputs.values.slice(axis: 2, 1..<2)).sum(axis: 0)
    }
    #expect(sum < 1e-12)
    let one = adding.evaluate(key: key) { Tensor(repeating: 1, shape: [$0.batchSize, 1]) }
    #expect(abs(one - adding.measure.baseline) < 0.02)
  }

  @Test func countingIsJudgedWordByWord() {
    let problem = CountingProblem(.anbn, trained: 1...3, longest: 6)
    let words = CountingLanguage.anbn.batch(Array(1...6))
    let perfect = (words.legal - Tensor(0.5)) * Tensor(10)
    #expect(problem.evaluate(key: RandomKey(seed: 1)) { _ in perfect } == 1)
    var wrong = perfect
    // Step 4 of the word of n = 5: the letter may go on.
    wrong.withMutableScalars { $0[(4 * 6 + 4) * 3 + 1] = -5 }
    #expect(problem.rightWords(upTo: 6) { _ in wrong } == [true, true, true, true, false, true])
    let batch = problem.trainingBatch(50, step: 0, key: RandomKey(seed: 1))
    #expect(batch.inputs.stepCount == 7 && batch.inputs.featureCount == 3)
  }

  @Test func chronoGatesReachTheCells() throws {
    let layer = StudyCell.lstm.makeLayer(inputSize: 2, hiddenSize: 50, longestLag: 100, key: RandomKey(seed: 1))
    let cell = try #require(layer.wrapped as? RecurrentLayer<LSTMCell>).cell
    let biases = try #require(cell.weights.inputBias).value.scalars
    let forget = biases[50..<100]
    #expect(forget.allSatisfy { (0...Float(4.6)).contains($0) } && forget.contains { $0 > 4 })
    #expect(zip(biases[0..<50], forget).allSatisfy { $0 == -$1 })
  }
}
