import Foundation
import RecurrentLayers
import Testing

@testable import RecurrentCLI

struct TrainingStepTests {
  /// Parameters by hand: embedding, layers with two bias vectors each, logits.
  @Test func sizes() {
    func lstm(_ input: Int, _ hidden: Int) -> Int { 4 * hidden * (input + hidden + 2) }
    let expected: [TrainingStep.Kind: Int] = [
      .character: 65 * 64 + lstm(64, 512) + lstm(512, 512) + 65 * 513,
      .tagger: 5000 * 64 + 2 * lstm(64, 64) + 17 * 129,
      .smallWord: 10_000 * 200 + 2 * lstm(200, 200) + 10_000 * 201,
    ]
    for (kind, count) in expected {
      TrainingStep(kind).withTraining { _, parameterCount in #expect(parameterCount == count) }
    }
  }

  @Test func raggedRows() {
    let tagger = TrainingStep(.tagger)
    #expect(tagger.rowLengths.count == 16 && tagger.rowLengths[0] == 50)
    #expect(tagger.rowLengths[1] == 31 && tagger.rowLengths[2] == 12)
    #expect(Set(tagger.rowLengths).count == 16)
    let tokens = tagger.tokens(below: 17, number: 1)
    #expect(tokens.stepCount == 50 && tokens.lengths == tagger.rowLengths.map(Int32.init))
    #expect(tokens.tokens.allSatisfy { $0 < 17 && $0 >= -1 })
    #expect(tokens.tokens.count { $0 >= 0 } == tagger.rowLengths.reduce(0, +))
    #expect(TrainingStep(.character).rowLengths == Array(repeating: 100, count: 64))
  }

  /// The steps train: the loss begins where guessing is and falls.
  @Test(arguments: TrainingStep.Kind.allCases) func lossFalls(kind: TrainingStep.Kind) {
    var step = TrainingStep(kind).tiny
    step.hiddenSize = 32
    step.withTraining { oneStep, _ in
      let first = oneStep()
      #expect(abs(first - Float(log(8.0))) < 0.5)
      for _ in 0..<300 { _ = oneStep() }
      #expect(oneStep() < first / 2)
    }
  }

  @Test func linesForPrograms() throws {
    let result = try recurrent(
      "bench", "--steps", "tagger", "--threads", "1", "--budget", "0", "--json", in: TemporaryFolder())
    #expect(result.status == 0, "\(result.errors)")
    let line = try #require(result.json)
    #expect(Set(line.keys) == ["peer", "step", "threads", "ms", "memory_mb", "tokens_per_second"])
    #expect(line["step"] as? String == "tagger" && line["ms"] as? Double ?? 0 > 0)
    #if os(Linux)
      let memory = try #require(line["memory_mb"] as? Double)
      #expect(memory > 0.1 && memory < 100)
    #endif
  }
}
