public import RecurrentLayers
import RecurrentTensor

/// How often a gate stands at one of its ends (Karpathy, Johnson and Fei-Fei, "Visualizing and understanding recurrent
/// networks", 2016).
public struct GateSaturation: Hashable, Sendable {
  /// The name of the gate, for example `forget_gate`.
  public let gate: String
  /// The share of its values above the upper bound: open.
  public let openShare: Double
  /// The share of its values below the lower bound: closed.
  public let closedShare: Double
  /// The mean of its values.
  public let mean: Double
}

extension StateTrace {
  /// The saturation of every gate: of all values whose names end in `_gate`.
  ///
  /// - Parameters:
  ///   - lengths: The real steps of each row; nil when all rows are of full length.
  ///   - upper: A gate above this is open.
  ///   - lower: A gate below this is closed.
  public func gateSaturations(lengths: [Int32]? = nil, above upper: Float = 0.9, below lower: Float = 0.1)
    -> [GateSaturation]
  {
    zip(names, values).filter { $0.0.hasSuffix("_gate") }.map { name, gate in
      let counted = realValues(of: gate, lengths)
      let count = Double(max(counted.count, 1))
      return GateSaturation(
        gate: name, openShare: Double(counted.count { $0 > upper }) / count,
        closedShare: Double(counted.count { $0 < lower }) / count,
        mean: counted.reduce(0) { $0 + Double($1) } / count)
    }
  }

  private func realValues(of gate: Tensor, _ lengths: [Int32]?) -> [Float] {
    guard let lengths else { return gate.scalars }
    let (rows, width) = (gate.shape[1], gate.shape[2])
    return gate.scalars.enumerated().filter { place, _ in
      place / (rows * width) < Int(lengths[place / width % rows])
    }.map(\.element)
  }
}
