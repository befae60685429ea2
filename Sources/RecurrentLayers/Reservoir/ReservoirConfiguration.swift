public import RecurrentTensor

/// What a random reservoir is like. The names are those of the field (Lukoševičius, "A practical guide to applying echo state
/// networks", 2012).
public struct ReservoirConfiguration: Hashable, Sendable, Codable {
  /// How weights are drawn that are not 0.
  public enum Distribution: String, Hashable, Sendable, Codable, CaseIterable {
    /// From the normal distribution with deviation 1.
    case normal
    /// Evenly from −1 to 1.
    case uniform
    /// −1 or 1.
    case sign
  }

  /// The number of units, H.
  public var units: Int
  /// The largest absolute value of the eigenvalues of the recurrent matrix.
  public var spectralRadius: Double
  /// The share of a state that is new after a step, above 0 and at most 1.
  public var leakRate: Double
  /// What the weights of the inputs are multiplied by.
  public var inputScaling: Double
  /// What the weights of the outputs that are fed back are multiplied by.
  public var feedbackScaling: Double
  /// The bias of each unit is drawn evenly from ± this; 0 for none.
  public var biasScaling: Double
  /// The share of the units that a unit hears, above 0 and at most 1. Every unit hears the same number of units.
  public var connectivity: Double
  /// The share of inputs, and of outputs fed back, that a unit hears.
  public var inputConnectivity: Double
  /// How recurrent weights are drawn before they are scaled to the spectral radius.
  public var recurrentDistribution: Distribution
  /// How the weights of inputs and fed back outputs are drawn.
  public var inputDistribution: Distribution
  /// The function of the units.
  public var activation: ReservoirActivation

  /// A reservoir of `units` units; everything else as in most of the literature.
  public init(
    units: Int, spectralRadius: Double = 0.9, leakRate: Double = 1, inputScaling: Double = 1,
    feedbackScaling: Double = 1, biasScaling: Double = 0, connectivity: Double = 0.1, inputConnectivity: Double = 1,
    recurrentDistribution: Distribution = .normal, inputDistribution: Distribution = .uniform,
    activation: ReservoirActivation = .tanh
  ) {
    self.units = units
    self.spectralRadius = spectralRadius
    self.leakRate = leakRate
    self.inputScaling = inputScaling
    self.feedbackScaling = feedbackScaling
    self.biasScaling = biasScaling
    self.connectivity = connectivity
    self.inputConnectivity = inputConnectivity
    self.recurrentDistribution = recurrentDistribution
    self.inputDistribution = inputDistribution
    self.activation = activation
  }
}

extension ReservoirConfiguration {
  /// Throws what is wrong with the settings.
  func validate() throws(ReservoirError) {
    // A matrix of doubles of the size must be addressable with room to spare.
    guard (1...Self.mostUnits).contains(units) else {
      throw .setting("units", value: "\(units)", allowed: "1 to \(Self.mostUnits)")
    }
    let shares = [
      ("leakRate", leakRate), ("connectivity", connectivity), ("inputConnectivity", inputConnectivity),
    ]
    for (name, value) in shares where !(value > 0 && value <= 1) {
      throw .setting(name, value: "\(value)", allowed: "above 0 and at most 1")
    }
    let scales = [
      ("spectralRadius", spectralRadius), ("inputScaling", inputScaling), ("feedbackScaling", feedbackScaling),
      ("biasScaling", biasScaling),
    ]
    for (name, value) in scales where !(value >= 0 && value <= 1e6) {
      throw .setting(name, value: "\(value)", allowed: "0 to 1000000")
    }
  }

  private static let mostUnits = 30_000
}

/// Why a reservoir could not be made.
public enum ReservoirError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A setting is out of its range.
  case setting(String, value: String, allowed: String)
  /// The random recurrent matrix has no cycle, so that no scale gives it a spectral radius.
  case noCycle(units: Int, connectivity: Double)
  /// The spectral radius of the random matrix could not be computed.
  case spectralRadius(SpectralRadiusError)

  /// One line: what is wrong and how to mend it.
  public var description: String {
    switch self {
    case .setting(let name, let value, let allowed):
      "reservoir: \(name) is \(value), allowed is \(allowed)"
    case .noCycle(let units, let connectivity):
      "reservoir: the connections of its \(units) units form no cycle; raise connectivity \(connectivity) or take another seed"
    case .spectralRadius(let error):
      "reservoir: \(error)"
    }
  }
}
