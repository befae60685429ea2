import CRecurrentKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The logarithm of the gamma function, for positive numbers, element by element.
///
/// Computed in double by Stirling's series after a shift to arguments from 10 on, with relative errors below 1e-14 (absolute ones near
/// the zeros at 1 and 2).
struct LogGammaOperation: DifferentiableOperation {
  let x: Tensor

  static func apply(_ x: Tensor) -> Tensor {
    let tape = Tape.common(x)
    var y = x.mappedInDouble(on: tape, GammaFunction.logarithm)
    y.node = tape?.record(LogGammaOperation(x: x))
    return y
  }

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    guard adjoints.wants(x) else { return }
    let slope = x.mappedInDouble(on: adjoints.tape, GammaFunction.digamma)
    adjoints.give(ArithmeticOperation.compute(RK_MULTIPLY, dy, slope, on: adjoints.tape), to: x)
  }
}

/// The logarithm of the gamma function of every element, which must be positive; its gradient is the digamma function.
public func logGamma(_ x: Tensor) -> Tensor { LogGammaOperation.apply(x) }

extension Tensor {
  /// A function of every element, computed in double.
  fileprivate func mappedInDouble(on tape: Tape?, _ function: (Double) -> Double) -> Tensor {
    let result = Tensor(uninitialized: shape, elementType: elementType, on: tape)
    switch elementType {
    case .float32:
      let (from, to) = (
        pointer.assumingMemoryBound(to: Float.self), result.mutablePointer.assumingMemoryBound(to: Float.self)
      )
      for index in 0..<count { to[index] = Float(function(Double(from[index]))) }
    case .float64:
      let (from, to) = (
        pointer.assumingMemoryBound(to: Double.self), result.mutablePointer.assumingMemoryBound(to: Double.self)
      )
      for index in 0..<count { to[index] = function(from[index]) }
    }
    return result
  }
}

/// The gamma function's logarithm and the slope of that.
public enum GammaFunction {
  /// From here on the series below have errors beyond the digits of a double.
  private static let shift = 10.0

  /// log Γ(x) for x > 0.
  public static func logarithm(_ x: Double) -> Double {
    // Γ(x) = Γ(x + n) / (x (x + 1) … (x + n - 1)).
    var (z, product) = (x, 1.0)
    while z < shift {
      product *= z
      z += 1
    }
    let w = 1 / (z * z)
    let series =
      (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w * (1.0 / 1188 - w * (691.0 / 360_360)))))) / z
    return (z - 0.5) * log(z) - z + 0.5 * log(2 * Double.pi) + series - log(product)
  }

  /// The derivative of log Γ(x) for x > 0.
  public static func digamma(_ x: Double) -> Double {
    var (z, sum) = (x, 0.0)
    while z < shift {
      sum += 1 / z
      z += 1
    }
    let w = 1 / (z * z)
    let series =
      w * (1.0 / 12 - w * (1.0 / 120 - w * (1.0 / 252 - w * (1.0 / 240 - w * (1.0 / 132 - w * (691.0 / 32_760))))))
    return log(z) - 0.5 / z - series - sum
  }
}
