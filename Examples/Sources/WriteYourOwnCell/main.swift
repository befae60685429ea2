import Recurrent

/// The minimal gated unit (Zhou et al., 2016): one gate f decides what is kept and what is new.
struct MinimalGatedCell: RecurrentCell {
  var gate: Linear
  var candidate: Linear
  let inputSize: Int
  let hiddenSize: Int

  init(inputSize: Int, hiddenSize: Int, key: RandomKey) {
    gate = Linear(inputSize: inputSize + hiddenSize, outputSize: hiddenSize, key: key.folding(0))
    candidate = Linear(inputSize: inputSize + hiddenSize, outputSize: hiddenSize, key: key.folding(1))
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
  }

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("gate", &gate)
    visitor.visit("candidate", &candidate)
  }

  func step(_ x: Tensor, from state: HiddenState) -> HiddenState {
    let h = state.hidden
    let f = sigmoid(gate(Tensor(concatenating: [x, h], axis: 1)))
    let n = tanh(candidate(Tensor(concatenating: [x, f * h], axis: 1)))
    return HiddenState(hidden: (1 - f) * h + f * n)
  }
}

let key = RandomKey(seed: 1)
let layer = BidirectionalLayer(
  forward: MinimalGatedCell(inputSize: 3, hiddenSize: 5, key: key.folding(0)),
  backward: MinimalGatedCell(inputSize: 3, hiddenSize: 5, key: key.folding(1)))
let batch = SequenceBatch(Tensor(normal: [7, 2, 3], key: key.folding(2)), lengths: [7, 4])
print(layer(batch).outputs.values.shape)  // [7, 2, 10]
