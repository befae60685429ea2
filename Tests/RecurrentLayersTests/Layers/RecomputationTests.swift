import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

/// What is made again has the bits of what would have been kept.
struct RecomputationTests {
  /// A layer over inputs that want a gradient, from a first state that does too.
  struct Model<Layer: SequenceLayer>: Module {
    var layer: Layer
    var x: Parameter
    var state: [Parameter]

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      visitor.visit("layer", &layer)
      visitor.visit("x", &x)
      for index in state.indices {
        visitor.enter(.index(index))
        visitor.visit("state", &state[index])
        visitor.leave()
      }
    }
  }

  /// Sizes at which time falls into several segments, the first one shorter: kernels for floats sum gradients over chunks
  /// of 768 rows.
  struct Problem: CustomTestStringConvertible {
    let steps: Int
    let batch: Int
    let segmentSteps: Int
    var lengths: [Int]?
    var elementType = ElementType.float32
    var hasState = true
    var usesLastState = true

    var testDescription: String {
      "T\(steps) N\(batch) \(elementType)\(lengths == nil ? "" : " ragged")\(hasState ? "" : " from zero")"
    }

    static let rows = 96
    static func ragged(_ steps: Int, longest: Int) -> [Int] {
      (0..<rows).map { [longest, 0, 1, 9, longest / 2, longest - 1][$0 % 6] }
    }

    static let all = [
      Problem(steps: 29, batch: rows, segmentSteps: 8),
      Problem(steps: 33, batch: rows, segmentSteps: 9, hasState: false, usesLastState: false),
      Problem(steps: 29, batch: rows, segmentSteps: 8, lengths: ragged(29, longest: 27)),
      Problem(steps: 40, batch: rows, segmentSteps: 8, lengths: ragged(40, longest: 19), hasState: false),
      Problem(steps: 11, batch: 4, segmentSteps: 2, elementType: .float64),
      Problem(steps: 11, batch: 4, segmentSteps: 3, lengths: [4, 11, 0, 10], elementType: .float64),
    ]
  }

  /// The bits of outputs, last state and all gradients.
  static func bits<Layer: SequenceLayer>(_ layer: Layer, _ problem: Problem) -> [[UInt64]] {
    let key = RandomKey(seed: 8)
    let x = Tensor(normal: [problem.steps, problem.batch, layer.inputSize], key: key)
    let zero = layer.firstState(like: Tensor(zeros: [problem.batch, layer.inputSize]))
    var model = Model(
      layer: layer, x: Parameter(x),
      state: !problem.hasState
        ? []
        : zero.components.enumerated().map { number, part in
          Parameter(Tensor(normal: part.shape, key: key.folding(number)))
        })
    model.mapParameters { _, value in value.converted(to: problem.elementType) }
    let scope = GradientScope()
    let values = scope.evaluate(at: &model, key: key.folding(9)) { model in
      let (outputs, last) = model.layer(
        SequenceBatch(model.x.value, lengths: problem.lengths),
        from: problem.hasState ? zero.replacing(components: model.state.map(\.value)) : nil)
      let loss =
        problem.usesLastState
        ? last.components.reduce(outputs.values.weighedSum()) { $0 + $1.weighedSum() } : outputs.values.weighedSum()
      return (loss, [outputs.values.detached()] + last.components.map { $0.detached() })
    }.auxiliary
    return values.map { $0.doubles.map(\.bitPattern) }
      + (0..<scope.gradients.count).map { scope.gradients[$0].doubles.map(\.bitPattern) }
  }

  static func expectSameBits<Layer: SequenceLayer>(_ make: (Recomputation) -> Layer, _ problem: Problem) {
    let kept = bits(make(.never), problem)
    let recomputed = bits(make(.segments(ofSteps: problem.segmentSteps)), problem)
    #expect(kept == recomputed)
    #expect(bits(make(.automatic), problem) == kept)
  }

  static let key = RandomKey(seed: 2)

  static func expectSameBits<Cell: RecurrentCell>(
    _ cell: Cell, _ problem: Problem, stateDropout: StateDropout? = nil, zoneout: Zoneout? = nil
  ) {
    for direction in Direction.allCases {
      expectSameBits(
        {
          RecurrentLayer(
            cell, direction: direction, initialState: .trainable, stateDropout: stateDropout, zoneout: zoneout,
            recomputation: $0)
        }, problem)
    }
  }

  @Test(arguments: Problem.all) func fusedCells(_ problem: Problem) {
    Self.expectSameBits(LSTMCell(inputSize: 3, hiddenSize: 5, key: Self.key), problem)
    for variant in GRUCell.Variant.allCases {
      Self.expectSameBits(GRUCell(inputSize: 3, hiddenSize: 5, variant: variant, key: Self.key), problem)
    }
    Self.expectSameBits(ElmanCell(inputSize: 3, hiddenSize: 5, key: Self.key), problem)
  }

  @Test(arguments: Problem.all) func cellsGivenByEquations(_ problem: Problem) {
    var variant = LSTMVariant()
    (variant.hasPeepholes, variant.normalization, variant.projectionSize) = (true, .layer, 4)
    Self.expectSameBits(LSTMVariantCell(inputSize: 3, hiddenSize: 5, variant: variant, key: Self.key), problem)
    variant.normalization = .batch(steps: 3)
    Self.expectSameBits(LSTMVariantCell(inputSize: 3, hiddenSize: 5, variant: variant, key: Self.key), problem)
    Self.expectSameBits(RecurrentLayers.MinimalGatedCell(inputSize: 3, hiddenSize: 5, key: Self.key), problem)
    Self.expectSameBits(MinimalGRUCell(inputSize: 3, hiddenSize: 5, key: Self.key), problem)
  }

  @Test(arguments: Problem.all) func statesThatAreDroppedOrKept(_ problem: Problem) {
    let lstm = LSTMCell(inputSize: 3, hiddenSize: 5, key: Self.key)
    for masks in StateDropout.Masks.allCases {
      Self.expectSameBits(lstm, problem, stateDropout: StateDropout(0.4, masks: masks))
    }
    Self.expectSameBits(lstm, problem, zoneout: Zoneout(hidden: 0.3, cell: 0.2))
  }

  @Test(arguments: Problem.all) func bothDirections(_ problem: Problem) {
    let cells = (0..<2).map { LSTMCell(inputSize: 3, hiddenSize: 5, key: Self.key.folding($0)) }
    for stateDropout in [nil, StateDropout(0.4, masks: .perStep)] {
      Self.expectSameBits(
        {
          BidirectionalLayer(
            forward: cells[0], backward: cells[1], initialState: .trainable, stateDropout: stateDropout,
            recomputation: $0)
        }, problem)
    }
    let minimal = (0..<2).map {
      RecurrentLayers.MinimalGatedCell(inputSize: 3, hiddenSize: 5, key: Self.key.folding($0))
    }
    Self.expectSameBits(
      {
        BidirectionalLayer(forward: minimal[0], backward: minimal[1], merge: .sum, recomputation: $0)
      }, problem)
  }

  @Test func gradientsAgreeWithDifferences() {
    let layer = LSTM(
      LSTMCell(inputSize: 2, hiddenSize: 3, key: Self.key), initialState: .trainable,
      recomputation: .segments(ofSteps: 3))
    let inputs = SequenceBatch(.doubles([8, 3, 2], seed: 3), lengths: [8, 0, 5])
    let check = checkGradient(of: layer) { $0(inputs).outputs.values.weighedSum() }
    #expect(check.agrees, "\(check)")
  }

  /// Beside outputs, inputs and their gradients almost nothing is left.
  @Test func memoryIsThatOfSegments() {
    func savedBytes(_ recomputation: Recomputation) -> Int {
      let (steps, batch, width) = (3000, 8, 16)
      var model = RecomputationTests.Model(
        layer: LSTM(LSTMCell(inputSize: width, hiddenSize: width, key: Self.key), recomputation: recomputation),
        x: Parameter(Tensor(normal: [steps, batch, width], key: Self.key)), state: [])
      let scope = GradientScope()
      let outputGradient = Tensor(repeating: 1, shape: [steps, batch, width])
      scope.evaluate(at: &model, outputGradient: outputGradient) { $0.layer(SequenceBatch($0.x.value)).outputs.values }
      return scope.heldByteCount - 2 * 4 * outputGradient.count
    }
    #expect(savedBytes(.automatic) * 10 < savedBytes(.never))
  }
}
