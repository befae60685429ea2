package import CRecurrentKernels

/// A function of one variable that a cell applies number by number.
package struct CellActivation: Hashable, Sendable {
  package let function: rk_activation
  /// The constants p and q of the function; see `rk_activation`.
  package let p: Double
  package let q: Double

  package init(_ function: rk_activation, p: Double = 0, q: Double = 0) {
    self.function = function
    self.p = p
    self.q = q
  }

  package static let identity = CellActivation(RK_ACTIVATION_IDENTITY)
  package static let tanh = CellActivation(RK_ACTIVATION_TANH)
  package static let sigmoid = CellActivation(RK_ACTIVATION_SIGMOID)

  /// `scale · x + offset`.
  package static func affine(_ scale: Double, _ offset: Double) -> CellActivation {
    CellActivation(RK_ACTIVATION_AFFINE, p: scale, q: offset)
  }

  /// `min(max(x, -limit), limit)`.
  package static func clamp(_ limit: Double) -> CellActivation { CellActivation(RK_ACTIVATION_CLAMP, p: limit) }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(function.rawValue)
    hasher.combine(p)
    hasher.combine(q)
  }
}
