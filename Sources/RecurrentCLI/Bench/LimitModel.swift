/// The least time that a problem can take on a machine, by its arithmetic and by what it must read.
///
/// For every layer and direction, with P threads:
///
/// - The products with the input of all steps together take `max(operations / peak, bytes of W / bandwidth)`.
/// - The recurrent product of a step takes `max(operations / peak, bytes of R / bandwidth)`, step by step, since each
///   waits for the one before. With few rows the second term counts: a matrix must be read once for each step.
/// - The way back has the same two products with the transposed matrices, and the gradients of W and R, which take
///   `max(operations / peak, bytes of W and R / bandwidth)`.
///
/// The peak is P times the measured one of a core. The bandwidth is the measured one, of P threads, of the smallest cache
/// that holds what is read again: of a matrix R that is read again at the next step, a P-th of R for each thread; of
/// anything that is read once in a call, the weights of all layers. Activations, states, inputs and outputs are left out,
/// so nothing can be faster, and short rows of small layers cannot come close.
struct LimitModel: Sendable {
  let limits: MachineReport

  private static let bytesPerWeight = 4.0

  /// Seconds.
  func seconds(_ problem: BenchProblem) -> Double {
    let oneLayer = (0..<problem.shape.layers).map { seconds(problem, layer: $0) }
    return oneLayer.reduce(0, +) * Double(problem.directions)
  }

  private func seconds(_ problem: BenchProblem, layer: Int) -> Double {
    let rows = problem.rowsPerStep
    let recurrentWeights = Double(problem.cell.recurrentWeights(problem.shape.hiddenSize))
    let inputWeights = Double(problem.weights(ofLayer: layer)) - recurrentWeights
    let steps = Double(rows.reduce(0, +))

    let inputs = product(weights: inputWeights, rows: steps, workingSet: weightCount(problem))
    var recurrent = 0.0
    for (step, count) in rows.enumerated() where count > 0 {
      recurrent += product(
        weights: recurrentWeights, rows: Double(count),
        workingSet: step == 0 ? weightCount(problem) : recurrentWeights)
    }
    guard problem.mode == .train else { return inputs + recurrent }
    let gradients = product(
      weights: inputWeights + recurrentWeights, rows: steps, workingSet: weightCount(problem))
    return 2 * (inputs + recurrent) + gradients
  }

  /// The time to multiply so many rows with so many weights, which are part of `workingSet` weights that are read in
  /// turn.
  private func product(weights: Double, rows: Double, workingSet: Double) -> Double {
    let arithmetic = 2 * weights * rows / (limits.peakPerCore * Double(limits.threads))
    let share = LimitModel.bytesPerWeight * workingSet / Double(limits.threads)
    let reading = LimitModel.bytesPerWeight * weights / limits.bandwidth(holding: share)
    return max(arithmetic, reading)
  }

  /// All weights of a problem.
  private func weightCount(_ problem: BenchProblem) -> Double {
    (0..<problem.shape.layers).reduce(0.0) { $0 + Double(problem.directions * problem.weights(ofLayer: $1)) }
  }
}
