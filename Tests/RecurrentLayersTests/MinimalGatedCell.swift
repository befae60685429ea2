import RecurrentLayers
import RecurrentTensor

/// A cell as a user writes one, from operations and with `step` alone: the minimal gated unit (Zhou et al., 2016).
///
///     f  = σ(W_f [x, h] + b_f)
///     n  = tanh(W_n [x, f ⊙ h] + b_n)
///     h′ = (1 − f) ⊙ h + f ⊙ n
struct MinimalGatedCell: RecurrentCell {
  var gate: Linear
  var candidate: Linear

  init(inputSize: Int, hiddenSize: Int, key: RandomKey) {
    gate = Linear(inputSize: inputSize + hiddenSize, outputSize: hiddenSize, key: key.folding(0))
    candidate = Linear(inputSize: inputSize + hiddenSize, outputSize: hiddenSize, key: key.folding(1))
  }

  var hiddenSize: Int { gate.outputSize }
  var inputSize: Int { gate.inputSize - gate.outputSize }

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("gate", &gate)
    visitor.visit("candidate", &candidate)
  }

  func step(_ input: Tensor, from state: HiddenState) -> HiddenState {
    let h = state.hidden
    let f = sigmoid(gate(Tensor(concatenating: [input, h], axis: 1)))
    let n = tanh(candidate(Tensor(concatenating: [input, f * h], axis: 1)))
    return HiddenState(hidden: (1 - f) * h + f * n)
  }
}
