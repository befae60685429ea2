import CRecurrentKernels
import Testing

/// A random reservoir whose matrix is kept in the form that a table wants.
struct ReservoirProblem {
  let steps: Int
  let batch: Int
  let units: Int
  let lengths: [Int32]?
  let isReversed: Bool
  let activation: rk_unary
  let weights: [Double]
  let leakRates: [Double]
  let drive: [Double]
  let first: [Double]?

  init(
    steps: Int, batch: Int, units: Int, share: Double, lengths: [Int32]? = nil, isReversed: Bool = false,
    activation: rk_unary = RK_TANH, givenState: Bool = true
  ) {
    var numbers = Numbers(seed: 90 + units)
    (self.steps, self.batch, self.units) = (steps, batch, units)
    (self.lengths, self.isReversed, self.activation) = (lengths, isReversed, activation)
    weights = (0..<units * units).map { _ in numbers.real(0, 1) < share ? numbers.real() : 0 }
    leakRates = numbers.reals(units, 0.1, 1)
    drive = numbers.reals(steps * batch * units)
    first = givenState ? numbers.reals(batch * units) : nil
  }

  struct Result {
    let states: Buffer
    let last: Buffer
  }

  func run(_ kernels: Kernels, isDense: Bool) -> Result {
    let states = kernels.buffer(drive)
    let last = kernels.buffer(count: batch * units)
    let workspace = kernels.buffer(count: batch * units)
    let rates = kernels.buffer(leakRates)
    let start = first.map(kernels.buffer)
    let form = isDense ? dense(kernels) : sparse(kernels)
    form.starts.withUnsafeBufferPointer { starts in
      form.columns.withUnsafeBufferPointer { columns in
        var reservoir = rk_reservoir(
          activation: Int32(activation.rawValue), parameter: 0, steps: Int64(steps), batch: Int64(batch),
          units: Int64(units), lengths: nil, reverse: isReversed ? 1 : 0, leak_rates: rates.pointer,
          matrix: rk_reservoir_matrix(
            packed: isDense ? UnsafeRawPointer(form.numbers.pointer) : nil, slice_starts: starts.baseAddress,
            columns: columns.baseAddress, weights: isDense ? nil : UnsafeRawPointer(form.numbers.pointer)))
        (lengths ?? []).withUnsafeBufferPointer { lengths in
          if self.lengths != nil { reservoir.lengths = lengths.baseAddress }
          kernels.table.reservoir_run(&reservoir, start?.pointer, states.pointer, last.pointer, workspace.pointer)
        }
      }
    }
    return Result(states: states, last: last)
  }

  private typealias Form = (starts: [Int64], columns: [Int32], numbers: Buffer)

  private func dense(_ kernels: Kernels) -> Form {
    let packed = kernels.buffer(count: Int(kernels.table.gemm_packed_size(Int64(units), Int64(units))))
    kernels.table.gemm_pack(
      Int64(units), Int64(units), kernels.buffer(weights).pointer, 1, Int64(units), packed.pointer)
    return ([], [], packed)
  }

  private func sparse(_ kernels: Kernels) -> Form {
    let lanes = Int(kernels.table.lanes)
    var (starts, columns, values): ([Int64], [Int32], [Double]) = ([0], [], [])
    for first in stride(from: 0, to: units, by: lanes) {
      let rows = (first..<first + lanes).map { row in
        row < units ? (0..<units).filter { weights[row * units + $0] != 0 } : []
      }
      for entry in 0..<(rows.map(\.count).max() ?? 0) {
        for (lane, row) in rows.enumerated() {
          columns.append(Int32(entry < row.count ? row[entry] : row.first ?? min(first + lane, units - 1)))
          values.append(entry < row.count ? weights[(first + lane) * units + row[entry]] : 0)
        }
      }
      starts.append(Int64(columns.count / lanes))
    }
    return (starts, columns, kernels.buffer(values))
  }

  /// The equation, in double precision.
  var expected: [Double] {
    var states = [Double](repeating: 0, count: drive.count)
    for row in 0..<batch {
      var x = first.map { Array($0[row * units..<(row + 1) * units]) } ?? [Double](repeating: 0, count: units)
      let length = lengths.map { Int($0[row]) } ?? steps
      for t in isReversed ? Array((0..<length).reversed()) : Array(0..<length) {
        let start = (t * batch + row) * units
        x = (0..<units).map { i in
          let sum = (0..<units).reduce(drive[start + i]) { $0 + weights[i * units + $1] * x[$1] }
          return (1 - leakRates[i]) * x[i] + leakRates[i] * function(sum)
        }
        for i in 0..<units { states[start + i] = x[i] }
      }
    }
    return states
  }

  private func function(_ x: Double) -> Double {
    var input = x
    var output = 0.0
    rk_kernels_reference(RK_FLOAT64).pointee.unary(activation, 0, 1, &input, &output)
    return output
  }
}

@Suite(.fencedBuffers) struct ReservoirTests {
  @Test(arguments: Kernels.all, [true, false]) func statesFollowTheEquation(kernels: Kernels, isDense: Bool) {
    let problems = [1, 2, 7, 8, 9, 17, 33, 64].map { ReservoirProblem(steps: 5, batch: 2, units: $0, share: 0.3) } + [
      ReservoirProblem(steps: 6, batch: 1, units: 40, share: 0.1, activation: RK_IDENTITY, givenState: false),
      ReservoirProblem(steps: 6, batch: 3, units: 20, share: 0.2, lengths: [0, 6, 3], activation: RK_SIGMOID),
      ReservoirProblem(steps: 6, batch: 3, units: 20, share: 0.2, lengths: [2, 5, 0], isReversed: true),
      ReservoirProblem(steps: 4, batch: 2, units: 19, share: 0, activation: RK_RELU),
      ReservoirProblem(steps: 0, batch: 2, units: 5, share: 0.5), ReservoirProblem(steps: 3, batch: 0, units: 5, share: 1),
    ]
    for problem in problems {
      let result = problem.run(kernels, isDense: isDense)
      expectClose(
        result.states.values, problem.expected, absolute: 64 * kernels.epsilon, relative: 64 * kernels.epsilon,
        "\(kernels.name), \(problem.units) units")
      for row in 0..<problem.batch {
        let length = problem.lengths.map { Int($0[row]) } ?? problem.steps
        let size = problem.units
        let end = problem.isReversed ? 0 : length - 1
        let expected =
          length == 0 ? problem.first.map { Array($0[row * size..<(row + 1) * size]) } ?? []
          : Array(result.states.values[(end * problem.batch + row) * size..<(end * problem.batch + row + 1) * size])
        #expect(Array(result.last.values[row * size..<(row + 1) * size]) == expected, "\(kernels.name) row \(row)")
      }
    }
  }

  /// What fills the slices up must not bring the infinity of one unit to another that does not hear it.
  @Test(arguments: Kernels.all) func infinityStaysWithThoseWhoHearIt(kernels: Kernels) {
    let problem = ReservoirProblem(
      steps: 1, batch: 1, units: 21, share: 0.1, activation: RK_IDENTITY, givenState: false)
    var drive = problem.drive
    drive[0] = .infinity
    let states = problem.replacingDrive(drive).run(kernels, isDense: false).states.values
    #expect(states[0].isInfinite && states.dropFirst().allSatisfy(\.isFinite), "\(kernels.name)")
  }
}

extension ReservoirProblem {
  fileprivate func replacingDrive(_ drive: [Double]) -> ReservoirProblem { ReservoirProblem(self, drive: drive) }

  private init(_ other: ReservoirProblem, drive: [Double]) {
    (steps, batch, units) = (other.steps, other.batch, other.units)
    (lengths, isReversed, activation) = (other.lengths, other.isReversed, other.activation)
    (weights, leakRates, first) = (other.weights, other.leakRates, other.first)
    self.drive = drive
  }
}
