package import CRecurrentKernels

/// A function of one variable that a cell applies number by number.
public struct CellActivation: Hashable, Sendable {
  package let function: rk_activation
  /// The constants p and q of the function; see `rk_activation`.
  package let p: Double
  package let q: Double

  package init(_ function: rk_activation, p: Double = 0, q: Double = 0) {
    self.function = function
    self.p = p
    self.q = q
  }

  /// x
  public static let identity = CellActivation(RK_ACTIVATION_IDENTITY)
  /// The hyperbolic tangent.
  public static let tanh = CellActivation(RK_ACTIVATION_TANH)
  /// The logistic function.
  public static let sigmoid = CellActivation(RK_ACTIVATION_SIGMOID)
  /// `max(x, 0)`
  public static let relu = CellActivation(RK_ACTIVATION_RELU)
  /// `x` where positive, else `slope · x`.
  public static func leakyReLU(slope: Double = 0.01) -> CellActivation {
    CellActivation(RK_ACTIVATION_LEAKY_RELU, p: slope)
  }
  /// `x` above the threshold, else 0.
  public static func thresholdedReLU(threshold: Double = 1) -> CellActivation {
    precondition(threshold >= 0, "a threshold is at least 0")
    return CellActivation(RK_ACTIVATION_THRESHOLDED_RELU, p: threshold)
  }
  /// `min(max(slope · x + offset, 0), 1)`; 0.2 and 0.5 unless told otherwise, as in ONNX.
  public static func hardSigmoid(slope: Double = 0.2, offset: Double = 0.5) -> CellActivation {
    CellActivation(RK_ACTIVATION_HARD_SIGMOID, p: slope, q: offset)
  }
  /// `min(max(x, -1), 1)`
  public static let hardTanh = clamp(1)
  /// `min(max(x, -limit), limit)`
  public static func clamp(_ limit: Double) -> CellActivation {
    precondition(limit > 0, "a limit is above 0")
    return CellActivation(RK_ACTIVATION_CLAMP, p: limit)
  }
  /// `x / (1 + |x|)`
  public static let softsign = CellActivation(RK_ACTIVATION_SOFTSIGN)
  /// `log(1 + exp x)`
  public static let softplus = CellActivation(RK_ACTIVATION_SOFTPLUS)
  /// `x` where positive, else `scale · (exp x - 1)`.
  public static func elu(scale: Double = 1) -> CellActivation { CellActivation(RK_ACTIVATION_ELU, p: scale) }
  /// `scale · x + offset`
  public static func affine(scale: Double, offset: Double = 0) -> CellActivation {
    CellActivation(RK_ACTIVATION_AFFINE, p: scale, q: offset)
  }
  /// `outer · tanh(inner · x)`
  public static func scaledTanh(outer: Double, inner: Double) -> CellActivation {
    precondition(outer != 0 && inner != 0, "a factor of a scaled tanh is 0")
    return CellActivation(RK_ACTIVATION_SCALED_TANH, p: outer, q: inner)
  }

  /// Equal if they compute the same.
  public static func == (a: CellActivation, b: CellActivation) -> Bool {
    a.function == b.function && a.p == b.p && a.q == b.q
  }

  /// Feeds the function and its constants to `hasher`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(function.rawValue)
    hasher.combine(p)
    hasher.combine(q)
  }
}

extension CellActivation: Codable {
  private static let names: [(name: String, function: rk_activation, constants: Int)] = [
    ("identity", RK_ACTIVATION_IDENTITY, 0), ("tanh", RK_ACTIVATION_TANH, 0), ("sigmoid", RK_ACTIVATION_SIGMOID, 0),
    ("relu", RK_ACTIVATION_RELU, 0), ("leakyReLU", RK_ACTIVATION_LEAKY_RELU, 1),
    ("thresholdedReLU", RK_ACTIVATION_THRESHOLDED_RELU, 1), ("hardSigmoid", RK_ACTIVATION_HARD_SIGMOID, 2),
    ("clamp", RK_ACTIVATION_CLAMP, 1), ("softsign", RK_ACTIVATION_SOFTSIGN, 0),
    ("softplus", RK_ACTIVATION_SOFTPLUS, 0), ("elu", RK_ACTIVATION_ELU, 1), ("affine", RK_ACTIVATION_AFFINE, 2),
    ("scaledTanh", RK_ACTIVATION_SCALED_TANH, 2),
  ]

  private enum CodingKeys: CodingKey { case function, constants }

  /// Reads the name of the function and its constants.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .function)
    let constants = try container.decodeIfPresent([Double].self, forKey: .constants) ?? []
    guard let known = Self.names.first(where: { $0.name == name }), constants.count == known.constants,
      constants.allSatisfy(\.isFinite)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .function, in: container, debugDescription: "no function '\(name)' of \(constants.count) constants")
    }
    self.init(known.function, p: constants.first ?? 0, q: constants.dropFirst().first ?? 0)
  }

  /// Writes the name of the function and its constants.
  public func encode(to encoder: any Encoder) throws {
    guard let known = Self.names.first(where: { $0.function == function }) else {
      preconditionFailure("the function has no name")
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(known.name, forKey: .function)
    if known.constants > 0 { try container.encode(Array([p, q].prefix(known.constants)), forKey: .constants) }
  }
}
