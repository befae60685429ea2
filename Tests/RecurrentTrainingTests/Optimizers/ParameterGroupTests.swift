import Foundation
import RecurrentFormats
import RecurrentLayers
import RecurrentTensor
import Testing

@testable import RecurrentTraining

struct ParameterGroupTests {
  @Test(arguments: [
    ("*", "a.b", true), ("a.b", "a.b", true), ("a.b", "a.bc", false), ("a*", "abc", true), ("*c", "abc", true),
    ("*b*", "abc", true), ("b*", "abc", false), ("*bias*", "bias", true), ("a**c", "ac", true), ("*ab", "aab", true),
    ("*a*b*c", "xaybzc", true), ("*a*b*c", "xaybz", false), ("*.weight", "weight", false), ("a?c", "abc", false),
  ]) func patterns(_ pattern: String, _ path: String, _ isMatch: Bool) {
    #expect(ParameterGroup(pattern, maxNorm: 1).matches(path) == isMatch)
  }

  /// Ten thousand stars on a path that almost fits: no more than a moment.
  @Test func patternsTakeNoTimeToSpeakOf() {
    let pattern = String(repeating: "*a", count: 5_000) + "b"
    #expect(!ParameterGroup(pattern, maxNorm: 1).matches(String(repeating: "a", count: 10_000)))
  }

  @Test func textsAreReadAndWritten() throws {
    let group = try #require(ParameterGroup("*bias* weight_decay=0 learning_rate_factor=2.5  max_norm=3"))
    #expect(group == ParameterGroup("*bias*", weightDecay: 0, learningRateFactor: 2.5, maxNorm: 3))
    #expect(ParameterGroup(group.description) == group)
    let data = try JSONEncoder().encode([group])
    #expect(try JSONDecoder().decode([ParameterGroup].self, from: data) == [group])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([ParameterGroup].self, from: Data("[\"*\"]".utf8)) }
  }

  @Test(arguments: [
    "", "*", "* decay=1", "* weight_decay", "* weight_decay=", "* weight_decay=x", "* weight_decay=-1",
    "* weight_decay=nan", "* weight_decay=inf", "* max_norm=0", "* max_norm=1=2", "* max_norm=1 max_norm=2",
  ]) func textsThatAreRefused(_ text: String) { #expect(ParameterGroup(text) == nil) }

  /// One step of plain descent with gradients of 1.
  private func step(_ optimizer: some Optimizer, _ model: Numbers = Numbers()) -> Numbers {
    var (model, optimizer) = (model, optimizer)
    let scope = GradientScope()
    _ = scope.evaluate(at: &model) { $0.first.value.sum() + $0.second.value.sum() }
    optimizer.update(&model, with: scope.gradients)
    return model
  }

  @Test func theLastGroupThatGivesAnOptionDecidesIt() {
    let groups = [
      ParameterGroup("*", weightDecay: 1, learningRateFactor: 0.5), ParameterGroup("sec*", weightDecay: 0),
      ParameterGroup("first", learningRateFactor: 0),
    ]
    let model = step(SGD(learningRate: 0.5, weightDecay: 7, groups: groups))
    // second: factor 0.5, no decay. first: factor 0.
    #expect(model.scalars == [1, 2, 3, 3.75, 4.75])
  }

  @Test func groupsThatSayNothingNewChangeNoBit() throws {
    for kind in OptimizerConfiguration.Kind.allCases {
      var configuration = OptimizerConfiguration(kind, learningRate: 0.05)
      configuration.weightDecay = 0.1
      var plain = Rehearsal(try configuration.makeOptimizer())
      configuration.groups = [ParameterGroup("*", weightDecay: 0.1, learningRateFactor: 1, maxNorm: 1e6)]
      var grouped = Rehearsal(try configuration.makeOptimizer())
      plain.steps(3)
      grouped.steps(3)
      #expect(plain.bits == grouped.bits, "\(kind)")
    }
  }

  @Test func frozenParametersKeepTheirPlace() {
    var model = Numbers()
    model.first.isTrainable = false
    let updated = step(SGD(learningRate: 1, groups: [ParameterGroup("second", learningRateFactor: 2)]), model)
    #expect(updated.scalars == [1, 2, 3, 2, 3])
  }

  @Test func maxNormLimitsTheIncomingWeightsOfEachUnit() {
    struct Weights: Module {
      var matrix = Parameter(Tensor([3, 4, 0.3, 0.4, 0, 0], shape: [3, 2]))
      var kernel = Parameter(Tensor([2, 0, 0, 0, 1, 0, 0, 0], shape: [2, 2, 2]))
      var bias = Parameter(Tensor([9, 9, 9]))

      mutating func visit<Visitor: ModuleVisitor>(_ visitor: inout Visitor) {
        visitor.visit("matrix", &matrix)
        visitor.visit("kernel", &kernel)
        visitor.visit("bias", &bias)
      }
    }
    var model = Weights()
    var optimizer = SGD(learningRate: 1, groups: [ParameterGroup("*", maxNorm: 1)])
    let scope = GradientScope()
    _ = scope.evaluate(at: &model) { ($0.matrix.value.sum() + $0.kernel.value.sum() + $0.bias.value.sum()) * 0 }
    optimizer.update(&model, with: scope.gradients)
    for (value, expected) in zip(model.matrix.value.scalars, [0.6, 0.8, 0.3, 0.4, 0, 0]) {
      #expect(abs(value - Float(expected)) < 1e-6)
    }
    #expect(model.kernel.value.scalars == [1, 0, 0, 0, 1, 0, 0, 0])
    #expect(model.bias.value.scalars == [9, 9, 9])
  }

  @Test func aPatternThatMatchesNothingIsAnError() throws {
    var configuration = OptimizerConfiguration()
    configuration.groups = [ParameterGroup("*bias*", weightDecay: 0), ParameterGroup("*bais*", weightDecay: 0)]
    let error = #expect(throws: OptimizerConfigurationError.self) {
      try configuration.validateGroups(for: Regressor())
    }
    #expect(
      error?.description == "parameter_groups: no parameter of the model matches '*bais*'; a path is for example "
        + "lstm.weight_ih_l0, and * stands for any characters")
    configuration.groups.removeLast()
    try configuration.validateGroups(for: Regressor())
  }

  @Test func settingsHoldGroups() throws {
    var configuration = TrainingConfiguration()
    let field = try #require(TrainingConfiguration.fields.first { $0.key == "parameter_groups" })
    let text = "*bias* weight_decay=0, * max_norm=3"
    try field.assign(.string(text), to: &configuration, from: .override)
    #expect(
      configuration.optimizer.groups == [ParameterGroup("*bias*", weightDecay: 0), ParameterGroup("*", maxNorm: 3)])
    let written = field.value(in: configuration)
    var other = TrainingConfiguration()
    try field.assign(written, to: &other, from: .override)
    #expect(other.optimizer == configuration.optimizer)
    let error = #expect(throws: SettingError.self) {
      try field.assign(.string("* decay=3"), to: &other, from: .override)
    }
    #expect(error?.description.contains("'*bias* weight_decay=0'") == true)
    #expect(other.optimizer == configuration.optimizer)
  }
}
