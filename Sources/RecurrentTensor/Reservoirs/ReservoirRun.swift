package import CRecurrentKernels

/// One run of a reservoir over one batch, but for the numbers.
package struct ReservoirRun: Sendable {
  private let function: rk_unary
  private let lengths: [Int32]?
  private let isReversed: Bool

  /// - Parameters:
  ///   - function: What the units apply to their sums.
  ///   - lengths: The real steps of each row; nil for all.
  ///   - isReversed: Whether each row begins at its own last real step.
  package init(_ function: rk_unary, lengths: [Int32]?, isReversed: Bool) {
    self.function = function
    self.lengths = lengths
    self.isReversed = isReversed
  }

  /// Turns what inputs and biases add up to into the states: x(t) = (1 − a) x(t−1) + a f(drive(t) + W x(t−1)).
  ///
  /// - Parameters:
  ///   - drive: `[T, N, H]`; becomes the states.
  ///   - weight: W, `[H, H]`.
  ///   - leakRates: a, `[H]`.
  ///   - first: The state before the first step, `[N, H]`; nil for zeros.
  /// - Returns: The states after each row's last step, `[N, H]`.
  package func callAsFunction(
    _ drive: inout Tensor, weight: Tensor, leakRates: Tensor, from first: Tensor?, cache: ReservoirCache
  ) -> Tensor {
    let (steps, batch, units) = (drive.shape[0], drive.shape[1], drive.shape[2])
    check(drive, weight, leakRates, first)
    drive.makeUnique()
    let last = Tensor(uninitialized: [batch, units], elementType: drive.elementType)
    let workspace = Tensor(uninitialized: [batch, units], elementType: drive.elementType)
    cache.matrix(of: weight).withDescription { matrix in
      withLengths { lengths in
        var reservoir = rk_reservoir(
          activation: Int32(function.rawValue), parameter: 0, steps: Int64(steps), batch: Int64(batch),
          units: Int64(units), lengths: lengths, reverse: isReversed ? 1 : 0, leak_rates: leakRates.pointer,
          matrix: matrix)
        drive.kernels.pointee.reservoir_run(
          &reservoir, first?.pointer, drive.mutablePointer, last.mutablePointer, workspace.mutablePointer)
      }
    }
    extendLifetime(leakRates)
    extendLifetime(first)
    extendLifetime(workspace)
    return last
  }

  private func withLengths(_ body: (UnsafePointer<Int32>?) -> Void) {
    guard let lengths else { return body(nil) }
    lengths.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  private func check(_ drive: Tensor, _ weight: Tensor, _ leakRates: Tensor, _ first: Tensor?) {
    requireElementType(drive, weight, leakRates)
    requireRank(3, drive.shape, in: "reservoir")
    let (batch, units) = (drive.shape[1], drive.shape[2])
    for axis in 0..<2 { requireDimension(axis, "units", units, weight.shape, in: "reservoir") }
    requireDimension(0, "units", units, leakRates.shape, in: "reservoir")
    if let first, first.shape != [batch, units] || first.elementType != drive.elementType {
      ShapeError(operation: "reservoir, first state", actual: first.shape, reason: .incompatible([batch, units])).trap()
    }
  }
}
