import CRecurrentKernels
import Foundation
import Testing

@Suite(.fencedBuffers) struct LinearChainTests {
  /// Four sequences, one of them empty.
  struct Problem {
    static let batch = 4
    let labels: Int
    let lengths: [Int32]?
    let steps = 5
    let targets: [Int32]
    let upstream: [Double]
    /// x, transitions, start, end.
    var arguments: [[Double]]

    init(labels: Int, isRagged: Bool, scale: Double = 1) {
      var numbers = Numbers(seed: 200 + labels)
      self.labels = labels
      let count = steps * Problem.batch
      lengths = isRagged ? [3, 0, 5, 1] : nil
      targets = (0..<count).map { Int32(($0 * 7 + $0 / 3) % labels) }
      arguments = [count * labels, labels * labels, labels, labels].map { numbers.reals($0, -scale, scale) }
      upstream = numbers.reals(Problem.batch)
    }

    private var sizes: (Int64, Int64, Int64) { (Int64(steps), Int64(Problem.batch), Int64(labels)) }

    func losses(_ kernels: Kernels) -> (losses: Buffer, saved: Buffer) {
      let losses = kernels.buffer(count: Problem.batch)
      let saved = kernels.buffer(count: steps * Problem.batch * labels)
      let a = arguments.map { kernels.buffer($0).pointer }
      kernels.table.linear_chain_loss(
        sizes.0, sizes.1, sizes.2, lengths, a[0], a[1], a[2], a[3], targets, losses.pointer, saved.pointer,
        kernels.buffer(count: Problem.batch * labels).pointer)
      return (losses, saved)
    }

    /// The gradients of the arguments, each added to 0.25.
    func gradients(_ kernels: Kernels, wanted: [Bool] = [true, true, true, true]) -> [Buffer] {
      let saved = losses(kernels).saved
      let a = arguments.map { kernels.buffer($0).pointer }
      let results = arguments.map { kernels.buffer([Double](repeating: 0.25, count: $0.count)) }
      let pointers = zip(results, wanted).map { $1 ? $0.pointer : nil }
      kernels.table.linear_chain_loss_backward(
        sizes.0, sizes.1, sizes.2, lengths, a[0], a[1], a[3], targets, saved.pointer, kernels.buffer(upstream).pointer,
        pointers[0], pointers[1], pointers[2], pointers[3],
        kernels.buffer(count: Problem.batch * (labels + 5) * labels).pointer)
      return results
    }

    func best(_ kernels: Kernels) -> (labels: [Int32], scores: [Double]) {
      var best = [Int32](repeating: -7, count: steps * Problem.batch)
      var from = [Int32](repeating: -7, count: steps * Problem.batch * labels)
      let scores = kernels.buffer(count: Problem.batch)
      let a = arguments.map { kernels.buffer($0).pointer }
      kernels.table.linear_chain_best(
        sizes.0, sizes.1, sizes.2, lengths, a[0], a[1], a[2], a[3], &best, scores.pointer, &from,
        kernels.buffer(count: Problem.batch * 2 * labels).pointer)
      return (best, scores.values)
    }

    func length(_ n: Int) -> Int { lengths.map { Int($0[n]) } ?? steps }

    /// The score of labels of sequence n.
    func score(_ y: [Int], _ n: Int) -> Double {
      guard let first = y.first, let last = y.last else { return 0 }
      var score = arguments[2][first] + arguments[3][last]
      for (t, label) in y.enumerated() { score += arguments[0][(t * Problem.batch + n) * labels + label] }
      for (before, label) in zip(y, y.dropFirst()) { score += arguments[1][before * labels + label] }
      return score
    }

    /// All labellings of sequence n.
    func labellings(_ n: Int) -> [[Int]] {
      (0..<length(n)).reduce([[]]) { ways, _ in ways.flatMap { way in (0..<labels).map { way + [$0] } } }
    }
  }

  @Test(arguments: Kernels.all, [false, true]) func lossIsTheSumOverAllLabellings(kernels: Kernels, isRagged: Bool) {
    for (labels, scale) in [(1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0), (3, 30.0)] {
      let problem = Problem(labels: labels, isRagged: isRagged, scale: scale)
      let expected = (0..<Problem.batch).map { n -> Double in
        guard problem.length(n) > 0 else { return 0 }
        let scores = problem.labellings(n).map { problem.score($0, n) }
        let largest = scores.max() ?? 0
        let all = largest + log(scores.reduce(0) { $0 + exp($1 - largest) })
        return all - problem.score((0..<problem.length(n)).map { Int(problem.targets[$0 * Problem.batch + n]) }, n)
      }
      expectClose(
        problem.losses(kernels).losses.values, expected, absolute: 64 * scale * kernels.epsilon,
        "\(kernels.name) of \(labels)")
    }
  }

  @Test(arguments: Kernels.all, [false, true]) func bestIsTheBestOfAllLabellings(kernels: Kernels, isRagged: Bool) {
    for labels in [1, 2, 3, 4] {
      let problem = Problem(labels: labels, isRagged: isRagged)
      let (best, scores) = problem.best(kernels)
      for n in 0..<Problem.batch {
        let found = (0..<problem.length(n)).map { Int(best[$0 * Problem.batch + n]) }
        let truth = problem.labellings(n).max { problem.score($0, n) < problem.score($1, n) } ?? []
        #expect(found == truth, "\(kernels.name) of \(labels), sequence \(n)")
        #expect(abs(scores[n] - problem.score(truth, n)) < 64 * kernels.epsilon)
        #expect((problem.length(n)..<problem.steps).allSatisfy { best[$0 * Problem.batch + n] == -1 })
      }
    }
  }

  @Test(arguments: Kernels.all, [false, true]) func tablesAgree(kernels: Kernels, isRagged: Bool) throws {
    let oracle = try #require(Kernels.oracle)
    for labels in [1, 5, 7, 8, 9, 16, 17, 33, 50] {
      let problem = Problem(labels: labels, isRagged: isRagged)
      let what = "\(kernels.name) of \(labels)"
      expectClose(
        problem.losses(kernels).losses.values, problem.losses(oracle).losses.values, absolute: 64 * kernels.epsilon,
        what)
      for (actual, truth) in zip(problem.gradients(kernels), problem.gradients(oracle)) {
        expectClose(actual.values, truth.values, absolute: 64 * kernels.epsilon, what)
      }
      #expect(problem.best(kernels).labels == problem.best(oracle).labels, "\(what)")
    }
  }

  @Test(arguments: [false, true]) func oracleGradients(isRagged: Bool) throws {
    let oracle = try #require(Kernels.oracle)
    let problem = Problem(labels: 3, isRagged: isRagged)
    for (index, actual) in problem.gradients(oracle).enumerated() {
      let expected = centralDifferences(at: problem.arguments[index]) { argument in
        var moved = problem
        moved.arguments[index] = argument
        return zip(moved.losses(oracle).losses.values, problem.upstream).reduce(0) { $0 + $1.0 * $1.1 }
      }
      expectClose(actual.values, expected.map { $0 + 0.25 }, absolute: 1e-9, relative: 1e-9, "\(index)")
    }
  }

  @Test(arguments: Kernels.all) func gradientsLeftOut(kernels: Kernels) {
    let problem = Problem(labels: 9, isRagged: true)
    let all = problem.gradients(kernels)
    for missing in 0..<4 {
      let results = problem.gradients(kernels, wanted: (0..<4).map { $0 != missing })
      for k in 0..<4 where k != missing { expectSameBits(results[k], all[k], "\(kernels.name) without \(missing)") }
      #expect(results[missing].values.allSatisfy { $0 == 0.25 })
    }
  }

  /// What cannot be has no probability, and nothing becomes NaN of it.
  @Test(arguments: Kernels.all) func forbiddenTransitions(kernels: Kernels) {
    var problem = Problem(labels: 3, isRagged: true)
    // Label 2 may not follow anything, begin or end.
    for before in 0..<3 { problem.arguments[1][before * 3 + 2] = -.infinity }
    problem.arguments[2][2] = -.infinity
    problem.arguments[3][2] = -.infinity
    #expect(problem.best(kernels).labels.allSatisfy { $0 != 2 })
    let gradients = problem.gradients(kernels)
    #expect(gradients.allSatisfy { $0.values.allSatisfy { $0.isFinite } }, "\(kernels.name)")
  }

  /// A way that no labels may take: some labels come out, and no trap.
  @Test(arguments: Kernels.all) func nothingIsAllowed(kernels: Kernels) {
    var problem = Problem(labels: 3, isRagged: false)
    problem.arguments[1] = [Double](repeating: -.infinity, count: 9)
    let best = problem.best(kernels)
    #expect(best.labels.allSatisfy { (0..<3).contains($0) })
    #expect(best.scores.allSatisfy { $0 == -.infinity })
  }

  /// The error of a long sequence is no larger than that of a short one.
  @Test(arguments: Kernels.float) func longSequence(kernels: Kernels) throws {
    let oracle = try #require(Kernels.oracle)
    var numbers = Numbers(seed: 300)
    let (steps, labels) = (3000, 5)
    let x = numbers.reals(steps * labels, -4, 4)
    let scores = [numbers.reals(labels * labels), numbers.reals(labels), numbers.reals(labels)]
    let targets = (0..<steps).map { Int32($0 % labels) }
    func gradients(_ kernels: Kernels) -> [Double] {
      let (losses, saved) = (kernels.buffer(count: 1), kernels.buffer(count: x.count))
      let a = ([x] + scores).map { kernels.buffer($0).pointer }
      kernels.table.linear_chain_loss(
        Int64(steps), 1, Int64(labels), nil, a[0], a[1], a[2], a[3], targets, losses.pointer, saved.pointer,
        kernels.buffer(count: labels).pointer)
      let dx = kernels.buffer([Double](repeating: 0, count: x.count))
      kernels.table.linear_chain_loss_backward(
        Int64(steps), 1, Int64(labels), nil, a[0], a[1], a[3], targets, saved.pointer, kernels.buffer([1]).pointer,
        dx.pointer, nil, nil, nil, kernels.buffer(count: 10 * labels).pointer)
      return losses.values.map { $0 / Double(steps) } + dx.values
    }
    expectClose(gradients(kernels), gradients(oracle), absolute: 1e-5, "\(kernels.name)")
  }
}
