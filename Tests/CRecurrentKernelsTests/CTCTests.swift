import CRecurrentKernels
import Foundation
import Testing

@Suite(.fencedBuffers) struct CTCTests {
  /// Sequences of steps and what they are to spell.
  struct Problem {
    var symbols: Int
    var blank = 0
    var steps: Int
    var lengths: [Int32]?
    var targets: [[Int32]]
    var impossible = Double.infinity
    var x: [Double]
    var upstream: [Double]

    init(
      symbols: Int, blank: Int = 0, steps: Int, lengths: [Int32]? = nil, targets: [[Int32]], scale: Double = 2,
      seed: Int = 400
    ) {
      var numbers = Numbers(seed: seed + symbols + steps)
      self.symbols = symbols
      self.blank = blank
      self.steps = steps
      self.lengths = lengths
      self.targets = targets
      x = numbers.reals(steps * targets.count * symbols, -scale, scale)
      upstream = numbers.reals(targets.count, 0.5, 1.5)
    }

    var batch: Int { targets.count }
    var longest: Int { targets.map(\.count).max() ?? 0 }
    var targetLengths: [Int32] { targets.map { Int32($0.count) } }
    /// `[longest, batch]`, with what nobody may read behind the ends.
    var paddedTargets: [Int32] {
      (0..<longest).flatMap { place in targets.map { place < $0.count ? $0[place] : 99_999 } }
    }
    private var workspaceCount: Int { batch * (8 * longest + 20 + symbols) }

    func losses(_ kernels: Kernels) -> (losses: Buffer, saved: Buffer) {
      let losses = kernels.buffer(count: batch)
      let saved = kernels.buffer(count: batch * steps * (2 * longest + 5))
      kernels.table.ctc_loss(
        Int64(steps), Int64(batch), Int64(symbols), Int64(longest), Int32(blank), lengths, targetLengths,
        kernels.buffer(x).pointer, paddedTargets, impossible, losses.pointer, saved.pointer,
        kernels.buffer(count: workspaceCount).pointer)
      return (losses, saved)
    }

    /// The gradient of x, added to `start`.
    func gradient(_ kernels: Kernels, addedTo start: Double = 0) -> Buffer {
      let saved = losses(kernels).saved
      let dx = kernels.buffer([Double](repeating: start, count: x.count))
      kernels.table.ctc_loss_backward(
        Int64(steps), Int64(batch), Int64(symbols), Int64(longest), Int32(blank), lengths, targetLengths,
        kernels.buffer(x).pointer, paddedTargets, saved.pointer, kernels.buffer(upstream).pointer, dx.pointer,
        kernels.buffer(count: workspaceCount).pointer)
      return dx
    }

    func best(_ kernels: Kernels) -> (states: [Int32], scores: [Double]) {
      var best = [Int32](repeating: -7, count: steps * batch)
      var from = [Int32](repeating: -7, count: batch * steps * (2 * longest + 1))
      let scores = kernels.buffer(count: batch)
      kernels.table.ctc_best(
        Int64(steps), Int64(batch), Int64(symbols), Int64(longest), Int32(blank), lengths, targetLengths,
        kernels.buffer(x).pointer, paddedTargets, &best, scores.pointer, &from,
        kernels.buffer(count: workspaceCount).pointer)
      return (best, scores.values)
    }

    func length(_ n: Int) -> Int { lengths.map { Int($0[n]) } ?? steps }

    /// All ways through the steps of sequence n that spell its target, with their log probabilities.
    func ways(_ n: Int) -> [(way: [Int32], score: Double)] {
      var ways: [(way: [Int32], score: Double)] = [([], 0)]
      for step in 0..<length(n) {
        let start = (step * batch + n) * symbols
        let logits = Array(x[start..<start + symbols])
        let normalizer = log(logits.reduce(0) { $0 + exp($1) })
        ways = ways.flatMap { way in
          logits.indices.map { (way.way + [Int32($0)], way.score + logits[$0] - normalizer) }
        }
      }
      return ways.filter { spelled($0.way) == targets[n] }
    }

    private func spelled(_ way: [Int32]) -> [Int32] {
      zip(way, [-1] + way).filter { $0.0 != $0.1 }.map(\.0).filter { $0 != Int32(blank) }
    }

    /// The symbols that the states of an alignment say.
    func way(_ states: [Int32], _ n: Int) -> [Int32] {
      states.map { $0 % 2 == 1 ? targets[n][Int($0 / 2)] : Int32(blank) }
    }
  }

  /// Empty targets, repeated symbols, targets that just fit, that do not fit, rows without steps; the blank at all places.
  static let small = [
    Problem(symbols: 3, steps: 5, targets: [[1, 2], [1, 1], [], [2, 1, 2], [1, 1, 2, 2], [2, 2, 2]]),
    Problem(
      symbols: 3, blank: 1, steps: 5, lengths: [5, 0, 3, 0, 2, 1], targets: [[0, 2, 0], [], [2, 2], [0], [2, 0], []]),
    Problem(symbols: 4, blank: 3, steps: 6, lengths: [4, 6], targets: [[0, 1, 2, 2], [2, 2, 0, 0]]),
    Problem(symbols: 3, blank: 2, steps: 6, lengths: [6, 5], targets: [[0, 0, 1], [1]], scale: 30),
    Problem(symbols: 1, steps: 4, targets: [[], []]),
    Problem(symbols: 2, steps: 1, targets: [[1], [1, 1], []]),
  ]

  @Test(arguments: Kernels.all, small.indices) func lossIsTheSumOverAllWays(kernels: Kernels, number: Int) {
    let problem = Self.small[number]
    let expected = (0..<problem.batch).map { n -> Double in
      let scores = problem.ways(n).map(\.score)
      guard let largest = scores.max() else { return .infinity }
      return -(largest + log(scores.reduce(0) { $0 + exp($1 - largest) }))
    }
    #expect(expected.contains { $0.isFinite })
    expectClose(
      problem.losses(kernels).losses.values, expected, absolute: 64 * kernels.epsilon, relative: 16 * kernels.epsilon,
      "\(kernels.name) of problem \(number)")
  }

  @Test(arguments: Kernels.all, small.indices) func bestIsTheBestOfAllWays(kernels: Kernels, number: Int) {
    let problem = Self.small[number]
    let (states, scores) = problem.best(kernels)
    for n in 0..<problem.batch {
      let own = (0..<problem.steps).map { states[$0 * problem.batch + n] }
      let truth = problem.ways(n).max { $0.score < $1.score }
      let what = "\(kernels.name), problem \(number), sequence \(n)"
      if let truth {
        #expect(problem.way(Array(own.prefix(problem.length(n))), n) == truth.way, "\(what)")
        #expect(abs(scores[n] - truth.score) <= 64 * kernels.epsilon * max(1, abs(truth.score)), "\(what)")
        #expect(own.dropFirst(problem.length(n)).allSatisfy { $0 == -1 }, "\(what)")
      } else {
        #expect(scores[n] == -.infinity && own.allSatisfy { $0 == -1 }, "\(what)")
      }
    }
  }

  @Test(arguments: small.indices) func oracleGradient(number: Int) throws {
    let oracle = try #require(Kernels.oracle)
    var problem = Self.small[number]
    problem.impossible = 0
    let expected = centralDifferences(at: problem.x) { x in
      var moved = problem
      moved.x = x
      return zip(moved.losses(oracle).losses.values, problem.upstream).reduce(0) { $0 + $1.0 * $1.1 }
    }
    expectClose(problem.gradient(oracle).values, expected, absolute: 1e-9, relative: 1e-9, "problem \(number)")
  }

  /// Targets on both sides of every vector width, alphabets too.
  @Test(arguments: Kernels.all) func tablesAgree(kernels: Kernels) throws {
    let oracle = try #require(Kernels.oracle)
    for (symbols, longest) in [(2, 1), (5, 3), (7, 4), (8, 7), (9, 8), (16, 9), (17, 16), (33, 17), (50, 33), (3, 40)] {
      var numbers = Numbers(seed: 500 + symbols)
      let targets = [longest, 0, longest / 2, longest].map { count in
        (0..<count).map { _ in Int32(numbers.integer(0...symbols - 2)) }
      }
      let problem = Problem(
        symbols: symbols, blank: symbols - 1, steps: 2 * longest + 3,
        lengths: [2 * longest + 3, 5, 2 * longest, 2 * longest].map(Int32.init), targets: targets)
      let what = "\(kernels.name) of \(longest) out of \(symbols)"
      expectClose(
        problem.losses(kernels).losses.values, problem.losses(oracle).losses.values, absolute: 64 * kernels.epsilon,
        relative: 16 * kernels.epsilon, what)
      expectClose(
        problem.gradient(kernels).values, problem.gradient(oracle).values, absolute: 128 * kernels.epsilon, what)
      #expect(problem.best(kernels).states == problem.best(oracle).states, "\(what)")
    }
  }

  /// What stands in dx stays, and steps behind an end or of a target that does not fit get nothing.
  @Test(arguments: Kernels.all) func gradientsAreAdded(kernels: Kernels) {
    let problem = Self.small[1]
    let gradient = problem.gradient(kernels, addedTo: 0.25).values
    for step in 0..<problem.steps {
      for n in 0..<problem.batch {
        let start = (step * problem.batch + n) * 3
        let own = gradient[start..<start + 3]
        let isTouched = step < problem.length(n) && !problem.ways(n).isEmpty
        #expect(own.allSatisfy { ($0 != 0.25) == isTouched }, "\(kernels.name), step \(step) of \(n)")
        #expect(abs(own.reduce(0, +) - 0.75) < 8 * kernels.epsilon, "the gradient of a softmax adds up to 0")
      }
    }
  }

  @Test(arguments: Kernels.all) func impossibleTargets(kernels: Kernels) {
    // Too long; spelled by what has no probability; no steps.
    var problem = Problem(symbols: 3, steps: 3, lengths: [3, 3, 0, 3], targets: [[1, 1, 2], [2], [1], [1]])
    for step in 0..<3 { problem.x[(step * 4 + 1) * 3 + 2] = -.infinity }
    for impossible in [Double.infinity, 0] {
      problem.impossible = impossible
      let losses = problem.losses(kernels).losses.values
      #expect(losses[..<3].allSatisfy { $0 == impossible }, "\(kernels.name)")
      #expect(losses[3].isFinite && losses[3] > 0)
      let gradient = problem.gradient(kernels).values
      #expect(gradient.allSatisfy { $0.isFinite }, "\(kernels.name)")
      #expect(gradient.indices.allSatisfy { gradient[$0] == 0 || $0 / 3 % 4 == 3 }, "\(kernels.name)")
    }
    let (states, scores) = problem.best(kernels)
    #expect(scores[..<3].allSatisfy { $0 == -.infinity })
    #expect(states.indices.allSatisfy { (states[$0] == -1) == ($0 % 4 < 3) })
  }

  /// A way may lead past a step that forbids some symbols.
  @Test(arguments: Kernels.all) func forbiddenSymbols(kernels: Kernels) {
    var problem = Problem(symbols: 3, steps: 4, targets: [[1, 2]])
    problem.x[1] = -.infinity
    problem.x[3 * 3 + 2] = -.infinity
    let scores = problem.ways(0).map(\.score).filter { $0.isFinite }
    let expected = -log(scores.reduce(0) { $0 + exp($1) })
    expectClose(problem.losses(kernels).losses.values, [expected], absolute: 64 * kernels.epsilon, kernels.name)
    #expect(problem.gradient(kernels).values.allSatisfy { $0.isFinite })
  }

  /// What is no number comes out as no number, and leads nowhere outside.
  @Test(arguments: Kernels.all) func notANumber(kernels: Kernels) {
    var problem = Problem(symbols: 3, steps: 3, targets: [[1, 2], [1]])
    problem.x[6] = .nan
    #expect(problem.losses(kernels).losses.values.map(\.isNaN) == [true, false], "\(kernels.name)")
    #expect(problem.gradient(kernels).values.contains { $0.isNaN })
    let states = problem.best(kernels).states
    #expect(states.allSatisfy { (-1...4).contains($0) })
  }

  /// A row has the same bits alone and among others, with more padding and longer neighbours.
  @Test(arguments: Kernels.all) func rowsDoNotDependOnNeighbours(kernels: Kernels) {
    let batch = Problem(
      symbols: 11, steps: 40, lengths: [12, 40, 9, 31],
      targets: [[3, 3, 1, 7], (0..<13).map { $0 % 10 + 1 }, [], [5, 10, 5]])
    let (losses, gradient, best) = (batch.losses(kernels).losses, batch.gradient(kernels), batch.best(kernels))
    for n in 0..<4 {
      let steps = batch.length(n)
      var alone = Problem(symbols: 11, steps: steps, targets: [batch.targets[n]])
      alone.x = (0..<steps).flatMap { step -> ArraySlice<Double> in
        let start = (step * 4 + n) * 11
        return batch.x[start..<start + 11]
      }
      #expect(alone.losses(kernels).losses.bits == losses.bits(n..<n + 1), "\(kernels.name), row \(n)")
      #expect(alone.best(kernels).states == (0..<steps).map { best.states[$0 * 4 + n] })
      alone.upstream = [batch.upstream[n]]
      let shared = (0..<steps).flatMap { step -> [UInt64] in
        let start = (step * 4 + n) * 11
        return gradient.bits(start..<start + 11)
      }
      #expect(alone.gradient(kernels).bits == shared, "\(kernels.name), row \(n)")
    }
  }

  /// The error of a long sequence is no larger than that of a short one, even where one way alone leads to the end.
  @Test(arguments: Kernels.float, [40, 500, 999]) func longSequence(kernels: Kernels, count: Int) throws {
    let oracle = try #require(Kernels.oracle)
    var numbers = Numbers(seed: 600 + count)
    let target = (0..<count).map { place -> Int32 in
      let draw = numbers.integer(0...1)
      return Int32(1 + (place * 7 + draw) % 5)
    }
    let repeats = zip(target, target.dropFirst()).count { $0 == $1 }
    let problem = Problem(symbols: 6, steps: max(1000, count + repeats), targets: [target], scale: 4)
    let (loss, truth) = (problem.losses(kernels).losses.values[0], problem.losses(oracle).losses.values[0])
    #expect(truth.isFinite && abs(loss - truth) < 1e-6 * truth, "\(kernels.name): \(loss), not \(truth)")
    expectClose(problem.gradient(kernels).values, problem.gradient(oracle).values, absolute: 2e-5, kernels.name)
  }
}
