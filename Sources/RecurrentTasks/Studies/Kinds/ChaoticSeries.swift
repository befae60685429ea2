import Foundation
import RecurrentTensor

/// The series of `DynamicsStudy`.
public enum ChaoticSeries: String, Hashable, Sendable, CaseIterable {
  /// The three coordinates of the Lorenz attractor, 0.02 time units apart.
  case lorenz
  /// The Mackey-Glass series with delay 17, one time unit apart.
  case mackeyGlass = "mackey-glass"

  /// The largest Lyapunov exponent, in nats per step: 0.906 per time unit (Sprott, "Chaos and time-series analysis",
  /// 2003), and about 0.0058 (Farmer, "Chaotic attractors of an infinite-dimensional dynamical system", 1982; τ = 17).
  public var lyapunovExponent: Double {
    switch self {
    case .lorenz: 0.906 * 0.02
    case .mackeyGlass: 0.0058
    }
  }

  /// How it is called in titles.
  var title: String {
    switch self {
    case .lorenz: "the Lorenz attractor"
    case .mackeyGlass: "the Mackey-Glass series"
    }
  }

  /// How far ahead forecasts are drawn.
  var usualHorizon: Int {
    switch self {
    case .lorenz: 400
    case .mackeyGlass: 400
    }
  }

  /// Points with mean 0 and deviation 1 in each coordinate, `[T, 1, C]`.
  ///
  /// - Parameters:
  ///   - count: How many, T.
  ///   - key: What the beginning is drawn from.
  func points(_ count: Int, key: RandomKey) -> Tensor {
    let columns: [[Double]]
    switch self {
    case .lorenz:
      let points = LorenzSystem().series(count, key: key)
      columns = [points.map(\.x), points.map(\.y), points.map(\.z)]
    case .mackeyGlass:
      columns = [
        Array(MackeyGlass(integration: .rungeKutta).series(count + 500, key: key).dropFirst(500))
      ]
    }
    let scaled = columns.map { column in
      let mean = column.reduce(0, +) / Double(count)
      let deviation = (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot()
      return column.map { Float(($0 - mean) / deviation) }
    }
    return Tensor(
      (0..<count).flatMap { step in scaled.map { $0[step] } }, shape: [count, 1, columns.count])
  }
}
