@testable import RecurrentTraining
import Testing

struct OptimizerConfigurationTests {
  typealias Kind = OptimizerConfiguration.Kind

  /// What the optimiser of a configuration does must be what the optimiser made by hand does.
  @Test(arguments: Kind.allCases, [false, true])
  func makesTheOptimiserThatItNames(_ kind: Kind, _ isChanged: Bool) throws {
    var configuration = OptimizerConfiguration(kind)
    let byHand: AnyOptimizer
    switch (kind, isChanged) {
    case (.sgd, false): byHand = AnyOptimizer(SGD())
    case (.rmsprop, false): byHand = AnyOptimizer(RMSprop())
    case (.adagrad, false): byHand = AnyOptimizer(Adagrad())
    case (.adam, false): byHand = AnyOptimizer(Adam())
    case (.adamw, false): byHand = AnyOptimizer(AdamW())
    case (.sgd, true):
      (configuration.learningRate, configuration.momentum, configuration.isNesterov) = (0.2, 0.8, true)
      configuration.weightDecay = 0.1
      byHand = AnyOptimizer(SGD(learningRate: 0.2, momentum: 0.8, isNesterov: true, weightDecay: 0.1))
    case (.rmsprop, true):
      (configuration.alpha, configuration.epsilon, configuration.momentum) = (0.9, 1e-4, 0.5)
      (configuration.isCentered, configuration.weightDecay) = (true, 0.1)
      byHand = AnyOptimizer(RMSprop(alpha: 0.9, epsilon: 1e-4, momentum: 0.5, isCentered: true, weightDecay: 0.1))
    case (.adagrad, true):
      (configuration.epsilon, configuration.weightDecay) = (1e-4, 0.1)
      byHand = AnyOptimizer(Adagrad(epsilon: 1e-4, weightDecay: 0.1))
    case (.adam, true):
      (configuration.beta1, configuration.beta2, configuration.epsilon) = (0.8, 0.9, 1e-4)
      configuration.weightDecay = 0.1
      byHand = AnyOptimizer(Adam(beta1: 0.8, beta2: 0.9, epsilon: 1e-4, weightDecay: 0.1))
    case (.adamw, true):
      (configuration.beta1, configuration.beta2, configuration.epsilon) = (0.8, 0.9, 1e-4)
      configuration.weightDecay = 0.1
      byHand = AnyOptimizer(AdamW(beta1: 0.8, beta2: 0.9, epsilon: 1e-4, weightDecay: 0.1))
    }
    var expected = Rehearsal(byHand)
    var named = Rehearsal(try configuration.makeOptimizer())
    var resolved = Rehearsal(try configuration.resolved().makeOptimizer())
    expected.steps(3)
    named.steps(3)
    resolved.steps(3)
    #expect(named.bits == expected.bits)
    #expect(resolved.bits == expected.bits)
    #expect(named.optimizer.state.momentNames == expected.optimizer.state.momentNames)
  }

  @Test func everyDefaultIsWrittenOut() throws {
    let adam = try OptimizerConfiguration(.adam, learningRate: 0.1).resolved()
    var expected = OptimizerConfiguration(.adam, learningRate: 0.1)
    (expected.beta1, expected.beta2, expected.epsilon, expected.weightDecay) = (0.9, 0.999, 1e-8, 0)
    #expect(adam == expected)
    #expect(try adam.resolved() == adam)
    #expect(try OptimizerConfiguration(.sgd).resolved().isNesterov == false)
    #expect(try OptimizerConfiguration(.sgd).resolved().beta1 == nil)
    #expect(try OptimizerConfiguration(.adamw).resolved().weightDecay == 0.01)
    #expect(Kind(rawValue: "rmsprop") == .rmsprop)
  }

  @Test func aSettingOfAnotherOptimiserIsRefused() {
    var configuration = OptimizerConfiguration(.adam)
    configuration.momentum = 0.9
    #expect(
      throws: OptimizerConfigurationError(kind: .adam, setting: "momentum", problem: .unknown([.sgd, .rmsprop]))
    ) { try configuration.makeOptimizer() }
    var flagged = OptimizerConfiguration(.rmsprop)
    flagged.isNesterov = false
    #expect(throws: OptimizerConfigurationError(kind: .rmsprop, setting: "nesterov", problem: .unknown([.sgd]))) {
      try flagged.resolved()
    }
    #expect(
      OptimizerConfigurationError(kind: .adam, setting: "momentum", problem: .unknown([.sgd, .rmsprop])).description
        == "optimizer adam has no momentum; it belongs to sgd and rmsprop")
  }

  @Test func numbersOutOfTheirRangeAreRefused() {
    func refuses(_ kind: Kind, _ change: (inout OptimizerConfiguration) -> Void) -> Bool {
      var configuration = OptimizerConfiguration(kind)
      change(&configuration)
      return (try? configuration.makeOptimizer()) == nil
    }
    #expect(refuses(.sgd) { $0.learningRate = 0 })
    #expect(refuses(.sgd) { $0.learningRate = .nan })
    #expect(refuses(.sgd) { $0.learningRate = .infinity })
    #expect(refuses(.sgd) { $0.momentum = -0.1 })
    #expect(refuses(.sgd) { $0.isNesterov = true })
    #expect(
      refuses(.sgd) { configuration in
        (configuration.momentum, configuration.dampening, configuration.isNesterov) = (0.9, 0.5, true)
      })
    #expect(refuses(.rmsprop) { $0.alpha = 1 })
    #expect(refuses(.adam) { $0.beta1 = 1 })
    #expect(refuses(.adam) { $0.beta2 = -0.5 })
    #expect(refuses(.adamw) { $0.weightDecay = -1 })
    #expect(refuses(.adagrad) { $0.epsilon = -1e-8 })
    #expect(!refuses(.adam) { $0.beta1 = 0 })
    #expect(
      OptimizerConfigurationError(kind: .adam, setting: "beta1", problem: .range(1.5, .belowOne)).description
        == "beta1 of optimizer adam is 1.5, expected a number from 0 to below 1")
  }
}
