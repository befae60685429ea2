import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

/// An LSTM below a GRU below a linear layer: a stack whose layers have states of different kinds.
private struct Model: Module {
  var stack: RecurrentStack<AnySequenceLayer>
  var head: Linear

  init(elementType: ElementType = .float64) {
    let key = RandomKey(seed: 21)
    stack = RecurrentStack([
      AnySequenceLayer(RecurrentLayer(LSTMCell(inputSize: 2, hiddenSize: 4, key: key), initialState: .trainable)),
      AnySequenceLayer(GRU(inputSize: 4, hiddenSize: 3, key: key.folding(1))),
    ])
    head = Linear(inputSize: 3, outputSize: 1, key: key.folding(2))
    mapParameters { _, value in value.converted(to: elementType) }
  }

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("stack", &stack)
    visitor.visit("head", &head)
  }

  typealias State = StackState<AnyState>

  func callAsFunction(_ inputs: SequenceBatch, _ state: State?) -> (outputs: SequenceBatch, finalState: State) {
    let (outputs, finalState) = stack(inputs, from: state)
    return (inputs.replacingValues(head(outputs.values)), finalState)
  }
}

/// A series with a target at every step, and the loss of some of its steps: a sum, so that losses of windows add up.
private struct Series {
  let inputs: SequenceBatch
  let targets: Tensor

  init(steps: Int, lengths: [Int]?) {
    inputs = SequenceBatch(.doubles([steps, 3, 2], seed: 4), lengths: lengths)
    targets = .doubles([steps, 3, 1], seed: 5)
  }

  static let all = [Series(steps: 12, lengths: nil), Series(steps: 12, lengths: [12, 0, 7])]

  func loss(_ outputs: SequenceBatch, _ steps: Range<Int>) -> Tensor {
    let counted = inputs.steps(steps).mask(elementType: .float64)
    let squares = (outputs.values - targets.slice(axis: 0, steps)).squared()
    return (counted.map { squares * $0 } ?? squares).sum()
  }
}

private typealias Stream = TruncatedStream<SequenceBatch, Model.State>

struct TruncatedBPTTTests {
  /// The gradients of every window, and the outputs of all.
  private static func run(_ rule: TruncatedBPTT, _ series: Series) -> (gradients: [[Double]], outputs: [Double]) {
    var model = Model()
    var stream: Stream = rule.makeStream()
    var outputs: [Double] = []
    var gradients: [[Double]] = []
    rule.train(&model, on: series.inputs, carrying: &stream, in: GradientScope()) { model, window, steps, stream in
      let result = stream.run(window) { model($0, $1) }
      outputs += result.values.doubles
      return series.loss(result, steps)
    } update: { _, found, _ in
      gradients.append(found.flat.doubles)
    }
    return (gradients, outputs)
  }

  private static func wholeGradient(_ series: Series) -> [Double] {
    var model = Model()
    let scope = GradientScope()
    _ = scope.evaluate(at: &model) { series.loss($0(series.inputs, nil).outputs, 0..<series.inputs.stepCount) }
    return scope.gradients.flat.doubles
  }

  private static func expectEqual(_ a: [Double], _ b: [Double], within tolerance: Double = 1e-12) {
    #expect(a.count == b.count)
    let scale = b.reduce(0) { max($0, abs($1)) }
    #expect(scale > 0.01 && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * scale })
  }

  private static func sum(_ gradients: [[Double]]) -> [Double] {
    gradients.dropFirst().reduce(gradients[0]) { zip($0, $1).map(+) }
  }

  @Test(arguments: 0..<2) func aWindowOverTheSequenceIsFullBPTT(_ number: Int) {
    let series = Series.all[number]
    let found = Self.run(TruncatedBPTT(interval: 12), series)
    #expect(found.gradients == [Self.wholeGradient(series)])
  }

  /// Each loss counts once, and all flow back to the first step, trained first state included.
  @Test(arguments: [1, 3, 5], 0..<2) func windowsWithinReachOfTheStartAddUpToFullBPTT(_ interval: Int, _ number: Int) {
    let series = Series.all[number]
    let found = Self.run(TruncatedBPTT(interval: interval, reach: 12), series)
    Self.expectEqual(Self.sum(found.gradients), Self.wholeGradient(series))
  }

  /// For every window: the state k2 steps before its end as a constant, and the gradient of its own losses from there.
  @Test(arguments: [(2, 4), (2, 5), (3, 3), (4, 7), (1, 3), (5, 6)], 0..<2)
  func gradientsAreThoseWrittenOut(_ rule: (interval: Int, reach: Int), _ number: Int) {
    let series = Series.all[number]
    let found = Self.run(TruncatedBPTT(interval: rule.interval, reach: rule.reach), series)
    var model = Model()
    let scope = GradientScope()
    for (window, gradient) in found.gradients.enumerated() {
      let new = window * rule.interval..<min(12, (window + 1) * rule.interval)
      let start = max(0, new.upperBound - rule.reach)
      let state = start == 0 ? nil : model(series.inputs.steps(0..<start), nil).finalState
      _ = scope.evaluate(at: &model) { model in
        let outputs = model(series.inputs.steps(start..<new.upperBound), state).outputs
        return series.loss(outputs.steps(new.lowerBound - start..<new.upperBound - start), new)
      }
      Self.expectEqual(gradient, scope.gradients.flat.doubles)
    }
    #expect(found.gradients.count == (12 + rule.interval - 1) / rule.interval)
  }

  /// Outputs do not know of windows.
  @Test(arguments: [(1, 1), (5, 5), (3, 7), (2, 3)], 0..<2)
  func statesAreCarriedOn(_ rule: (interval: Int, reach: Int), _ number: Int) {
    let series = Series.all[number]
    let whole = Model()(series.inputs, nil).outputs.values.doubles
    #expect(Self.run(TruncatedBPTT(interval: rule.interval, reach: rule.reach), series).outputs == whole)
  }

  /// Calls of any lengths, one after the other, and a stream that is written down and taken up in between.
  @Test(arguments: [4, 7]) func aStreamGoesOnFromCallToCall(_ reach: Int) throws {
    let series = Series.all[1]
    let model = Model()
    var stream = Stream(reach: reach)
    var outputs: [Double] = []
    for steps in [0..<3, 3..<4, 4..<8, 8..<10, 10..<12] {
      var copy = Stream(reach: reach)
      try copy.restore(from: Dictionary(uniqueKeysWithValues: stream.tensors))
      #expect(copy.stepCount == steps.lowerBound)
      stream = copy
      outputs += stream.run(series.inputs.steps(steps)) { model($0, $1) }.values.doubles
    }
    #expect(outputs == model(series.inputs, nil).outputs.values.doubles)
    #expect(stream.stepCount == 12)
  }

  @Test func foreignTensorsAreRefused() throws {
    var stream = Stream(reach: 4)
    _ = stream.run(Series.all[0].inputs.steps(0..<2)) { Model()($0, $1) }
    let tensors = Dictionary(uniqueKeysWithValues: stream.tensors)
    for name in ["counts", "block.0.inputs.values", "state.0.0"] {
      var fewer = tensors
      #expect(fewer.removeValue(forKey: name) != nil)
      #expect(throws: TruncatedStreamError.self) { try stream.restore(from: fewer) }
    }
  }

  /// Numbers that no stream writes, as a damaged file may have them.
  @Test func impossibleCountsAreRefused() throws {
    var stream = Stream(reach: 4)
    _ = stream.run(Series.all[1].inputs.steps(0..<2)) { Model()($0, $1) }
    let tensors = Dictionary(uniqueKeysWithValues: stream.tensors)
    for number in [Float.nan, .infinity, -1, 0.5, 1e30] {
      for name in ["counts", "block.0.inputs.lengths"] {
        var other = tensors
        let count = try #require(other[name]).count
        other[name] = Tensor([Float](repeating: number, count: count))
        #expect(throws: TruncatedStreamError.self) { try stream.restore(from: other) }
      }
    }
    let tokens = TokenBatch([[3, 1], [2]])
    let written = Dictionary(uniqueKeysWithValues: tokens.tensors)
    #expect(TokenBatch(tensors: written)?.tokens == tokens.tokens)
    for number in [Float.nan, .infinity, -2, 0.5, 1e30] {
      var other = written
      other["tokens"] = Tensor(repeating: number, shape: [2, 2])
      #expect(TokenBatch(tensors: other) == nil)
    }
  }

  @Test func windowsCoverTheSteps() {
    #expect(TruncatedBPTT(interval: 5).windows(ofSteps: 12) == [0..<5, 5..<10, 10..<12])
    #expect(TruncatedBPTT(interval: 5).reach == 5)
  }
}
