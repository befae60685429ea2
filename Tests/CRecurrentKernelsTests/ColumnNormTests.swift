import CRecurrentKernels
import Testing

@Suite(.fencedBuffers) struct ColumnNormTests {
  static let epsilon = 1e-5

  /// Rows, and which of them count.
  struct Problem {
    let rows: Int
    let width: Int
    let counted: [Int32]?
    var x: [Double]
    let gain: [Double]?
    let shift: [Double]?
    let upstream: [Double]

    init(rows: Int, width: Int, isPartial: Bool = false, isAffine: Bool = true, seed: Int = 95) {
      var numbers = Numbers(seed: seed)
      self.rows = rows
      self.width = width
      counted = isPartial ? (0..<Int32(rows)).filter { $0 % 3 != 1 } : nil
      // A mean that is large beside the spread: the variance must come from differences.
      x = numbers.reals(rows * width, 4, 6)
      gain = isAffine ? numbers.reals(width, 0.5, 1.5) : nil
      shift = isAffine ? numbers.reals(width) : nil
      upstream = numbers.reals(rows * width)
    }

    var count: Int64 { Int64(counted?.count ?? rows) }
  }

  private func moments(_ kernels: Kernels, _ problem: Problem) -> (mean: Buffer, variance: Buffer) {
    let (mean, variance) = (kernels.buffer(count: problem.width), kernels.buffer(count: problem.width))
    kernels.table.column_moments(
      problem.count, Int64(problem.width), kernels.buffer(problem.x).pointer, problem.counted, mean.pointer,
      variance.pointer)
    return (mean, variance)
  }

  private func normalized(
    _ kernels: Kernels, _ problem: Problem, mean: [Double], variance: [Double]
  ) -> Buffer {
    let y = kernels.buffer([Double](repeating: 7, count: problem.rows * problem.width))
    kernels.table.column_norm(
      problem.count, Int64(problem.width), Self.epsilon, kernels.buffer(problem.x).pointer, problem.counted,
      kernels.buffer(mean).pointer, kernels.buffer(variance).pointer, problem.gain.map(kernels.buffer)?.pointer,
      problem.shift.map(kernels.buffer)?.pointer, y.pointer)
    return y
  }

  /// dx, dgain and dshift, each added to 0.25.
  private func gradients(
    _ kernels: Kernels, _ problem: Problem, mean: [Double], variance: [Double], constant: Bool,
    wanted: [Bool] = [true, true, true]
  ) -> [Buffer] {
    let sizes = [problem.rows * problem.width, problem.width, problem.width]
    let results = sizes.map { kernels.buffer([Double](repeating: 0.25, count: $0)) }
    let pointers = zip(results, wanted).map { $1 ? $0.pointer : nil }
    kernels.table.column_norm_backward(
      problem.count, Int64(problem.width), Self.epsilon, kernels.buffer(problem.x).pointer, problem.counted,
      kernels.buffer(mean).pointer, kernels.buffer(variance).pointer, problem.gain.map(kernels.buffer)?.pointer,
      kernels.buffer(problem.upstream).pointer, constant ? 1 : 0, pointers[0], pointers[1], pointers[2])
    return results
  }

  @Test(arguments: Kernels.all) func knownColumns(kernels: Kernels) {
    var problem = Problem(rows: 4, width: 2, isAffine: false)
    problem.x = [1, 5, 2, 5, 3, 5, 6, 5]
    let (mean, variance) = moments(kernels, problem)
    #expect(mean.values == [3, 5] && variance.values == [3.5, 0])
    let y = normalized(kernels, problem, mean: mean.values, variance: variance.values).values
    let deviation = (3.5 + Self.epsilon).squareRoot()
    expectClose(
      y, [-2 / deviation, 0, -1 / deviation, 0, 0, 0, 3 / deviation, 0], relative: 4 * kernels.epsilon, kernels.name)
  }

  private static let problems = oddSizes.filter { $0 > 0 }.flatMap { width in
    [(5, false), (7, true), (130, true)].map {
      Problem(rows: $0, width: width, isPartial: $1, isAffine: width % 2 == 1)
    }
  }

  @Test(arguments: Kernels.all) func agreesWithTheOracle(kernels: Kernels) throws {
    let oracle = try #require(Kernels.oracle)
    for problem in Self.problems {
      let what = "\(kernels.name) \(problem.rows) by \(problem.width)"
      let (mean, variance) = moments(kernels, problem)
      let (trueMean, trueVariance) = moments(oracle, problem)
      expectClose(mean.values, trueMean.values, relative: 8 * kernels.epsilon, "mean, \(what)")
      expectClose(variance.values, trueVariance.values, relative: 200 * kernels.epsilon, "variance, \(what)")
      let (m, v) = (trueMean.values.map { Double(Float($0)) }, trueVariance.values.map { Double(Float($0)) })
      let y = normalized(kernels, problem, mean: m, variance: v)
      let expected = normalized(oracle, problem, mean: m, variance: v)
      expectClose(y.values, expected.values, absolute: 60 * kernels.epsilon, "y, \(what)")
      for constant in [false, true] {
        let actual = gradients(kernels, problem, mean: m, variance: v, constant: constant)
        let truth = gradients(oracle, problem, mean: m, variance: v, constant: constant)
        for (name, (a, b)) in zip(["dx", "dgain", "dshift"], zip(actual, truth)) {
          let tolerance = 100 * kernels.epsilon * max(1, Double(problem.rows).squareRoot())
          expectClose(a.values, b.values, absolute: tolerance, relative: tolerance, "\(name), \(what), \(constant)")
        }
      }
    }
  }

  /// What the oracle says is the derivative, through mean and variance or not.
  @Test(arguments: [false, true]) func oracleGradients(isPartial: Bool) throws {
    let oracle = try #require(Kernels.oracle)
    let problem = Problem(rows: 4, width: 3, isPartial: isPartial)
    for constant in [false, true] {
      let (mean, variance) = (moments(oracle, problem).mean.values, moments(oracle, problem).variance.values)
      let counted = Set(problem.counted ?? Array(0..<4))
      let expected = centralDifferences(at: problem.x) { x in
        var moved = problem
        moved.x = x
        let m = constant ? mean : moments(oracle, moved).mean.values
        let v = constant ? variance : moments(oracle, moved).variance.values
        let y = normalized(oracle, moved, mean: m, variance: v).values
        return y.indices.reduce(0) { sum, i in
          sum + (counted.contains(Int32(i / 3)) ? y[i] * problem.upstream[i] : 0)
        }
      }
      let actual = gradients(oracle, problem, mean: mean, variance: variance, constant: constant)[0]
      expectClose(actual.values, expected.map { $0 + 0.25 }, absolute: 1e-8, relative: 1e-8, "constant: \(constant)")
    }
  }

  /// Rows that do not count are neither written nor given a gradient, and each gradient may be left out.
  @Test(arguments: Kernels.all) func leavesTheRestAlone(kernels: Kernels) {
    let problem = Problem(rows: 7, width: 19, isPartial: true)
    let (mean, variance) = (moments(kernels, problem).mean.values, moments(kernels, problem).variance.values)
    let y = normalized(kernels, problem, mean: mean, variance: variance).values
    let all = gradients(kernels, problem, mean: mean, variance: variance, constant: false)
    for row in [1, 4] {
      #expect(y[row * 19..<(row + 1) * 19].allSatisfy { $0 == 7 }, "\(kernels.name)")
      #expect(all[0].values[row * 19..<(row + 1) * 19].allSatisfy { $0 == 0.25 }, "\(kernels.name)")
    }
    for missing in 0..<3 {
      let results = gradients(
        kernels, problem, mean: mean, variance: variance, constant: false, wanted: (0..<3).map { $0 != missing })
      for k in 0..<3 where k != missing { expectSameBits(results[k], all[k], "\(kernels.name) without \(missing)") }
      #expect(results[missing].values.allSatisfy { $0 == 0.25 })
    }
  }
}

extension ThreadSettingTests {
  @Suite(.serialized, .guardedBuffers) struct ColumnNormThreadTests {
    @Test(arguments: Kernels.float) func sameBitsForAnyThreads(kernels: Kernels) {
      defer { rk_set_threads(rk_default_threads()) }
      var numbers = Numbers(seed: 96)
      let (rows, width) = (300, 150)
      let x = kernels.buffer(numbers.reals(rows * width))
      let dy = kernels.buffer(numbers.reals(rows * width))
      func run(threads: Int32) -> [Buffer] {
        rk_set_threads(threads)
        let moments = [kernels.buffer(count: width), kernels.buffer(count: width)]
        let results = [kernels.buffer(count: rows * width)]
        let gradients = [rows * width, width, width].map { kernels.buffer([Double](repeating: 0, count: $0)) }
        kernels.table.column_moments(
          Int64(rows), Int64(width), x.pointer, nil, moments[0].pointer, moments[1].pointer)
        kernels.table.column_norm(
          Int64(rows), Int64(width), 1e-5, x.pointer, nil, moments[0].pointer, moments[1].pointer, nil, nil,
          results[0].pointer)
        kernels.table.column_norm_backward(
          Int64(rows), Int64(width), 1e-5, x.pointer, nil, moments[0].pointer, moments[1].pointer, nil, dy.pointer, 0,
          gradients[0].pointer, gradients[1].pointer, gradients[2].pointer)
        return moments + results + gradients
      }
      let expected = run(threads: 1)
      for threads: Int32 in [2, 3, 8] {
        for (actual, expected) in zip(run(threads: threads), expected) {
          expectSameBits(actual, expected, "\(kernels.name) \(threads) threads")
        }
      }
    }
  }
}
