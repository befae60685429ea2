import RecurrentTensor

/// What is measured: a stack of equal recurrent layers over one batch.
struct BenchProblem: Sendable {
  /// How many steps of each row are real.
  enum Lengths: String, CaseIterable, Sendable {
    /// All of them.
    case full
    /// From 1 to T, each as likely as the others; the longest row has T.
    case uniform
  }

  /// Where the layers begin.
  enum StartingState: String, CaseIterable, Sendable {
    /// No state is given.
    case zero
    /// A state is given with the call.
    case given
    /// The first state is a parameter of the layer.
    case trainable
  }

  var cell: BenchCell
  var shape: BenchShape
  var mode: BenchMode
  var lengths = Lengths.full
  var isBidirectional = false
  /// The share of the outputs between layers that a training step drops.
  var dropout: Float = 0
  /// The share of the hidden state that a training step drops on its way to the recurrent matrix, anew at every step.
  var stateDropout: Float = 0
  /// The share of the state that a step leaves as it was.
  var zoneout: Float = 0
  /// The share of the recurrent weights that a training step drops.
  var weightDrop: Float = 0
  var state = StartingState.zero
  /// Whether training keeps the states at the borders of segments of time only, and makes the rest again.
  var recomputes = false

  /// What is dropped or kept at random, if anything.
  var noise: [(name: String, share: Float)] {
    [("dropout", dropout), ("state_dropout", stateDropout), ("zoneout", zoneout), ("weight_drop", weightDrop)]
      .filter { $0.share > 0 }
  }

  var directions: Int { isBidirectional ? 2 : 1 }

  /// The real steps of each row; nil when all are.
  var rowLengths: [Int]? {
    guard lengths == .uniform else { return nil }
    let key = RandomKey(seed: 11).folding(.data)
    var lengths = (0..<shape.batch).map { 1 + key.integer(at: $0, below: shape.steps) }
    if let longest = lengths.indices.max(by: { lengths[$0] < lengths[$1] }) { lengths[longest] = shape.steps }
    return lengths
  }

  /// How many rows are real at each time step, in falling order.
  var rowsPerStep: [Int] {
    guard let rowLengths else { return Array(repeating: shape.batch, count: shape.steps) }
    return (0..<shape.steps).map { step in rowLengths.count { $0 > step } }
  }

  /// The number of features that a layer reads.
  func inputSize(ofLayer layer: Int) -> Int {
    layer == 0 ? shape.inputSize : directions * cell.outputSize(shape.hiddenSize)
  }

  /// The numbers in the matrices of a layer, of one direction.
  func weights(ofLayer layer: Int) -> Int {
    cell.inputGates * shape.hiddenSize * inputSize(ofLayer: layer) + cell.recurrentWeights(shape.hiddenSize)
  }

  /// Useful floating-point operations: the products of weights with real steps, two for each weight; three times as many
  /// where gradients are computed.
  var operations: Double {
    let steps = Double(rowLengths?.reduce(0, +) ?? shape.steps * shape.batch)
    let forward = (0..<shape.layers).reduce(0.0) { sum, layer in
      sum + 2 * steps * Double(directions * weights(ofLayer: layer))
    }
    return mode == .train ? 3 * forward : forward
  }
}
