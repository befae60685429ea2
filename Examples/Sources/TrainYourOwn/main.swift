import Foundation
import Recurrent

struct Forecaster: Module {
  var lower: LSTM
  var upper: LSTM
  var head: Linear

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("lower", &lower)
    visitor.visit("upper", &upper)
    visitor.visit("head", &head)
  }

  func callAsFunction(_ x: SequenceBatch) -> Tensor { head(upper(lower(x).outputs).outputs.values) }
}

let key = RandomKey(seed: 42)
var model = Forecaster(
  lower: LSTM(inputSize: 1, hiddenSize: 16, key: key.folding(0)),
  upper: LSTM(inputSize: 16, hiddenSize: 16, key: key.folding(1)),
  head: Linear(inputSize: 16, outputSize: 1, key: key.folding(2)))

let wave = (0...200).map { Float(sin(Double($0) / 8)) }
let inputs = SequenceBatch(Tensor(Array(wave.dropLast()), shape: [200, 1, 1]))
let targets = Tensor(Array(wave.dropFirst()), shape: [200, 1, 1])

var optimizer = Adam(learningRate: 0.01)
for step in 1...300 {
  let (loss, gradients) = valueWithGradient(at: model) { meanSquaredError($0(inputs), targets) }
  optimizer.update(&model, with: gradients)
  if step % 100 == 0 { print("step \(step): loss \(loss)") }
}
try model.save(to: "wave.safetensors")
try model.load(from: "wave.safetensors")
