import RecurrentFormats
public import RecurrentLayers

/// The name of an optimiser and its settings, as a configuration file or the command line gives them.
///
/// A setting that is nil has the default of its kind, PyTorch's. One that the kind does not have must be nil.
public struct OptimizerConfiguration: Hashable, Sendable, Codable {
  /// The optimisers there are.
  public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
    /// `SGD`
    case sgd
    /// `RMSprop`
    case rmsprop
    /// `Adagrad`
    case adagrad
    /// `Adam`
    case adam
    /// `AdamW`
    case adamw
  }

  /// Which optimiser.
  public var kind: Kind
  /// How far a step goes, above 0.
  public var learningRate: Double?
  /// Of `sgd` and `rmsprop`: how much of the last step's direction is kept, 0 or more.
  public var momentum: Double?
  /// Of `sgd`: how much of the new gradient is left out of the momentum, in 0...1.
  public var dampening: Double?
  /// Of `sgd`: Nesterov's form of momentum; needs a momentum and no dampening.
  public var isNesterov: Bool?
  /// Of `rmsprop`: how slowly the averages follow, in 0..<1.
  public var alpha: Double?
  /// Of `rmsprop`: whether gradients are divided by their deviation rather than by their size.
  public var isCentered: Bool?
  /// Of `adam` and `adamw`: how slowly the mean of the gradients follows, in 0..<1.
  public var beta1: Double?
  /// Of `adam` and `adamw`: how slowly the mean of their squares follows, in 0..<1.
  public var beta2: Double?
  /// Of all but `sgd`: keeps a divisor away from 0, 0 or more.
  public var epsilon: Double?
  /// How fast the parameters shrink, 0 or more.
  public var weightDecay: Double?
  /// What is done differently with some of the parameters.
  public var groups: [ParameterGroup] = []

  /// An optimiser with the defaults of its kind.
  public init(_ kind: Kind = .adam, learningRate: Double? = nil) {
    self.kind = kind
    self.learningRate = learningRate
  }

  /// The optimiser.
  ///
  /// - Throws: `OptimizerConfigurationError` about the first setting that is out of its range or that this kind does not
  ///   have.
  public func makeOptimizer() throws(OptimizerConfigurationError) -> AnyOptimizer {
    let all = try resolved()
    func number(_ path: KeyPath<Self, Double?>) -> Double { all[keyPath: path] ?? 0 }
    let rate = Float(number(\.learningRate))
    let decay = number(\.weightDecay)
    switch kind {
    case .sgd:
      return AnyOptimizer(
        SGD(
          learningRate: rate, momentum: number(\.momentum), dampening: number(\.dampening),
          isNesterov: isNesterov ?? false, weightDecay: decay, groups: groups))
    case .rmsprop:
      return AnyOptimizer(
        RMSprop(
          learningRate: rate, alpha: number(\.alpha), epsilon: number(\.epsilon), momentum: number(\.momentum),
          isCentered: isCentered ?? false, weightDecay: decay, groups: groups))
    case .adagrad:
      return AnyOptimizer(Adagrad(learningRate: rate, epsilon: number(\.epsilon), weightDecay: decay, groups: groups))
    case .adam:
      return AnyOptimizer(
        Adam(
          learningRate: rate, beta1: number(\.beta1), beta2: number(\.beta2), epsilon: number(\.epsilon),
          weightDecay: decay, groups: groups))
    case .adamw:
      return AnyOptimizer(
        AdamW(
          learningRate: rate, beta1: number(\.beta1), beta2: number(\.beta2), epsilon: number(\.epsilon),
          weightDecay: decay, groups: groups))
    }
  }

  /// The same with every setting of the kind written out.
  ///
  /// - Throws: As `makeOptimizer` does.
  public func resolved() throws(OptimizerConfigurationError) -> OptimizerConfiguration {
    var all = self
    for setting in OptimizerConfiguration.numbers {
      if let value = self[keyPath: setting.path] {
        let owners = Kind.allCases.filter { setting.defaults[$0] != nil }
        try require(owners.contains(kind), setting.name, .unknown(owners))
        try require(setting.range.contains(value), setting.name, .range(value, setting.range))
      }
      all[keyPath: setting.path] = self[keyPath: setting.path] ?? setting.defaults[kind]
    }
    for flag in OptimizerConfiguration.flags {
      try require(self[keyPath: flag.path] == nil || flag.kind == kind, flag.name, .unknown([flag.kind]))
      if kind == flag.kind { all[keyPath: flag.path] = self[keyPath: flag.path] ?? false }
    }
    if all.isNesterov == true {
      try require(all.momentum != 0 && all.dampening == 0, "nesterov", .nesterov)
    }
    return all
  }

  /// Makes sure that every group holds a parameter of the model that is to be trained: a pattern that matches nothing is
  /// most likely misspelt.
  ///
  /// - Throws: `OptimizerConfigurationError` about the first group without parameters.
  public func validateGroups(for model: some Module) throws(OptimizerConfigurationError) {
    guard let group = groups.first(matchingNothingIn: model) else { return }
    let example = model.parameters.first?.path ?? "none"
    try require(false, "parameter_groups", .emptyGroup(group.pattern, example: example))
  }

  private func require(
    _ isRight: Bool, _ setting: String, _ problem: OptimizerConfigurationError.Problem
  ) throws(OptimizerConfigurationError) {
    if !isRight { throw OptimizerConfigurationError(kind: kind, setting: setting, problem: problem) }
  }

  /// A number, with its default in the kinds that have it.
  private struct NumberSetting: Sendable {
    let name: String
    let path: any WritableKeyPath<OptimizerConfiguration, Double?> & Sendable
    let range: OptimizerConfigurationError.Range
    let defaults: [Kind: Double]
  }

  private static let numbers = [
    NumberSetting(
      name: "learning_rate", path: \.learningRate, range: .aboveZero,
      defaults: [.sgd: 1e-3, .rmsprop: 1e-2, .adagrad: 1e-2, .adam: 1e-3, .adamw: 1e-3]),
    NumberSetting(name: "momentum", path: \.momentum, range: .zeroOrMore, defaults: [.sgd: 0, .rmsprop: 0]),
    NumberSetting(name: "dampening", path: \.dampening, range: .upToOne, defaults: [.sgd: 0]),
    NumberSetting(name: "alpha", path: \.alpha, range: .belowOne, defaults: [.rmsprop: 0.99]),
    NumberSetting(name: "beta1", path: \.beta1, range: .belowOne, defaults: [.adam: 0.9, .adamw: 0.9]),
    NumberSetting(name: "beta2", path: \.beta2, range: .belowOne, defaults: [.adam: 0.999, .adamw: 0.999]),
    NumberSetting(
      name: "epsilon", path: \.epsilon, range: .zeroOrMore,
      defaults: [.rmsprop: 1e-8, .adagrad: 1e-10, .adam: 1e-8, .adamw: 1e-8]),
    NumberSetting(
      name: "weight_decay", path: \.weightDecay, range: .zeroOrMore,
      defaults: [.sgd: 0, .rmsprop: 0, .adagrad: 0, .adam: 0, .adamw: 1e-2]),
  ]

  private struct FlagSetting: Sendable {
    let name: String
    let path: any WritableKeyPath<OptimizerConfiguration, Bool?> & Sendable
    let kind: Kind
  }

  private static let flags = [
    FlagSetting(name: "nesterov", path: \.isNesterov, kind: .sgd),
    FlagSetting(name: "centered", path: \.isCentered, kind: .rmsprop),
  ]
}

/// A setting that does not fit its optimiser.
public struct OptimizerConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The numbers that a setting may have.
  public enum Range: String, Hashable, Sendable {
    /// 0 < x
    case aboveZero = "a number above 0"
    /// 0 ≤ x
    case zeroOrMore = "0 or a number above it"
    /// 0 ≤ x < 1
    case belowOne = "a number from 0 to below 1"
    /// 0 ≤ x ≤ 1
    case upToOne = "a number from 0 to 1"

    func contains(_ value: Double) -> Bool {
      guard value.isFinite else { return false }
      return switch self {
      case .aboveZero: value > 0
      case .zeroOrMore: value >= 0
      case .belowOne: value >= 0 && value < 1
      case .upToOne: value >= 0 && value <= 1
      }
    }
  }

  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// Only other optimisers have such a setting.
    case unknown([OptimizerConfiguration.Kind])
    /// The number is out of its range.
    case range(Double, Range)
    /// Nesterov's form without momentum, or with dampening.
    case nesterov
    /// A group's pattern matches no parameter of the model.
    case emptyGroup(String, example: String)
  }

  /// The optimiser.
  public let kind: OptimizerConfiguration.Kind
  /// The setting's name in files.
  public let setting: String
  /// What is wrong with it.
  public let problem: Problem

  /// One line that names the setting and what it has to be.
  public var description: String {
    switch problem {
    case .unknown(let kinds):
      "optimizer \(kind.rawValue) has no \(setting); it belongs to "
        + kinds.map(\.rawValue).joined(separator: " and ")
    case .range(let value, let range):
      "\(setting) of optimizer \(kind.rawValue) is \(value), expected \(range.rawValue)"
    case .nesterov: "nesterov of optimizer \(kind.rawValue) needs a momentum above 0 and a dampening of 0"
    case .emptyGroup(let pattern, let example):
      "\(setting): no parameter of the model matches '\(pattern.printable())'; a path is for example \(example), and * "
        + "stands for any characters"
    }
  }
}
