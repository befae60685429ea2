import RecurrentLayers
import RecurrentTensor

/// The weights of one recurrent layer as its ONNX node takes them, the directions along the first axis.
struct RecurrentNodeWeights {
  /// `[D, G·H, I]`
  let input: Tensor
  /// `[D, G·H, H]`
  let hidden: Tensor
  /// `[D, 2·G·H]`: the biases beside the input's matrix, then those beside the hidden state's; nil for none.
  let bias: Tensor?
  /// Whether half of the biases are made up.
  let fillsBias: Bool
  /// `[D, 3·H]`; nil for none.
  let peepholes: Tensor?

  init(_ directions: [DirectionWeights], hiddenSize: Int, _ form: RecurrentNodeForm) {
    func arranged(_ tensor: Tensor) -> Tensor { tensor.arranged(form.blocks, height: hiddenSize) }
    input = Tensor(stacking: directions.map { arranged($0.inputHidden) })
    hidden = Tensor(stacking: directions.map { arranged($0.hiddenHidden) })
    let halves = directions.map { [$0.inputBias, $0.hiddenBias] }
    let given = halves.joined().compactMap { $0 }.count
    fillsBias = given > 0 && given < 2 * directions.count
    let zeros = Tensor(zeros: [form.blocks.count * hiddenSize])
    bias =
      given == 0
      ? nil
      : Tensor(stacking: halves.map { Tensor(concatenating: $0.map { $0.map(arranged) ?? zeros }, axis: 0) })
    let peepholes = directions.compactMap { $0.peepholes?.arranged(form.peepholes, height: hiddenSize) }
    self.peepholes = peepholes.isEmpty ? nil : Tensor(stacking: peepholes)
  }
}

extension Tensor {
  /// Blocks of `height` rows in another order, some with the other sign.
  func arranged(_ blocks: [RecurrentNodeForm.Block], height: Int) -> Tensor {
    Tensor(
      concatenating: blocks.map { block in
        let rows = slice(axis: 0, block.source * height..<(block.source + 1) * height)
        // Zeros stay zeros without a sign.
        return block.isNegated ? Tensor(zeros: rows.shape) - rows : rows
      }, axis: 0)
  }
}
