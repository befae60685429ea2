import RecurrentInterchange
import RecurrentLayers
import RecurrentTensor

/// The weights of a recurrent node, of the shapes that they must have.
struct NodeTensors {
  /// W, `[D, G·H, I]`.
  let input: NamedNumbers
  /// R, `[D, G·H, H]`.
  let hidden: NamedNumbers
  /// B, `[D, 2·G·H]`; nil for none.
  let bias: NamedNumbers?
  /// P, `[D, 3·H]`; nil for none.
  let peepholes: NamedNumbers?
  private let directionCount: Int
  private let hiddenSize: Int
  private let rowCount: Int

  init(
    _ recognizer: NetworkRecognizer, _ node: RecognizedNode, _ settings: RecurrentSettings, inputSize: Int,
    hiddenSize: Int
  ) throws(ONNXError) {
    directionCount = settings.directions.count
    self.hiddenSize = hiddenSize
    // The product of sizes of a tensor that is there, but for the gates.
    let (rows, overflow) = settings.kind.gateCount.multipliedReportingOverflow(by: hiddenSize)
    guard !overflow, rows < Int.max / 2 else { throw node.error("a layer of \(hiddenSize) units") }
    rowCount = rows
    input = try recognizer.numbers(node, 1, shape: [directionCount, rows, inputSize])
    hidden = try recognizer.numbers(node, 2, shape: [directionCount, rows, hiddenSize])
    bias = settings.hasBias ? try recognizer.numbers(node, 3, shape: [directionCount, 2 * rows]) : nil
    peepholes = settings.hasPeepholes ? try recognizer.numbers(node, 7, shape: [directionCount, 3 * hiddenSize]) : nil
  }

  /// Whether nothing is added beside the hidden state's matrix.
  var hasZeroHiddenBias: Bool { hiddenBiases.allSatisfy { $0.scalars.allSatisfy { $0.bitPattern == 0 } } }

  private var hiddenBiases: [Tensor] {
    (0..<directionCount).compactMap { bias?.values[$0].slice(axis: 0, rowCount..<2 * rowCount) }
  }

  /// The layer that has these weights in the order of the network.
  func layer(_ description: RecurrentDescription, _ form: RecurrentNodeForm) -> RecognizedRecurrentLayer {
    let blocks = RecurrentNodeForm.inverse(of: form.blocks)
    let vectors = RecurrentNodeForm.inverse(of: form.peepholes)
    let keepsHiddenBias = !hasZeroHiddenBias
    let directions = (0..<directionCount).map { direction in
      func arranged(_ tensor: Tensor) -> Tensor { tensor.arranged(blocks, height: hiddenSize) }
      let bias = bias?.values[direction]
      return DirectionWeights(
        inputHidden: arranged(input.values[direction]), hiddenHidden: arranged(hidden.values[direction]),
        inputBias: bias.map { arranged($0.slice(axis: 0, 0..<rowCount)) },
        hiddenBias: keepsHiddenBias ? bias.map { arranged($0.slice(axis: 0, rowCount..<2 * rowCount)) } : nil,
        peepholes: peepholes.map { $0.values[direction].arranged(vectors, height: hiddenSize) })
    }
    return RecognizedRecurrentLayer(
      description: description, directions: directions, sources: sources(description, form.negation))
  }

  private func sources(
    _ description: RecurrentDescription, _ negation: [ConversionAudit.Action]
  ) -> [(words: [String], numbers: NamedNumbers, actions: [ConversionAudit.Action])] {
    let order: [ConversionAudit.Action] = (rowCount > hiddenSize ? [.permuted] : []) + negation
    let parts: [ConversionAudit.Action] = directionCount > 1 ? [.split] : []
    let sum: [ConversionAudit.Action] = !description.isFused && !hasZeroHiddenBias ? [.summed] : []
    var sources = [
      (["weight_ih"], input, order + parts + input.conversion),
      (["weight_hh", "weight_hn"], hidden, order + parts + hidden.conversion),
    ]
    if let bias { sources.append((["bias"], bias, order + [.split] + sum + bias.conversion)) }
    if let peepholes { sources.append((["peephole"], peepholes, order + [.split] + peepholes.conversion)) }
    return sources
  }
}

extension RecurrentNodeForm {
  /// Where each block of the network's weights stands in the node: of two places the first one.
  static func inverse(of blocks: [Block]) -> [Block] {
    let count = (blocks.map(\.source).max() ?? -1) + 1
    return (0..<count).compactMap { source in
      blocks.firstIndex { $0.source == source }.map { Block(source: $0, isNegated: blocks[$0].isNegated) }
    }
  }
}
