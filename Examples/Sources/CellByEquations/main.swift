import Recurrent

/// The chaos-free network (Laurent and von Brecht, 2017): without input its state falls to zero.
///
///     θ = σ(W_θ x + R_θ h + b_θ)
///     η = σ(W_η x + R_η h + b_η)
///     h′ = θ ⊙ tanh h + η ⊙ tanh(W_v x + b_v)
///
/// The equations are all there is: they become the loop over time, forward and backward, as for the library's own cells.
struct ChaosFreeCell: EquationCell {
  typealias State = HiddenState
  var weights: EquationWeights

  init(inputSize: Int, hiddenSize: Int, key: RandomKey) {
    weights = EquationWeights(inputSize: inputSize, hiddenSize: hiddenSize, key: key) { cell in
      let h = cell.state("hidden")
      let gates = cell.inputs(2, adding: "weight_hh", times: h)
      let forget = cell.named("forget_gate", gates[0].sigmoid)
      let new = cell.inputs()[0].tanh
      cell.setNext(h, to: .multiplyAdd(forget, h.tanh, gates[1].sigmoid * new))
    }
  }
}

struct Model: Module {
  var layer: RecurrentLayer<ChaosFreeCell>
  var head: Linear

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("layer", &layer)
    visitor.visit("head", &head)
  }
}

// Which of four symbols stood first? The answer is asked for after nine more.
let key = RandomKey(seed: 3)
let (steps, rows, symbols) = (10, 64, 4)

func batch(_ number: Int) -> (inputs: SequenceBatch, first: [Int32]) {
  let draws = key.folding(100 + number)
  let tokens = (0..<steps * rows).map { Int32(draws.integer(at: $0, below: symbols)) }
  let oneHot = tokens.flatMap { token in (0..<symbols).map { Int32($0) == token ? Float(1) : 0 } }
  return (SequenceBatch(Tensor(oneHot, shape: [steps, rows, symbols])), Array(tokens[..<rows]))
}

var model = Model(
  layer: RecurrentLayer(ChaosFreeCell(inputSize: symbols, hiddenSize: 32, key: key.folding(0))),
  head: Linear(inputSize: 32, outputSize: symbols, key: key.folding(1)))
var optimizer = Adam(learningRate: 0.01)
let scope = GradientScope()
for step in 1...600 {
  let (inputs, first) = batch(step)
  let loss = scope.evaluate(at: &model) { crossEntropy($0.head($0.layer(inputs).outputs.last), first) }
  optimizer.update(&model, with: scope.gradients)
  if step % 200 == 0 { print("step \(step): loss \(loss)") }
}

let (inputs, first) = batch(0)
let logits = model.head(model.layer(inputs).outputs.last)
let right = (0..<rows).count { row in
  let scores = (0..<symbols).map { logits.scalars[row * symbols + $0] }
  return scores.firstIndex(of: scores.max() ?? 0) == Int(first[row])
}
print("\(right) of \(rows) rows right")
if let forget = model.layer.trace(inputs)["forget_gate"] { print("mean of the forget gate: \(forget.mean().scalar)") }
