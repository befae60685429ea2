import RecurrentLayers
import RecurrentTensor
import RecurrentTestSupport
import RecurrentTraining
import Testing

/// Fifty steps of each optimiser beside PyTorch's.
struct OptimizerTrajectoryTests {
  enum Clipping { case none, norm(Double), value(Double) }

  struct Run: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let optimizer: any Optimizer
    let clipping: Clipping

    init(_ name: String, _ optimizer: any Optimizer, _ clipping: Clipping = .none) {
      testDescription = name
      self.optimizer = optimizer
      self.clipping = clipping
    }
  }

  static let runs = [
    Run("sgd", SGD(learningRate: 0.1)),
    Run("sgd_momentum", SGD(learningRate: 0.05, momentum: 0.9)),
    Run("sgd_nesterov", SGD(learningRate: 0.05, momentum: 0.9, isNesterov: true)),
    Run("sgd_dampening", SGD(learningRate: 0.05, momentum: 0.9, dampening: 0.5)),
    Run("sgd_weight_decay", SGD(learningRate: 0.1, weightDecay: 0.05)),
    Run("sgd_clip_norm", SGD(learningRate: 0.1), .norm(0.1)),
    Run("sgd_clip_value", SGD(learningRate: 0.1), .value(0.01)),
    Run("rmsprop", RMSprop(learningRate: 0.01)),
    Run("rmsprop_centered", RMSprop(learningRate: 0.005, alpha: 0.95, isCentered: true)),
    Run("rmsprop_momentum", RMSprop(learningRate: 0.002, momentum: 0.9)),
    Run("rmsprop_weight_decay", RMSprop(learningRate: 0.01, weightDecay: 0.05)),
    Run("adagrad", Adagrad(learningRate: 0.05)),
    Run("adagrad_weight_decay", Adagrad(learningRate: 0.05, weightDecay: 0.05)),
    Run("adam", Adam(learningRate: 0.02)),
    Run("adam_betas", Adam(learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-3)),
    Run("adam_weight_decay", Adam(learningRate: 0.02, weightDecay: 0.05)),
    Run("adamw", AdamW(learningRate: 0.02, weightDecay: 0.05)),
    Run("adam_clip_norm", Adam(learningRate: 0.02), .norm(0.1)),
    Run("adam_clip_value", Adam(learningRate: 0.02), .value(0.01)),
    Run(
      "sgd_groups",
      SGD(
        learningRate: 0.1, momentum: 0.5, weightDecay: 0.05, groups: [ParameterGroup("*bias*", weightDecay: 0)])),
    Run("sgd_max_norm", SGD(learningRate: 0.1, groups: [ParameterGroup("*", maxNorm: 0.55)])),
    Run(
      "rmsprop_groups",
      RMSprop(
        learningRate: 0.01, weightDecay: 0.05,
        groups: [
          ParameterGroup("*.weight_hh_l*", learningRateFactor: 0.2), ParameterGroup("*bias*", weightDecay: 0),
        ])),
    Run(
      "adagrad_groups",
      Adagrad(
        learningRate: 0.05, groups: [ParameterGroup("linear.*", weightDecay: 0.1, learningRateFactor: 2)])),
    Run(
      "adam_groups",
      Adam(
        learningRate: 0.02,
        groups: [
          ParameterGroup("linear.*", learningRateFactor: 0.2), ParameterGroup("*weight_hh*", weightDecay: 0.1),
        ])),
    Run(
      "adamw_groups",
      AdamW(
        learningRate: 0.02, weightDecay: 0.1,
        groups: [
          ParameterGroup("linear.*", weightDecay: 1),
          ParameterGroup("*bias*", weightDecay: 0, learningRateFactor: 2),
        ])),
  ]

  @Test func everyRunOfTheFileIsTested() throws {
    let inFile = try Fixture("optimizers/optimizers").cases.filter {
      !["x", "target", "initial", "schedule"].contains($0)
    }
    #expect(Set(inFile) == Set(Self.runs.map(\.testDescription)))
  }

  @Test(arguments: runs)
  func followsPyTorch(_ run: Run) throws {
    let fixture = try Fixture("optimizers/optimizers")
    let x = try fixture.tensor("x")
    let target = try fixture.tensor("target")
    let losses = try fixture.tensor("losses", in: run.testDescription).doubles
    var model = Regressor()
    try model.load(parameters(of: "initial", fixture))
    var optimizer = run.optimizer
    let scope = GradientScope()
    var norms: [Double] = []
    var worst = 0.0
    defer { recordFigure("trajectory_worst", worst) }
    for step in 0..<50 {
      let loss = scope.evaluate(at: &model) { model in meanSquaredError(model(x), target) }
      worst = max(worst, abs(Double(loss) / losses[step] - 1))
      #expect(abs(Double(loss) - losses[step]) <= 1e-4 * losses[step], "step \(step)")
      switch run.clipping {
      case .none: break
      case .norm(let limit): norms.append(scope.gradients.clip(toGlobalNorm: limit))
      case .value(let limit): scope.gradients.clip(toValue: limit)
      }
      optimizer.update(&model, with: scope.gradients)
    }
    let final = try parameters(of: "\(run.testDescription)/final", fixture)
    for (path, parameter) in model.parameters {
      let expected = try #require(final[path])
      #expect(Tolerance(absolute: 1e-5, relative: 1e-4).used(parameter.value, expected) <= 1, "\(path)")
    }
    if case .norm = run.clipping {
      let expected = try fixture.tensor("norms", in: run.testDescription)
      #expect(Tolerance(absolute: 0, relative: 1e-4).used(Tensor(norms.map { Float($0) }), expected) <= 1)
    }
  }

  /// Values of all parameters, by the paths of our model.
  private func parameters(of folder: String, _ fixture: Fixture) throws -> [String: Tensor] {
    var found: [String: Tensor] = [:]
    for (path, _) in Regressor().parameters { found[path] = try fixture.tensor("\(folder)/\(path)") }
    return found
  }
}
