import CRecurrentKernels

/// The largest of the steps that each window sees.
struct MaxPoolOperation: DifferentiableOperation {
  let x: Place
  /// For each element of the result the row of x that it comes from; -1 for none.
  let chosen: [Int32]

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    let width = dy.shape[2]
    adjoints.accumulate(into: x) { kernels, dx in
      kernels.pointee.max_pool_backward(Int64(dy.shape[0] * dy.shape[1]), Int64(width), dy.pointer, chosen, dx)
    }
  }
}

/// The mean of the steps that each window sees.
struct AveragePoolOperation: DifferentiableOperation {
  let x: Place
  let windows: Windows
  /// What the sum of each window is multiplied by, `[T_out · N]`.
  let scales: Tensor

  func pullback(_ adjoints: inout Adjoints) {
    guard let dy = adjoints.takeOutput() else { return }
    adjoints.accumulate(into: x) { kernels, dx in
      kernels.pointee.sum_pool_backward(
        Int64(windows.count), Int64(windows.size), Int64(dy.shape[2]), dy.pointer, windows.rows, scales.pointer, dx)
    }
  }
}

extension Tensor {
  /// The largest of the steps that each window sees, channel by channel: `[T, N, C]` to `[T_out, N, C]`.
  ///
  /// Padding and steps behind the end of a row do not count; a window that sees nothing else gives minus infinity. Steps
  /// of the result behind the end of a row are zeros. The gradient goes to the first of equal steps.
  package func maxPooled(_ windows: Windows) -> Tensor {
    let tape = Tape.common(self)
    let y = Tensor(uninitialized: pooledShape(windows), elementType: elementType, on: tape)
    let chosen = [Int32](unsafeUninitializedCapacity: y.count) { chosen, count in
      count = y.count
      guard let first = chosen.baseAddress else { return }
      kernels.pointee.max_pool(
        Int64(windows.count), Int64(windows.size), Int64(shape[2]), pointer, windows.rows, y.mutablePointer, first)
    }
    y.clearPadding(lengths: windows.lengths)
    var result = y
    result.node = tape?.record(MaxPoolOperation(x: place, chosen: chosen))
    return result
  }

  /// The mean of the steps that each window sees, channel by channel: `[T, N, C]` to `[T_out, N, C]`.
  ///
  /// Steps behind the end of a row count as padding. Steps of the result behind the end of a row are zeros.
  ///
  /// - Parameters:
  ///   - windows: What is seen.
  ///   - countsPadding: Whether padding counts as zeros; otherwise the mean is over the real steps alone.
  package func averagePooled(_ windows: Windows, countsPadding: Bool) -> Tensor {
    let tape = Tape.common(self)
    var y = Tensor(uninitialized: pooledShape(windows), elementType: elementType, on: tape)
    let scales = (0..<windows.count).map { step in
      let seen = windows.rows[step * windows.size..<(step + 1) * windows.size]
      return 1 / Double(Swift.max(1, countsPadding ? windows.size : seen.count { $0 >= 0 }))
    }
    let factors = Tensor(doubles: scales, shape: [scales.count]).converted(to: elementType)
    kernels.pointee.sum_pool(
      Int64(windows.count), Int64(windows.size), Int64(shape[2]), pointer, windows.rows, factors.pointer,
      y.mutablePointer)
    y.node = tape?.record(AveragePoolOperation(x: place, windows: windows, scales: factors))
    return y
  }

  private func pooledShape(_ windows: Windows) -> Shape {
    requireRank(3, shape, in: "pooling")
    requireDimension(1, "batch", windows.batchSize, shape, in: "pooling")
    return [windows.stepCount, windows.batchSize, shape[2]]
  }
}
