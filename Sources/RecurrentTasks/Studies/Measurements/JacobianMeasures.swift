import Foundation
public import RecurrentLayers
public import RecurrentTensor

extension StepJacobian {
  /// The largest absolute value of the eigenvalues of each row's Jacobian.
  public func spectralRadii() throws(SpectralRadiusError) -> [Double] {
    var radii: [Double] = []
    for row in 0..<values.shape[0] { radii.append(try values[row].spectralRadius()) }
    return radii
  }
}

extension StepJacobians {
  /// How long a gradient is, lag for lag, that comes in at the hidden state after the last step and flows back along a
  /// path.
  ///
  /// Along a part alone it enters that part through the last step and stays in it: for an LSTM and part 1 this is what
  /// flows from cell state to cell state, with the hidden states in between held still.
  ///
  /// - Parameters:
  ///   - gradient: That of a loss by the hidden state after the last step, `[N, H]`.
  ///   - path: Where it may flow.
  /// - Returns: The length over the whole batch, for lag 0, which is that of `gradient`, up to the number of steps.
  public func gradientNorms(of gradient: Tensor, along path: JacobianPath) -> [Double] {
    let rows = gradient.shape[0]
    // A row vector for each row of the batch.
    var flow = gradient.detached().converted(to: .float64).reshaped(to: [rows, 1, gradient.shape[1]])
    var norms = [flow.length]
    for (number, step) in steps.reversed().enumerated() {
      let matrix =
        switch path {
        case .part(let part): step.blockInDouble(of: number == 0 ? 0 : part, by: part)
        // Only the hidden state was touched by the loss.
        case .wholeState: number == 0 ? step.matrices.slice(axis: 1, 0..<step.widths[0]) : step.matrices
        }
      flow = matmul(flow, matrix)
      norms.append(flow.length)
    }
    return norms
  }

  /// The mean logarithm of the factor by which a step stretches a small difference between two states, in nats per step
  /// and over all rows: the largest Lyapunov exponent of the layer while it is driven by its inputs. Below 0 the layer
  /// forgets where it began.
  ///
  /// - Parameter transient: So many steps at the beginning, in which the difference turns into its steepest direction,
  ///   do not count.
  public func largestLyapunovExponent(transient: Int) -> Double {
    precondition((0..<steps.count).contains(transient), "a transient of \(transient) of \(steps.count) steps")
    let rows = steps[0].matrices.shape[0]
    let width = steps[0].matrices.shape[2]
    var difference = Tensor(normal: [rows, width, 1], deviation: 1, key: RandomKey(seed: 1)).converted(to: .float64)
    var sum = 0.0
    for (number, step) in steps.enumerated() {
      difference = matmul(step.matrices, difference)
      let lengths = difference.squared().sum(axis: 1).doubles.map { $0.squareRoot() }
      if number >= transient { sum += lengths.reduce(0) { $0 + log(max($1, .leastNormalMagnitude)) } }
      difference = difference * Tensor(doubles: lengths.map { $0 > 0 ? 1 / $0 : 0 }, shape: [rows, 1, 1])
    }
    return sum / Double(rows * (steps.count - transient))
  }
}

extension FusedWeights {
  /// The largest absolute value of the eigenvalues of each gate's recurrent matrix, in the order of the gates.
  public func recurrentSpectralRadii() throws(SpectralRadiusError) -> [Double] {
    let matrix = hiddenHidden.value.detached()
    let size = matrix.shape[1]
    var radii: [Double] = []
    for gate in 0..<matrix.shape[0] / size {
      radii.append(try matrix.slice(axis: 0, gate * size..<(gate + 1) * size).spectralRadius())
    }
    return radii
  }
}

extension Tensor {
  fileprivate var length: Double { doubles.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
