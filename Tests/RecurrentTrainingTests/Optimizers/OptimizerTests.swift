import RecurrentLayers
import RecurrentTensor
import RecurrentTraining
import Testing

struct OptimizerTests {
  /// Where the numbers of all parameters and moments lie.
  static func addresses(_ rehearsal: Rehearsal) -> [UnsafeRawPointer] {
    rehearsal.model.parameters.map { $0.parameter.value.pointer }
      + rehearsal.optimizer.state.tensors(for: rehearsal.model).dropFirst().map { $0.tensor.pointer }
  }

  @Test(arguments: optimizersOfAllKinds.indices)
  func aStepChangesEverythingInPlace(_ kind: Int) {
    var rehearsal = Rehearsal(optimizersOfAllKinds[kind])
    rehearsal.step()
    let before = Self.addresses(rehearsal)
    let bits = rehearsal.bits
    rehearsal.steps(5)
    #expect(Self.addresses(rehearsal) == before)
    #expect(zip(bits, rehearsal.bits).allSatisfy { $0 != $1 })
  }

  @Test(arguments: optimizersOfAllKinds.indices)
  func aCopyOfTheModelOrTheOptimiserStaysAsItIs(_ kind: Int) {
    var rehearsal = Rehearsal(optimizersOfAllKinds[kind])
    rehearsal.steps(2)
    let copy = rehearsal
    let bits = copy.bits
    let state = copy.optimizer.state.tensors(for: copy.model).map { $0.tensor.doubles }
    rehearsal.steps(3)
    let after = rehearsal.bits
    #expect(copy.bits == bits)
    #expect(copy.optimizer.state.tensors(for: copy.model).map { $0.tensor.doubles } == state)
    // The control of the test above: a parameter that is shared moves elsewhere.
    #expect(zip(Self.addresses(copy), Self.addresses(rehearsal)).allSatisfy { $0 != $1 })
    // The copy goes on from where it was made.
    var second = copy
    second.steps(3)
    #expect(second.bits == after)
  }

  @Test(arguments: optimizersOfAllKinds.indices)
  func aFrozenParameterStaysAsItIs(_ kind: Int) {
    var rehearsal = Rehearsal(optimizersOfAllKinds[kind])
    rehearsal.model.setTrainable(false) { $0.hasPrefix("lstm.weight") }
    let before = rehearsal.model.parameters
    rehearsal.steps(3)
    for (old, new) in zip(before, rehearsal.model.parameters) {
      let isSame = old.parameter.value.scalars == new.parameter.value.scalars
      #expect(isSame == old.path.hasPrefix("lstm.weight"), "\(old.path)")
    }
    let names = rehearsal.optimizer.state.tensors(for: rehearsal.model).map(\.name)
    #expect(!names.contains { $0.contains("lstm.weight") })
  }

  @Test func firstStepsByHand() {
    func step(_ optimizer: some Optimizer, _ count: Int = 1) -> [Float] {
      var optimizer = optimizer
      var model = Numbers([1], [2])
      for _ in 0..<count {
        // The gradient is 0.5 everywhere.
        let gradients = valueWithGradient(at: model) { ($0.first.value.sum() + $0.second.value.sum()) * 0.5 }.gradients
        optimizer.update(&model, with: gradients)
      }
      return model.scalars
    }
    #expect(step(SGD(learningRate: 0.5)) == [0.75, 1.75])
    #expect(step(SGD(learningRate: 0.5, weightDecay: 0.5)) == [0.5, 1.25])
    // m = 0.5, then 0.5 · 0.5 + 0.5.
    #expect(step(SGD(learningRate: 0.5, momentum: 0.5), 2) == [1 - 0.25 - 0.375, 2 - 0.25 - 0.375])
    // Whatever the gradient, the first step of these is as long as the rate.
    #expect(step(Adagrad(learningRate: 0.25)) == [0.75, 1.75])
    for value in zip(step(Adam(learningRate: 0.25)), [0.75, 1.75] as [Float]) { #expect(abs(value.0 - value.1) < 1e-6) }
    // AdamW first takes rate · decay of the weight away.
    let decayed = step(AdamW(learningRate: 0.25, weightDecay: 0.4))
    for value in zip(decayed, [0.65, 1.55] as [Float]) { #expect(abs(value.0 - value.1) < 1e-6) }
  }

  @Test func theLearningRateMayChange() {
    var rehearsal = Rehearsal(AnyOptimizer(SGD(learningRate: 0.1)))
    rehearsal.optimizer.learningRate = 0
    let before = rehearsal.bits
    rehearsal.step()
    #expect(rehearsal.bits == before)
    rehearsal.optimizer.learningRate = 0.1
    rehearsal.step()
    #expect(rehearsal.bits != before)
  }

  @Test func worksInDoublePrecision() {
    var model = Numbers()
    model.mapParameters { _, value in value.converted(to: .float64) }
    var optimizer = Adam(learningRate: 0.1)
    for _ in 0..<3 {
      let gradients = valueWithGradient(at: model) { ($0.first.value.squared().sum() + $0.second.value.sum()) }
        .gradients
      optimizer.update(&model, with: gradients)
    }
    // Adam's first steps are as long as the rate, whatever the gradient.
    #expect(model.second.value.doubles.map { ($0 * 1e6).rounded() } == [3_700_000, 4_700_000])
  }

  @Test func misuseTraps() async {
    // The gradients of another model.
    await #expect(processExitsWith: .failure) {
      let gradients = valueWithGradient(at: Numbers([1], [2])) { $0.first.value.sum() }.gradients
      var model = Numbers()
      var optimizer = SGD()
      optimizer.update(&model, with: gradients)
    }
    // A parameter frozen between steps: the moments of the others would be mixed up.
    await #expect(processExitsWith: .failure) {
      var rehearsal = Rehearsal(AnyOptimizer(Adam()))
      rehearsal.step()
      rehearsal.model.setTrainable(false) { $0 == "lstm.bias_ih_l0" }
      rehearsal.step()
    }
    await #expect(processExitsWith: .failure) { _ = SGD(isNesterov: true) }
    await #expect(processExitsWith: .failure) { _ = Adam(beta1: 1) }
  }
}
