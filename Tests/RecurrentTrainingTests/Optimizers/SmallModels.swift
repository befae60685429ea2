import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining

/// An LSTM and a linear layer on every step, as in the golden training runs.
struct Regressor: Module {
  var lstm: RecurrentStack<LSTM>
  var linear: Linear

  init(inputSize: Int = 2, hiddenSize: Int = 5, seed: UInt64 = 1) {
    let key = RandomKey(seed: seed).folding(.initialization)
    lstm = RecurrentStack([LSTM(inputSize: inputSize, hiddenSize: hiddenSize, key: key.folding(0))])
    linear = Linear(inputSize: hiddenSize, outputSize: 1, key: key.folding(1))
  }

  func callAsFunction(_ x: Tensor) -> Tensor { linear(lstm(SequenceBatch(x)).outputs.values) }

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("lstm", &lstm)
    visitor.visit("linear", &linear)
  }
}

/// Parameters without a model around them.
struct Numbers: Module {
  var first: Parameter
  var second: Parameter

  init(_ first: [Float] = [1, 2, 3], _ second: [Float] = [4, 5]) {
    self.first = Parameter(Tensor(first))
    self.second = Parameter(Tensor(second))
  }

  mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
    visitor.visit("first", &first)
    visitor.visit("second", &second)
  }

  var scalars: [Float] { first.value.scalars + second.value.scalars }
}

/// Trains on two random sequences; the same numbers every time.
struct Rehearsal {
  var model = Regressor()
  var optimizer: AnyOptimizer
  let scope = GradientScope()
  static let x = Tensor(normal: [6, 2, 2], key: RandomKey(seed: 5))
  static let targets = Tensor(normal: [6, 2, 1], key: RandomKey(seed: 6))

  init(_ optimizer: AnyOptimizer) { self.optimizer = optimizer }

  mutating func step() {
    _ = scope.evaluate(at: &model) { model in meanSquaredError(model(Self.x), Self.targets) }
    optimizer.update(&model, with: scope.gradients)
  }

  mutating func steps(_ count: Int) { for _ in 0..<count { step() } }

  /// All parameters, bit for bit.
  var bits: [UInt32] { model.parameters.flatMap { $0.parameter.value.scalars.map(\.bitPattern) } }
}

/// One optimiser of each kind and with each option that changes what it remembers.
let optimizersOfAllKinds: [AnyOptimizer] = [
  AnyOptimizer(SGD(learningRate: 0.1)),
  AnyOptimizer(SGD(learningRate: 0.1, momentum: 0.9, isNesterov: true, weightDecay: 0.01)),
  AnyOptimizer(RMSprop(learningRate: 0.01)),
  AnyOptimizer(RMSprop(learningRate: 0.01, momentum: 0.5)),
  AnyOptimizer(RMSprop(learningRate: 0.01, momentum: 0.5, isCentered: true)),
  AnyOptimizer(Adagrad(learningRate: 0.05)),
  AnyOptimizer(Adam(learningRate: 0.02)),
  AnyOptimizer(AdamW(learningRate: 0.02, weightDecay: 0.1)),
]
