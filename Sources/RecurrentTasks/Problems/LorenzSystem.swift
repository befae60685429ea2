public import RecurrentTensor

/// The Lorenz attractor (Lorenz, "Deterministic nonperiodic flow", 1963), integrated by the Runge-Kutta method of fourth
/// order:
///
///     dx/dt = σ (y − x)
///     dy/dt = x (ρ − z) − y
///     dz/dt = x y − β z
public struct LorenzSystem: Hashable, Sendable {
  /// A point of the attractor's space.
  public typealias Point = SIMD3<Double>

  /// σ
  public var prandtl: Double
  /// ρ
  public var rayleigh: Double
  /// β
  public var aspect: Double
  /// The time from one point to the next.
  public var timeStep: Double

  /// The system with Lorenz' constants.
  public init(prandtl: Double = 10, rayleigh: Double = 28, aspect: Double = 8 / 3, timeStep: Double = 0.02) {
    precondition(timeStep > 0, "a time step of \(timeStep)")
    self.prandtl = prandtl
    self.rayleigh = rayleigh
    self.aspect = aspect
    self.timeStep = timeStep
  }

  /// Points on the attractor, after a random beginning was forgotten.
  ///
  /// - Parameters:
  ///   - count: The number of points, T.
  ///   - transient: How many points are left out first.
  ///   - key: What the beginning, even within 1 of (1, 1, 25), is drawn from.
  public func series(_ count: Int, transient: Int = 1000, key: RandomKey) -> [Point] {
    let key = key.folding(.data)
    let shift = Point(key.unit(at: 0), key.unit(at: 1), key.unit(at: 2)) * 2 - Point(repeating: 1)
    return Array(series(transient + count, from: Point(1, 1, 25) + shift).dropFirst(transient))
  }

  /// The points from a given one on.
  public func series(_ count: Int, from start: Point) -> [Point] {
    var point = start
    return (0..<count).map { _ in
      defer { point = next(after: point) }
      return point
    }
  }

  private func slope(_ p: Point) -> Point {
    Point(prandtl * (p.y - p.x), p.x * (rayleigh - p.z) - p.y, p.x * p.y - aspect * p.z)
  }

  private func next(after p: Point) -> Point {
    let k1 = slope(p)
    let k2 = slope(p + timeStep / 2 * k1)
    let k3 = slope(p + timeStep / 2 * k2)
    let k4 = slope(p + timeStep * k3)
    return p + timeStep / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
  }
}
