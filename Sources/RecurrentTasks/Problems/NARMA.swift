public import RecurrentTensor

/// A nonlinear autoregressive moving average of order n (Atiya and Parlos, "New results on recurrent network training",
/// 2000): a system whose output depends on what went in n steps ago.
///
///     y(t+1) = α y(t) + β y(t) Σ y(t−i) + γ u(t−n) u(t) + δ
///
/// The sum runs over the n values before y(t) and the inputs are even in [0, 0.5], as ReservoirPy has it: the same inputs
/// give the same outputs. The common task of order 10 is `tenth`.
public struct NARMA: Hashable, Sendable {
  /// n
  public var order: Int
  /// α
  public var persistence: Double
  /// β
  public var coupling: Double
  /// γ
  public var drive: Double
  /// δ
  public var offset: Double

  /// Order 10 with the constants of Atiya and Parlos.
  public static let tenth = NARMA(order: 10, persistence: 0.3, coupling: 0.05, drive: 1.5, offset: 0.1)

  /// A system of any order; the constants are those in use for order 30 (Schrauwen et al., 2008).
  public init(
    order: Int = 30, persistence: Double = 0.2, coupling: Double = 0.04, drive: Double = 1.5, offset: Double = 0.001
  ) {
    precondition(order > 0, "a system of order \(order)")
    self.order = order
    self.persistence = persistence
    self.coupling = coupling
    self.drive = drive
    self.offset = offset
  }

  /// Random inputs and what comes of them.
  ///
  /// - Parameters:
  ///   - count: The number of steps, T.
  ///   - key: What the inputs are drawn from.
  /// - Returns: The inputs of the T steps and, from a beginning at 0, the outputs.
  public func series(_ count: Int, key: RandomKey) -> (inputs: [Double], outputs: [Double]) {
    let key = key.folding(.data)
    let inputs = (0..<count + order).map { key.unit(at: $0) / 2 }
    return (Array(inputs.suffix(count)), outputs(of: inputs))
  }

  /// The outputs of given inputs, which begin `order` steps before the first output; the outputs before that one are 0.
  public func outputs(of inputs: [Double]) -> [Double] {
    precondition(inputs.count >= order, "\(inputs.count) inputs for a system of order \(order)")
    var y = [Double](repeating: 0, count: inputs.count)
    for t in stride(from: order, to: inputs.count - 1, by: 1) {
      let past = y[t - order..<t].reduce(0, +)
      y[t + 1] = persistence * y[t] + coupling * y[t] * past + drive * inputs[t - order] * inputs[t] + offset
    }
    return Array(y.dropFirst(order))
  }
}
