import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct StateTraceTests {
  private static let key = RandomKey(seed: 71)
  private let inputs = SequenceBatch(.doubles([5, 3, 2], seed: 1), lengths: [5, 0, 3])

  /// A model in double, for comparisons to the last digits.
  private func double<M: Module>(_ model: M) -> M {
    var model = model
    model.mapParameters { _, value in value.converted(to: .float64) }
    return model
  }

  private func expectEqual(_ a: Tensor, _ b: Tensor, within tolerance: Double = 1e-14) {
    #expect(a.shape == b.shape)
    #expect(zip(a.doubles, b.doubles).allSatisfy { abs($0 - $1) <= tolerance })
  }

  /// The gates put together give the states that stand beside them.
  @Test(arguments: Direction.allCases) func gatesOfTheLSTM(_ direction: Direction) throws {
    let layer = double(RecurrentLayer(LSTMCell(inputSize: 2, hiddenSize: 4, key: Self.key), direction: direction))
    let trace = layer.trace(inputs)
    #expect(trace.names == ["hidden", "cell", "input_gate", "forget_gate", "candidate", "output_gate"])
    expectEqual(try #require(trace["hidden"]), layer(inputs).outputs.values)
    let parts = try (0..<6).map { index in try #require(trace[trace.names[index]]) }
    expectEqual(parts[0], parts[5] * tanh(parts[1]))
    // Rows of length 5, step by step.
    for time in 0..<5 {
      let before = direction == .forward ? time - 1 : time + 1
      let old = (0..<5).contains(before) ? parts[1][before] : parts[1][0] * 0
      let row = (parts[3][time] * old + parts[2][time] * parts[4][time]).slice(axis: 0, 0..<1)
      expectEqual(row, parts[1][time].slice(axis: 0, 0..<1))
    }
  }

  @Test(arguments: GRUCell.Variant.allCases) func gatesOfTheGRU(_ variant: GRUCell.Variant) throws {
    let layer = double(
      RecurrentLayer(GRUCell(inputSize: 2, hiddenSize: 4, variant: variant, key: Self.key)))
    let trace = layer.trace(inputs)
    #expect(trace.names == ["hidden", "reset_gate", "update_gate", "candidate"])
    let (h, z, n) = (trace.values[0], trace.values[2], trace.values[3])
    expectEqual(h, layer(inputs).outputs.values)
    expectEqual((1 - z[1]) * n[1] + z[1] * h[0], h[1])
  }

  /// Cells given by equations, traced, compute what they compute otherwise; every value has a gradient.
  @Test func equationCells() {
    var variant = LSTMVariant()
    (variant.hasPeepholes, variant.couplesGates, variant.projectionSize) = (true, true, 3)
    let cell = LSTMVariantCell(inputSize: 2, hiddenSize: 4, variant: variant, key: Self.key)
    let trace = double(RecurrentLayer(cell)).trace(inputs)
    #expect(trace.values.map { $0.shape[2] } == [3, 4, 4, 4, 4, 4])
    expectEqual(trace.values[0], double(RecurrentLayer(cell))(inputs).outputs.values)
    let check = checkGradient(of: cell) {
      let trace = RecurrentLayer($0).trace(inputs)
      return trace.values.dropFirst().reduce(trace.values[0].weighedSum()) { $0 + $1.weighedSum() }
    }
    #expect(check.agrees, "\(check)")
    #expect(
      RecurrentLayers.MinimalGatedCell(inputSize: 1, hiddenSize: 2, key: Self.key).traceNames == [
        "hidden", "forget_gate", "candidate",
      ])
    #expect(
      MinimalGRUCell(inputSize: 1, hiddenSize: 2, key: Self.key).traceNames == ["hidden", "update_gate", "candidate"])
  }
}

extension TraceableCell {
  fileprivate var traceNames: [String] {
    trace(
      SequenceBatch(Tensor(zeros: [1, 1, inputSize])), from: nil, direction: .forward, modifiers: StepModifiers()
    ).names
  }
}
