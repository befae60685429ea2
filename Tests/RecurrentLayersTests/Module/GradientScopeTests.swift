import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import Testing

struct GradientScopeTests {
  struct Weights: Module {
    var a = Parameter(Tensor([1, 2, 3]))
    var b: Parameter? = Parameter(Tensor([4]))
    var dropout = Dropout(0.5)

    mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
      visitor.visit("a", &a)
      visitor.visit("b", &b)
      visitor.visit("dropout", &dropout)
    }
  }

  struct Failure: Error, Equatable {}

  @Test func givesValueGradientsAndWhateverElse() {
    var model = Weights()
    let scope = GradientScope()
    let (value, twice) = scope.evaluate(at: &model) { model in
      let square = model.a.value.squared()
      return (square.sum(), (square * 2).detached())
    }
    #expect(value == 14)
    #expect(twice.scalars == [2, 8, 18])
    #expect(scope.gradients.count == 2)
    #expect(scope.gradients[0].scalars == [2, 4, 6])
    #expect(scope.gradients[1].scalars == [0], "what the loss does not depend on has gradient 0")
  }

  @Test func theModelIsAsItWasAfterwards() {
    var model = Weights()
    let scope = GradientScope()
    _ = scope.evaluate(at: &model, key: RandomKey(seed: 1)) { model in model.a.value.sum() }
    #expect(model.a.value.node == nil && model.b?.value.node == nil)
    #expect(model.dropout(model.a.value).scalars == [1, 2, 3])
  }

  @Test func anErrorOfTheLossPassesThroughAndLeavesTheScopeUsable() {
    var model = Weights()
    let scope = GradientScope()
    #expect(throws: Failure()) {
      try scope.evaluate(at: &model) { model throws(Failure) in
        _ = model.a.value.sum()
        throw Failure()
      }
    }
    #expect(model.a.value.node == nil)
    #expect(scope.evaluate(at: &model) { $0.a.value.sum() } == 6)
    #expect(scope.gradients[0].scalars == [1, 1, 1])
  }

  @Test func oneScopeServesDifferentModels() {
    let scope = GradientScope()
    var model = Weights()
    _ = scope.evaluate(at: &model) { $0.a.value.sum() }
    var smaller = Weights()
    smaller.b = nil
    _ = scope.evaluate(at: &smaller) { $0.a.value.squared().sum() }
    #expect(scope.gradients.count == 1)
    #expect(scope.gradients[0].scalars == [2, 4, 6])
    var other = Linear(inputSize: 40, outputSize: 2, key: RandomKey(seed: 1))
    _ = scope.evaluate(at: &other) { $0(Tensor(repeating: 1, shape: [1, 40])).sum() }
    #expect(scope.gradients.count == 2)
    #expect(scope.gradients[0].shape == [2, 40])
    _ = scope.evaluate(at: &model) { $0.a.value.sum() }
    #expect(scope.gradients[0].scalars == [1, 1, 1])
  }

  @Test func gradientsThatWereKeptDoNotChange() {
    var model = Weights()
    let scope = GradientScope()
    _ = scope.evaluate(at: &model) { $0.a.value.sum() }
    let kept = scope.gradients
    _ = scope.evaluate(at: &model) { $0.a.value.squared().sum() }
    #expect(kept[0].scalars == [1, 1, 1])
    #expect(scope.gradients[0].scalars == [2, 4, 6])
  }

  @Test func statesCarriedOverCarryNoGradient() {
    let x = SequenceBatch(Tensor(normal: [3, 2, 2], key: RandomKey(seed: 3)))
    var layer = LSTM(inputSize: 2, hiddenSize: 3, key: RandomKey(seed: 4))
    let scope = GradientScope()
    let state = scope.evaluate(at: &layer) { layer in
      let (outputs, last) = layer(x)
      return (outputs.values.sum(), last.detached())
    }.auxiliary
    let carried = scope.evaluate(at: &layer) { $0(x, from: state).outputs.values.sum() }
    let gradients = scope.gradients
    let constant = LSTMState(
      hidden: Tensor(state.hidden.scalars, shape: [2, 3]), cell: Tensor(state.cell.scalars, shape: [2, 3]))
    #expect(scope.evaluate(at: &layer) { $0(x, from: constant).outputs.values.sum() } == carried)
    for index in 0..<4 { #expect(scope.gradients[index].scalars == gradients[index].scalars) }
  }

  @Test func masksDependOnKeyAndSourceAlone() {
    struct TwoSources: Module {
      var first = Dropout(0.5)
      var second = Dropout(0.5)
      mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
        visitor.visit("first", &first)
        visitor.visit("second", &second)
      }
    }
    let ones = Tensor(repeating: 1, shape: [256])
    func masks(_ seed: UInt64) -> [[Float]] {
      var model = TwoSources()
      return GradientScope().evaluate(at: &model, key: RandomKey(seed: seed)) { model in
        (Tensor(0), [model.first(ones).scalars, model.second(ones).scalars])
      }.auxiliary
    }
    let found = masks(1)
    #expect(masks(1) == found)
    #expect(found[0] != found[1])
    #expect(Set(found + masks(2)).count == 4)
    for mask in found {
      #expect(Set(mask) == [0, 2])
      #expect((90...166).contains(mask.count { $0 == 0 }))
    }
  }

  @Test func dropoutOfRateZeroIsTheIdentity() {
    var dropout = Dropout(0)
    let x = Tensor([1, 2])
    let kept = GradientScope().evaluate(at: &dropout, key: RandomKey(seed: 1)) { (Tensor(0), $0(x).scalars) }.auxiliary
    #expect(kept == [1, 2])
  }

  @Test func dropoutsGradientHasTheSameMask() {
    struct Model: Module {
      var dropout = Dropout(0.3)
      var linear = Linear(inputSize: 6, outputSize: 5, key: RandomKey(seed: 1))
      mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
        visitor.visit("dropout", &dropout)
        visitor.visit("linear", &linear)
      }
    }
    let x = Tensor.doubles([4, 6], seed: 2)
    let check = checkGradient(of: Model(), key: RandomKey(seed: 9)) { model in
      model.dropout(model.linear(model.dropout(x))).weighedSum()
    }
    #expect(check.agrees, "\(check)")
  }
}
