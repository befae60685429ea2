import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// Cells whose steps are normalised over the batch, in training; their form for inference is among the cases of
/// `EquationCellTests`.
struct BatchNormalizedCellTests {
  static let key = RandomKey(seed: 81)

  static func lstm(steps: Int = 4) -> LSTMVariantCell {
    var variant = LSTMVariant()
    variant.normalization = .batch(steps: steps, momentum: 0.25)
    return LSTMVariantCell(inputSize: 3, hiddenSize: 5, variant: variant, key: key)
  }

  static func gru(_ reset: GRUCell.Variant) -> GRUVariantCell {
    var variant = GRUVariant()
    (variant.normalization, variant.reset) = (.batch(steps: 4), reset)
    return GRUVariantCell(inputSize: 3, hiddenSize: 4, variant: variant, key: key)
  }

  /// Every step is evened out over the rows that it has.
  @Test(arguments: Direction.allCases) func statisticsAreThoseOfTheStep(_ direction: Direction) throws {
    var cell = Self.lstm()
    let weights = parameters(of: cell)
    cell.convert(to: .float64)
    try cell.load(weights)
    let x = Tensor.doubles([6, 4, 3], seed: 1) * 2
    var outputs: Tensor?
    _ = GradientScope().evaluate(at: &cell, key: Self.key) { cell in
      let result = cell.scan(SequenceBatch(x), from: nil, direction: direction).0.values
      outputs = result.detached()
      return result.sum()
    }
    var state = LSTMState(hidden: .doubles([4, 5], seed: 2) * 0, cell: .doubles([4, 5], seed: 3) * 0)
    for time in direction == .forward ? Array(0..<6) : (0..<6).reversed() {
      state = ReferenceCells.step(cell.variant, weights.inTraining, x[time], state.hidden, state.cell)
      let difference = (outputs.map { $0[time] } ?? x) - state.hidden
      #expect(difference.doubles.allSatisfy { abs($0) < 1e-12 }, "step \(time)")
    }
  }

  @Test(arguments: Direction.allCases, [nil, [4, 2, 0, 3]]) func gradients(_ direction: Direction, _ lengths: [Int]?) {
    let inputs = SequenceBatch(.doubles([4, 4, 3], seed: 5), lengths: lengths)
    func check(_ cell: some RecurrentCell) {
      let check = checkGradient(of: cell, key: Self.key) { cell in
        let (outputs, last) = cell.scan(inputs, from: nil, direction: direction)
        return outputs.values.weighedSum() + last.components[0].weighedSum()
      }
      #expect(check.agrees, "\(check)")
    }
    check(Self.lstm())
    for reset in GRUCell.Variant.allCases { check(Self.gru(reset)) }
  }

  /// What a step saw comes back beside the gradients, for the steps that two rows reach; later steps keep what they had.
  @Test func runningStatistics() throws {
    var cell = Self.lstm(steps: 3)
    let values = Tensor(normal: [4, 3, 3], key: Self.key)
    let scope = GradientScope()
    _ = scope.evaluate(at: &cell, key: Self.key) { cell in
      cell.scan(SequenceBatch(values, lengths: [4, 2, 1]), from: nil, direction: .forward).0.values.sum()
    }
    cell.updateStatistics(from: scope.gradients)
    let running = Dictionary(uniqueKeysWithValues: cell.tensors.map { ($0.path, $0.value) })
    let mean = try #require(running["running_mean_ih"])
    let variance = try #require(running["running_var_ih"])
    #expect(mean.shape == [3, 20])
    let weight = cell.weights.inputHidden.value
    for (time, rows) in [(0, 3), (1, 2)] {
      let sums = matmul(values[time].slice(axis: 0, 0..<rows), weight.permuted([1, 0]))
      let batchMean = sums.mean(axis: 0)
      let centred = sums - batchMean
      let batchVariance = (centred * centred).sum(axis: 0) / Float(rows - 1)
      for unit in 0..<20 {
        #expect(abs(mean[time].scalars[unit] - 0.25 * batchMean.scalars[unit]) < 1e-5)
        #expect(abs(variance[time].scalars[unit] - (0.75 + 0.25 * batchVariance.scalars[unit])) < 1e-4)
      }
    }
    // One row alone has no variance.
    #expect(mean[2].scalars.allSatisfy { $0 == 0 } && variance[2].scalars.allSatisfy { $0 == 1 })
  }

  /// The same bits for any number of threads.
  @Test func threads() {
    defer { ComputeEnvironment.threads = ComputeEnvironment.defaultThreads }
    var variant = LSTMVariant()
    variant.normalization = .batch(steps: 9)
    let cell = LSTMVariantCell(inputSize: 20, hiddenSize: 40, variant: variant, key: Self.key)
    let inputs = SequenceBatch(Tensor(normal: [9, 37, 20], key: Self.key), lengths: (0..<37).map { $0 % 10 })
    func bits(_ threads: Int) -> [[UInt32]] {
      ComputeEnvironment.threads = threads
      var cell = cell
      let scope = GradientScope()
      _ = scope.evaluate(at: &cell, key: Self.key) { cell in
        cell.scan(inputs, from: nil, direction: .forward).0.values.weighedSum()
      }
      return (0..<scope.gradients.count).map { scope.gradients[$0].scalars.map(\.bitPattern) }
    }
    let one = bits(1)
    for threads in [2, 3, 8] { #expect(bits(threads) == one, "\(threads) threads") }
  }
}
