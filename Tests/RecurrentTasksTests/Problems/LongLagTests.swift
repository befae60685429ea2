import Foundation
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTasks

@Suite struct LongLagTests {
  @Test(arguments: [2, 3, 50]) func addingProblem(stepCount: Int) {
    let (inputs, targets) = AddingProblem(stepCount: stepCount).batch(40, key: RandomKey(seed: 1))
    #expect(inputs.values.shape == [stepCount, 40, 2] && targets.shape == [40, 1] && inputs.lengths == nil)
    let values = inputs.values.scalars
    for row in 0..<40 {
      let steps = (0..<stepCount).map { (number: values[($0 * 40 + row) * 2], mark: values[($0 * 40 + row) * 2 + 1]) }
      #expect(steps.allSatisfy { (0..<1).contains($0.number) && ($0.mark == 0 || $0.mark == 1) })
      let marked = steps.indices.filter { steps[$0].mark == 1 }
      #expect(marked.count == 2 && marked[0] < stepCount / 2 && marked[1] >= stepCount / 2)
      #expect(targets.scalars[row] == steps[marked[0]].number + steps[marked[1]].number)
    }
  }

  /// Whoever answers 1 has the variance of the sum of two even numbers.
  @Test func addingBaseline() {
    let sums = AddingProblem(stepCount: 10).batch(20_000, key: RandomKey(seed: 2)).targets.doubles
    let error = sums.reduce(0) { $0 + ($1 - 1) * ($1 - 1) } / Double(sums.count)
    #expect(abs(error - AddingProblem.baseline) < 0.005)
  }

  @Test(arguments: [1, 2, 30]) func copyMemory(delay: Int) {
    let problem = CopyMemory(delay: delay)
    let (inputs, targets) = problem.batch(7, key: RandomKey(seed: 3))
    #expect(inputs.stepCount == delay + 20 && inputs.batchSize == 7 && inputs.lengths == nil)
    for row in 0..<7 {
      let symbols = (0..<inputs.stepCount).map { inputs.tokens[$0 * 7 + row] }
      let answers = (0..<inputs.stepCount).map { targets[$0 * 7 + row] }
      #expect(symbols.prefix(10).allSatisfy { (0..<8).contains($0) })
      #expect(symbols.firstIndex(of: problem.delimiter) == 9 + delay)
      #expect(symbols.count { $0 == problem.blank } == delay - 1 + 10)
      #expect(Array(answers.suffix(10)) == Array(symbols.prefix(10)))
      #expect(answers.dropLast(10).allSatisfy { $0 == problem.blank })
    }
    #expect(abs(problem.baseline - 10 * log(8) / Double(delay + 20)) < 1e-12)
    #expect(Set(problem.batch(200, key: RandomKey(seed: 3)).inputs.tokens) == Set(0...9))
  }

  @Test func wordsOfCountingLanguages() {
    #expect(CountingLanguage.anbn.word(2) == [0, 1, 1, 2, 2, 0])
    #expect(CountingLanguage.anbncn.word(1) == [0, 1, 2, 3, 0])
    #expect(CountingLanguage.anbn.legalContinuations(2) == [[1], [1, 2], [1, 2], [2], [0]])
    #expect(CountingLanguage.anbncn.legalContinuations(2) == [[1], [1, 2], [1, 2], [2], [3], [3], [0]])
  }

  /// Every prefix' legal symbols are those that some word of the language goes on with.
  @Test(arguments: [CountingLanguage.anbn, .anbncn]) func legalSymbolsAreThoseOfTheLanguage(language: CountingLanguage) {
    let words = (1...8).map(language.word)
    for n in 1...6 {
      let word = language.word(n)
      for (step, legal) in language.legalContinuations(n).enumerated() {
        let prefix = Array(word.prefix(step + 1))
        #expect(legal == Set(words.filter { $0.count > step + 1 && Array($0.prefix(step + 1)) == prefix }.map { $0[step + 1] }))
      }
    }
  }

  @Test func batchesOfWords() {
    let language = CountingLanguage.anbn
    let batch = language.batch([1, 3])
    #expect(batch.inputs == TokenBatch([[0, 1, 2], [0, 1, 1, 1, 2, 2, 2]]))
    let targets: [Int32] = [1, 1, 2, 1, 0, 1, -1, 2, -1, 2, -1, 2, -1, 0]
    #expect(batch.targets == targets)
    #expect(batch.legal.shape == [7, 2, 3])
    #expect(batch.legal[3][0].scalars == [0, 0, 0] && batch.legal[2][1].scalars == [0, 1, 1])
    let random = language.batch(100, counts: 3...5, key: RandomKey(seed: 6))
    #expect(Set(random.counts) == [3, 4, 5])
  }

  @Test func judgement() {
    let language = CountingLanguage.anbn
    let batch = language.batch([2, 1])
    let perfect = batch.legal * Tensor(0.5)
    #expect(language.isRight(perfect, for: batch) == [true, true])
    // One symbol too likely, one not likely enough, and anything behind the end of a word.
    func changed(_ step: Int, _ row: Int, _ symbol: Int, to value: Float) -> [Bool] {
      var wrong = perfect
      wrong.withMutableScalars { $0[(step * 2 + row) * 3 + symbol] = value }
      return language.isRight(wrong, for: batch)
    }
    #expect(changed(3, 0, 0, to: 0.2) == [false, true])
    #expect(changed(1, 1, 2, to: 0.05) == [true, false])
    #expect(changed(4, 1, 2, to: 0.9) == [true, true])
  }
}
